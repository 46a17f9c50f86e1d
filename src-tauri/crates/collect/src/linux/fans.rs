//! Fans. A board has more connectors than fans, and an empty one shows zero for ever: a fan is shown from its first turn
//! on, and then also while it rests.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::view::SensorView;

use super::answers::Answers;
use super::attribute::Attribute;
use super::hwmon::{chips, make_unique};
use super::root::Root;
use crate::sensor::{Told, absent, sensor};
use crate::series::LabelledSeries;

/// See the module.
#[derive(Debug)]
pub(crate) struct Fans {
    root: Root,
    /// None: to be searched for.
    fans: Option<Vec<Fan>>,
    speed: LabelledSeries,
}

#[derive(Debug)]
struct Fan {
    label: String,
    file: Attribute,
    has_turned: bool,
}

impl Fans {
    pub(crate) fn new(root: &Root) -> Self {
        Self { root: root.clone(), fans: None, speed: LabelledSeries::new(names::FAN, "fan", Unit::TurnsPerMinute) }
    }
}

impl Collector for Fans {
    fn name(&self) -> &'static str {
        "fans"
    }

    fn collect(&mut self, _: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let fans = self.fans.get_or_insert_with(|| find(&self.root));
        if fans.is_empty() {
            return Err(CollectError::Absent);
        }
        let mut answers = Answers::default();
        for fan in fans {
            let Some(speed) = answers.take(&fan.label, fan.file.read()).filter(|speed| *speed >= 0.0) else { continue };
            fan.has_turned |= speed > 0.0;
            if fan.has_turned {
                self.speed.push(into, &fan.label, speed);
            }
        }
        if answers.vanished() {
            self.fans = None;
        }
        answers.verdict()
    }
}

fn find(root: &Root) -> Vec<Fan> {
    let mut fans = Vec::new();
    for chip in chips(root) {
        for input in chip.inputs("fan", "_input") {
            let label = input.label.unwrap_or_else(|| format!("fan{}", input.number));
            let label = format!("{} {label}", chip.name);
            fans.push(Fan { label, file: Attribute::new(input.path), has_turned: false });
        }
    }
    make_unique(fans.iter_mut().map(|fan| &mut fan.label));
    fans
}

/// Every fan as it is now, for `doctor`.
pub(crate) fn inspect(root: &Root) -> Vec<SensorView> {
    let fans = find(root);
    if fans.is_empty() {
        return vec![absent("fan", "/sys/class/hwmon/hwmon*/fan*_input", "the kernel shows none", "")];
    }
    let lines = fans.into_iter().map(|mut fan| {
        let line = sensor("fan", &fan.label, fan.file.path().display());
        match fan.file.read() {
            Ok(Some(0)) => line.raw(0).means(Unit::TurnsPerMinute, 0.0, "shown from its first turn on"),
            Ok(Some(speed)) => line.raw(speed).fills(names::FAN, "fan", &fan.label, Unit::TurnsPerMinute, speed as f64),
            Ok(None) => line.noted("it shows no number"),
            Err(error) => line.noted(error),
        }
    });
    lines.collect()
}
