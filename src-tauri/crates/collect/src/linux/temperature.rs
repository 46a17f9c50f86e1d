//! Temperatures of the machine's sensors. Figures that cannot be true are left out.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use caretaker_core::view::SensorView;

use super::answers::Answers;
use super::root::Root;
use super::sensors::{self, Sensor};
use crate::plausible::is_plausible;
use crate::sensor::{Told, absent, sensor};
use crate::series::LabelledSeries;

/// The kernel counts in thousandths of a degree.
const MILLIDEGREES: f64 = 1_000.0;

/// See the module.
#[derive(Debug)]
pub(crate) struct Temperature {
    root: Root,
    /// None: to be searched for. Again only after one vanished; a search costs more than ten rounds.
    sensors: Option<Vec<Sensor>>,
    temperature: LabelledSeries,
}

impl Temperature {
    pub(crate) fn new(root: &Root) -> Self {
        let temperature = LabelledSeries::new(names::TEMPERATURE, "sensor", Unit::Celsius);
        Self { root: root.clone(), sensors: None, temperature }
    }
}

impl Collector for Temperature {
    fn name(&self) -> &'static str {
        "temperature"
    }

    fn collect(&mut self, _: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
        let sensors = self.sensors.get_or_insert_with(|| sensors::find(&self.root));
        if sensors.is_empty() {
            return Err(CollectError::Absent);
        }
        let mut answers = Answers::default();
        for sensor in sensors {
            let celsius = answers.take(&sensor.label, sensor.file.read()).map(|number| number / MILLIDEGREES);
            if let Some(celsius) = celsius.filter(|celsius| is_plausible(*celsius)) {
                self.temperature.push(into, &sensor.label, celsius);
            }
        }
        if answers.vanished() {
            self.sensors = None;
        }
        answers.verdict()
    }
}

/// Every sensor as it is now, for `doctor`.
pub(crate) fn inspect(root: &Root) -> Vec<SensorView> {
    let sensors = sensors::find(root);
    if sensors.is_empty() {
        let note = "the kernel shows no sensor: a virtual machine, or a driver is missing";
        let hint = "on a board of your own, `sensors-detect` of lm-sensors finds the driver";
        return vec![absent("temperature", "/sys/class/hwmon, /sys/class/thermal", note, hint)];
    }
    let lines = sensors.into_iter().map(|mut found| {
        let line = sensor("temperature", &found.label, found.file.path().display());
        match found.file.read() {
            Ok(Some(number)) => {
                let celsius = number as f64 / MILLIDEGREES;
                let line = line.raw(number);
                if is_plausible(celsius) {
                    line.fills(names::TEMPERATURE, "sensor", &found.label, Unit::Celsius, celsius)
                } else {
                    line.means(Unit::Celsius, celsius, "left out: a running machine cannot have it")
                }
            }
            Ok(None) => line.noted("it shows no number"),
            Err(error) => line.noted(error),
        }
    });
    lines.collect()
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::io::Write;
    use std::path::Path;

    use super::*;

    fn put(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        File::create(path).unwrap().write_all(text.as_bytes()).unwrap();
    }

    fn collect(temperature: &mut Temperature) -> Result<Vec<(String, f64)>, CollectError> {
        let mut round = Collected::default();
        let context =
            CollectContext { moment: caretaker_core::time::Moment::default(), since_last: None, processes: 0 };
        temperature.collect(&context, &mut round)?;
        let label = |reading: &caretaker_core::metric::Reading| reading.key.labels.get("sensor").map(str::to_owned);
        Ok(round.readings.iter().map(|reading| (label(reading).unwrap_or_default(), reading.value)).collect())
    }

    #[test]
    fn a_sensor_that_vanishes_is_searched_for_again() {
        let folder = tempfile::tempdir().unwrap();
        let chip = |number: u32| folder.path().join(format!("sys/class/hwmon/hwmon{number}"));
        for number in [0, 1] {
            put(&chip(number).join("name"), "nvme\n");
            put(&chip(number).join("temp1_input"), "40000\n");
        }
        let mut temperature = Temperature::new(&Root::at(folder.path()));
        let both = vec![("nvme".to_owned(), 40.0), ("nvme 2".to_owned(), 40.0)];
        assert_eq!(collect(&mut temperature), Ok(both));
        // A kernel file of a device that is gone cannot be read any more; a plain file stays readable until reopened.
        temperature.sensors.as_mut().unwrap().truncate(0);
        temperature.sensors = None;
        fs::remove_dir_all(chip(0)).unwrap();
        assert_eq!(collect(&mut temperature), Ok(vec![("nvme".to_owned(), 40.0)]));
    }

    #[test]
    fn a_machine_without_sensors_has_none() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(collect(&mut Temperature::new(&Root::at(folder.path()))), Err(CollectError::Absent));
    }

    #[test]
    fn sensors_that_cannot_be_read_at_all_are_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let chip = folder.path().join("sys/class/hwmon/hwmon0");
        fs::create_dir_all(chip.join("temp1_input")).unwrap();
        put(&chip.join("name"), "broken\n");
        let error = collect(&mut Temperature::new(&Root::at(folder.path()))).unwrap_err();
        assert!(error.to_string().starts_with("read the sensor broken: "), "{error}");
    }
}
