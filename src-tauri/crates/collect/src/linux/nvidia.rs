//! GPUs of NVIDIA, through the library that comes with their driver. It is loaded only where that driver runs.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::view::SensorView;

use super::hwmon::make_unique;
use super::nvml::{CardReading, Nvml};
use super::root::Root;
use crate::plausible::is_plausible;
use crate::sensor::{Told, sensor};
use crate::series::LabelledSeries;

const DRIVER: &str = "proc/driver/nvidia/version";
const SOURCE: &str = "libnvidia-ml.so.1";

/// See the module.
#[derive(Debug)]
pub(crate) struct Nvidia {
    root: Root,
    library: Option<Nvml>,
    usage: LabelledSeries,
    memory: LabelledSeries,
    memory_total: LabelledSeries,
    power: LabelledSeries,
    temperature: LabelledSeries,
}

impl Nvidia {
    pub(crate) fn new(root: &Root) -> Self {
        Self {
            root: root.clone(),
            library: None,
            usage: LabelledSeries::new(names::GPU_USAGE, "gpu", Unit::Percent),
            memory: LabelledSeries::new(names::GPU_MEMORY, "gpu", Unit::Bytes),
            memory_total: LabelledSeries::new(names::GPU_MEMORY_TOTAL, "gpu", Unit::Bytes),
            power: LabelledSeries::new(names::POWER, "part", Unit::Watts),
            temperature: LabelledSeries::new(names::TEMPERATURE, "sensor", Unit::Celsius),
        }
    }
}

impl Collector for Nvidia {
    fn name(&self) -> &'static str {
        "nvidia"
    }

    fn collect(&mut self, _: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        if self.library.is_none() && self.root.path(DRIVER).exists() {
            self.library = Nvml::start();
        }
        let Some(library) = &self.library else { return Err(CollectError::Absent) };
        for card in named(library.cards()) {
            let figures = [
                (&mut self.usage, card.usage_percent),
                (&mut self.memory, card.memory_bytes),
                (&mut self.memory_total, card.memory_total_bytes),
                // Other cards are `gpu`; one name twice in a round would be one of them lost.
                (&mut self.power, card.watts),
                (&mut self.temperature, card.celsius.filter(|celsius| is_plausible(*celsius))),
            ];
            for (series, value) in figures {
                if let Some(value) = value {
                    series.push(into, &card.name, value);
                }
            }
        }
        Ok(())
    }
}

/// The cards with names that are unique on this machine.
fn named(mut cards: Vec<CardReading>) -> Vec<CardReading> {
    make_unique(cards.iter_mut().map(|card| &mut card.name));
    cards
}

/// Every card as it is now, for `doctor`; nothing where NVIDIA's driver does not run.
pub(crate) fn inspect(root: &Root) -> Vec<SensorView> {
    if !root.path(DRIVER).exists() {
        return Vec::new();
    }
    let Some(library) = Nvml::start() else {
        let line = sensor("gpu", "NVIDIA", SOURCE).noted("the driver runs, but its library does not answer");
        let hint = "install the package with libnvidia-ml.so.1 of the driver's own version";
        return vec![SensorView { hint: hint.to_owned(), ..line }];
    };
    let mut lines = Vec::new();
    for card in named(library.cards()) {
        let figures = [
            ("gpu", names::GPU_USAGE, "gpu", Unit::Percent, card.usage_percent),
            ("gpu", names::GPU_MEMORY, "gpu", Unit::Bytes, card.memory_bytes),
            ("gpu", names::GPU_MEMORY_TOTAL, "gpu", Unit::Bytes, card.memory_total_bytes),
            ("power", names::POWER, "part", Unit::Watts, card.watts),
            ("temperature", names::TEMPERATURE, "sensor", Unit::Celsius, card.celsius),
        ];
        for (part, name, label, unit, value) in figures {
            let line = sensor(part, &card.name, SOURCE);
            lines.push(match value {
                Some(value) => line.raw(value).fills(name, label, &card.name, unit, value),
                None => line.noted(format!("this card does not tell {name}")),
            });
        }
    }
    lines
}
