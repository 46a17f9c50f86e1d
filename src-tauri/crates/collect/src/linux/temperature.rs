//! Temperatures of the machine's sensors. Figures that cannot be true are left out.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::{CollectContext, CollectError, Collected, Collector};
use rustix::io::Errno;

use super::kept_file::is_any;
use super::root::Root;
use super::sensors::{self, Sensor};
use crate::failure::failed;
use crate::plausible::is_plausible;
use crate::series::LabelledSeries;

/// What a sensor says whose device is switched off or asleep; it must not be woken, and it is no fault.
const ASLEEP: [Errno; 5] = [Errno::NODATA, Errno::AGAIN, Errno::NXIO, Errno::PERM, Errno::ACCESS];
/// What a sensor says whose device is gone.
const GONE: [Errno; 2] = [Errno::NOENT, Errno::NODEV];

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
        let (mut answered, mut vanished, mut refused) = (false, false, None);
        for sensor in sensors {
            match sensor.read() {
                Ok(celsius) => {
                    answered = true;
                    if let Some(celsius) = celsius.filter(|celsius| is_plausible(*celsius)) {
                        self.temperature.push(into, &sensor.label, celsius);
                    }
                }
                Err(error) if is_any(&error, &ASLEEP) => answered = true,
                Err(error) if is_any(&error, &GONE) => vanished = true,
                Err(error) => refused = Some(failed(format!("read the sensor {}", sensor.label), error)),
            }
        }
        if vanished {
            self.sensors = None;
        }
        match refused {
            Some(error) if !answered => Err(error),
            _ => Ok(()),
        }
    }
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
