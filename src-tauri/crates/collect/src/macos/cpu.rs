//! CPU in use, in total and per core, and load averages.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use sysinfo::System;

use crate::failure::failed;
use crate::series::{LabelledSeries, Series};

/// See the module.
#[derive(Debug)]
pub(crate) struct Cpu {
    system: Option<System>,
    usage: Series,
    core_usage: LabelledSeries,
    loads: [Series; 3],
    load_per_core: Series,
}

impl Cpu {
    pub(crate) fn new() -> Self {
        Self {
            system: None,
            usage: Series::new(names::CPU_USAGE, Unit::Percent),
            core_usage: LabelledSeries::new(names::CPU_CORE_USAGE, "core", Unit::Percent),
            loads: [names::LOAD_1M, names::LOAD_5M, names::LOAD_15M].map(|name| Series::new(name, Unit::Ratio)),
            load_per_core: Series::new(names::LOAD_PER_CORE, Unit::Ratio),
        }
    }
}

impl Collector for Cpu {
    fn name(&self) -> &'static str {
        "cpu"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let is_first = self.system.is_none();
        let system = match &mut self.system {
            Some(system) => system,
            place @ None => place.insert(System::new().map_err(|error| failed("read the CPU", error))?),
        };
        system.refresh_cpu_usage();
        // Usage lies between two refreshes, and says nothing over a sleep.
        if !is_first && context.since_last.is_some() {
            self.usage.push(into, f64::from(system.global_cpu_usage()).clamp(0.0, 100.0));
            for (core, cpu) in system.cpus().iter().enumerate() {
                self.core_usage.push(into, &core.to_string(), f64::from(cpu.usage()).clamp(0.0, 100.0));
            }
        }
        let load = System::load_average().map_err(|error| failed("read the load average", error))?;
        for (series, load) in self.loads.iter().zip([load.one, load.five, load.fifteen]) {
            series.push(into, load);
        }
        self.load_per_core.push(into, load.fifteen / system.cpus().len() as f64);
        Ok(())
    }
}
