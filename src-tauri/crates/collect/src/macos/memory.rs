//! Memory, its pressure as the kernel judges it, and swap.
//!
//! macOS fills its memory with caches and compresses what idles, so a high usage says little; rules judge the pressure.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use sysinfo::{MemoryRefreshKind, System};

use super::bindings::{kernel_integer, pages_swapped_out};
use crate::failure::failed;
use crate::rate::Counter;
use crate::series::{Series, percent};

/// See the module.
#[derive(Debug)]
pub(crate) struct Memory {
    system: Option<System>,
    pages_out: Counter,
    total: Series,
    used: Series,
    available: Series,
    usage: Series,
    pressure: Series,
    pressure_level: Series,
    swap_total: Series,
    swap_used: Series,
    swap_out: Series,
}

impl Memory {
    pub(crate) fn new() -> Self {
        Self {
            system: None,
            pages_out: Counter::default(),
            total: Series::new(names::MEMORY_TOTAL, Unit::Bytes),
            used: Series::new(names::MEMORY_USED, Unit::Bytes),
            available: Series::new(names::MEMORY_AVAILABLE, Unit::Bytes),
            usage: Series::new(names::MEMORY_USAGE, Unit::Percent),
            pressure: Series::new(names::MEMORY_PRESSURE, Unit::Percent),
            pressure_level: Series::new(names::MEMORY_PRESSURE_LEVEL, Unit::Count),
            swap_total: Series::new(names::SWAP_TOTAL, Unit::Bytes),
            swap_used: Series::new(names::SWAP_USED, Unit::Bytes),
            swap_out: Series::new(names::SWAP_OUT, Unit::BytesPerSecond),
        }
    }
}

impl Collector for Memory {
    fn name(&self) -> &'static str {
        "memory"
    }

    fn collect(&mut self, context: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        // The share of memory that the kernel could still hand out, in percent.
        if let Some(free) = kernel_integer(c"kern.memorystatus_level") {
            self.pressure.push(into, (100 - free).clamp(0, 100) as f64);
        }
        if let Some(level) = kernel_integer(c"kern.memorystatus_vm_pressure_level") {
            self.pressure_level.push(into, level as f64);
        }
        if let Some(rate) = pages_swapped_out().and_then(|pages| self.pages_out.rate(pages, context.since_last)) {
            self.swap_out.push(into, rate * rustix::param::page_size() as f64);
        }
        let system = match &mut self.system {
            Some(system) => system,
            place @ None => place.insert(System::new().map_err(|error| failed("read the memory", error))?),
        };
        system.refresh_memory_specifics(MemoryRefreshKind::everything());
        let (total, used) = (system.total_memory() as f64, system.used_memory() as f64);
        let Some(usage) = percent(used, total) else {
            return Err(failed("read the memory", "the system says that there is none"));
        };
        self.total.push(into, total);
        self.used.push(into, used);
        self.available.push(into, system.available_memory() as f64);
        self.usage.push(into, usage);
        // Swap files come and go with the need; until then their size is zero.
        self.swap_total.push(into, system.total_swap() as f64);
        self.swap_used.push(into, system.used_swap() as f64);
        Ok(())
    }
}
