//! Temperatures: the highest and the mean of each group of sensors. Sensors belong to zones of the chip, not to cores,
//! and their names change with every generation.
//!
//! The system management controller knows the zones of CPU and GPU by keys, which are looked for once; what it does not
//! have comes from the sensors that macOS shows as human interface devices.

use caretaker_core::metric::{SeriesKey, Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::view::SensorView;
use sysinfo::Components;

use super::bindings::smc::Smc;
use crate::apple_names::sensor_group;
use crate::failure::failed;
use crate::groups::Groups;
use crate::plausible::is_plausible;
use crate::sensor::{Told, absent, sensor};
use crate::series::LabelledSeries;
use crate::smc;

/// See the module.
#[derive(Debug)]
pub(crate) struct Temperature {
    sensors: Option<(Option<Zones>, Components)>,
    temperature: LabelledSeries,
}

/// The keys of the controller that are temperatures of the chip.
#[derive(Debug)]
struct Zones {
    controller: Smc,
    keys: Vec<(String, &'static str)>,
}

impl Temperature {
    pub(crate) fn new() -> Self {
        Self { sensors: None, temperature: LabelledSeries::new(names::TEMPERATURE, "sensor", Unit::Celsius) }
    }
}

impl Collector for Temperature {
    fn name(&self) -> &'static str {
        "temperature"
    }

    fn collect(&mut self, _: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let is_first = self.sensors.is_none();
        let (zones, others) = match &mut self.sensors {
            Some(sensors) => sensors,
            place @ None => {
                let others = Components::new().map_err(|error| failed("list the sensors", error))?;
                place.insert((Zones::find(), others))
            }
        };
        let mut groups = Groups::default();
        if let Some(Zones { controller, keys }) = zones {
            for (key, group) in keys {
                if let Some(celsius) = controller.number(key).filter(|celsius| smc::is_plausible_of_chip(*celsius)) {
                    groups.add(group, celsius);
                }
            }
        }
        others.refresh(true);
        let known = [("chip", groups.has("cpu")), ("gpu", groups.has("gpu"))];
        for sensor in others.iter() {
            let celsius = sensor.temperature().map(f64::from).filter(|celsius| is_plausible(*celsius));
            if let (Some(celsius), Some(group)) = (celsius, sensor_group(sensor.label())) {
                if !known.contains(&(group, true)) {
                    groups.add(group, celsius);
                }
            }
        }
        groups.push(&mut self.temperature, into);
        if is_first && groups.is_empty() { Err(CollectError::Absent) } else { Ok(()) }
    }
}

impl Zones {
    /// None where there is no controller, or none of its keys is such a temperature.
    fn find() -> Option<Self> {
        let mut controller = Smc::open()?;
        let mut keys = controller.keys();
        keys.sort_unstable();
        keys.dedup();
        let mut zones = Vec::new();
        for key in keys {
            let Some(group) = smc::group(&key) else { continue };
            if controller.value(&key).is_some_and(|value| value.kind == "flt " && value.number.is_some()) {
                zones.push((key, group));
            }
        }
        (!zones.is_empty()).then_some(Self { controller, keys: zones })
    }
}

/// Every sensor as it is now, for `doctor`.
pub(crate) fn inspect() -> Vec<SensorView> {
    let mut lines = Vec::new();
    let series =
        |group: &str| SeriesKey::labelled(names::TEMPERATURE, "sensor", format!("{group} highest")).to_string();
    let mut told = |line: SensorView, group: Option<&str>, celsius: Option<f64>, plausible: bool| {
        lines.push(match (group, celsius) {
            (Some(group), Some(celsius)) if plausible => {
                SensorView { value: Some(Unit::Celsius.format(celsius)), series: Some(series(group)), ..line }
            }
            (_, Some(celsius)) => line.means(Unit::Celsius, celsius, "left out: not plausible, or in no group"),
            (_, None) => line.noted("it shows no number"),
        });
    };
    match Zones::find() {
        None => {
            told(absent("temperature", "SMC keys Tp, Te, Ts, Tg", "the controller has none", ""), None, None, false)
        }
        Some(Zones { mut controller, keys }) => {
            for (key, group) in keys {
                let value = controller.value(&key);
                let line = sensor("temperature", &key, format!("SMC key {key}"));
                let line = match &value {
                    Some(value) => line.raw(format!("{} {:02x?}", value.kind, value.bytes)),
                    None => line,
                };
                let celsius = value.and_then(|value| value.number);
                told(line, Some(group), celsius, celsius.is_some_and(smc::is_plausible_of_chip));
            }
        }
    }
    if let Ok(mut others) = Components::new() {
        others.refresh(true);
        for one in others.iter() {
            let celsius = one.temperature().map(f64::from);
            let line = sensor("temperature", one.label(), "IOHIDEventSystem");
            let line = match celsius {
                Some(celsius) => line.raw(celsius),
                None => line,
            };
            told(line, sensor_group(one.label()), celsius, celsius.is_some_and(is_plausible));
        }
    }
    lines
}
