//! Fans, as the system management controller counts them.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::view::SensorView;

use super::bindings::smc::Smc;
use crate::sensor::{Told, absent, sensor};
use crate::series::LabelledSeries;

/// How many fans there are.
const COUNT: &str = "FNum";
/// Keys have one digit for the number of a fan.
const MOST_FANS: u32 = 10;
/// Faster than any.
const MOST_TURNS: f64 = 30_000.0;

/// See the module.
#[derive(Debug)]
pub(crate) struct Fans {
    /// The controller and the number of fans; none before the first round.
    controller: Option<(Smc, u32)>,
    speed: LabelledSeries,
}

impl Fans {
    pub(crate) fn new() -> Self {
        Self { controller: None, speed: LabelledSeries::new(names::FAN, "fan", Unit::TurnsPerMinute) }
    }
}

impl Collector for Fans {
    fn name(&self) -> &'static str {
        "fans"
    }

    fn collect(&mut self, _: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        if self.controller.is_none() {
            self.controller = open();
        }
        let Some((controller, count)) = &mut self.controller else { return Err(CollectError::Absent) };
        for fan in 0..*count {
            let speed = controller.number(&speed_of(fan)).filter(|speed| (0.0..MOST_TURNS).contains(speed));
            if let Some(speed) = speed {
                self.speed.push(into, &people_count(fan), speed);
            }
        }
        Ok(())
    }
}

/// None where there is no controller, or no fan, as in a `MacBook Air`.
fn open() -> Option<(Smc, u32)> {
    let mut controller = Smc::open()?;
    let count = (controller.number(COUNT)? as u32).min(MOST_FANS);
    (count > 0).then_some((controller, count))
}

fn speed_of(fan: u32) -> String {
    format!("F{fan}Ac")
}

/// The controller counts from zero, people from one.
fn people_count(fan: u32) -> String {
    (fan + 1).to_string()
}

/// Every fan as it is now, for `doctor`.
pub(crate) fn inspect() -> Vec<SensorView> {
    let Some((mut controller, count)) = open() else {
        return vec![absent(
            "fan",
            format!("SMC key {COUNT}"),
            "this machine has none, or no controller that tells",
            "",
        )];
    };
    let lines = (0..count).map(|fan| {
        let (key, name) = (speed_of(fan), people_count(fan));
        let line = sensor("fan", &name, format!("SMC key {key}"));
        match controller.value(&key) {
            Some(value) => {
                let line = line.raw(format!("{} {:02x?}", value.kind, value.bytes));
                match value.number {
                    Some(speed) => line.fills(names::FAN, "fan", &name, Unit::TurnsPerMinute, speed),
                    None => line.noted("its type is no number"),
                }
            }
            None => line.noted("the controller does not answer for it"),
        }
    });
    lines.collect()
}
