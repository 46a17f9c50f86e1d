//! Temperatures: the highest and the mean of each group of sensors. Sensors belong to zones of the chip, not to cores,
//! and their names change with every generation.

use std::collections::BTreeMap;

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use sysinfo::Components;

use crate::apple_names::sensor_group;
use crate::failure::failed;
use crate::plausible::is_plausible;
use crate::series::LabelledSeries;

/// See the module.
#[derive(Debug)]
pub(crate) struct Temperature {
    sensors: Option<Components>,
    temperature: LabelledSeries,
}

#[derive(Clone, Copy, Debug, Default)]
struct Group {
    highest: f64,
    sum: f64,
    count: u32,
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
        let sensors = match &mut self.sensors {
            Some(sensors) => sensors,
            place @ None => place.insert(Components::new().map_err(|error| failed("list the sensors", error))?),
        };
        sensors.refresh(true);
        if is_first && sensors.is_empty() {
            return Err(CollectError::Absent);
        }
        let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
        for sensor in sensors.iter() {
            let celsius = sensor.temperature().map(f64::from).filter(|celsius| is_plausible(*celsius));
            if let (Some(celsius), Some(name)) = (celsius, sensor_group(sensor.label())) {
                let group = groups.entry(name).or_default();
                *group =
                    Group { highest: group.highest.max(celsius), sum: group.sum + celsius, count: group.count + 1 };
            }
        }
        for (name, group) in groups {
            self.temperature.push(into, &format!("{name} highest"), group.highest);
            self.temperature.push(into, &format!("{name} mean"), group.sum / f64::from(group.count));
        }
        Ok(())
    }
}
