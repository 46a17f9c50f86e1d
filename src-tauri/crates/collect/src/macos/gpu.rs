//! GPUs: how busy they are and how much of the machine's memory they use.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::view::SensorView;

use super::bindings::registry::objects;
use crate::accelerator::{self, GpuReading};
use crate::sensor::{Told, absent, sensor};
use crate::series::LabelledSeries;

const SOURCE: &str = "IOAccelerator, PerformanceStatistics";

/// See the module.
#[derive(Debug)]
pub(crate) struct Gpu {
    /// Whether any GPU ever told: one that is silent for once is not one that is missing.
    has_told: bool,
    usage: LabelledSeries,
    memory: LabelledSeries,
}

impl Gpu {
    pub(crate) fn new() -> Self {
        Self {
            has_told: false,
            usage: LabelledSeries::new(names::GPU_USAGE, "gpu", Unit::Percent),
            memory: LabelledSeries::new(names::GPU_MEMORY, "gpu", Unit::Bytes),
        }
    }
}

impl Collector for Gpu {
    fn name(&self) -> &'static str {
        "gpu"
    }

    fn collect(&mut self, _: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let cards = cards();
        self.has_told |= !cards.is_empty();
        if !self.has_told {
            return Err(CollectError::Absent);
        }
        for (name, card) in cards {
            for (series, value) in [(&mut self.usage, card.usage_percent), (&mut self.memory, card.memory_bytes)] {
                if let Some(value) = value {
                    series.push(into, &name, value);
                }
            }
        }
        Ok(())
    }
}

/// The GPUs that tell anything, with names that are unique on this machine: `Apple M4`.
fn cards() -> Vec<(String, GpuReading)> {
    let mut cards: Vec<(String, GpuReading)> = Vec::new();
    for object in objects(c"IOAccelerator") {
        let Some(statistics) = object.table("PerformanceStatistics") else { continue };
        let reading = accelerator::read(|name| statistics.number(name));
        if reading == GpuReading::default() {
            continue;
        }
        let model = object.text("model").or_else(|| object.name()).unwrap_or_else(|| "GPU".to_owned());
        let same = cards.iter().filter(|(name, _)| name.starts_with(&model)).count();
        cards.push((if same == 0 { model } else { format!("{model} {}", same + 1) }, reading));
    }
    cards
}

/// Every GPU as it is now, for `doctor`.
pub(crate) fn inspect() -> Vec<SensorView> {
    let cards = cards();
    if cards.is_empty() {
        return vec![absent("gpu", SOURCE, "no accelerator tells, as in a virtual machine", "")];
    }
    let lines = cards.into_iter().flat_map(|(name, card)| {
        let figures = [
            (names::GPU_USAGE, Unit::Percent, card.usage_percent),
            (names::GPU_MEMORY, Unit::Bytes, card.memory_bytes),
        ];
        figures.map(|(series, unit, value)| {
            let line = sensor("gpu", &name, SOURCE);
            match value {
                Some(value) => line.raw(value).fills(series, "gpu", &name, unit, value),
                None => line.noted(format!("this driver does not tell {series}")),
            }
        })
    });
    lines.collect()
}
