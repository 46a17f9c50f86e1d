//! The list of collectors of this platform, in the order in which a round asks them.

use caretaker_core::port::Collector;
use caretaker_core::view::SensorView;

use crate::system;
use crate::uptime::Uptime;

/// One of each collector that this platform has. Cheap: nothing is opened before a collector's first round.
pub fn collectors() -> Vec<Box<dyn Collector>> {
    let mut collectors = system::collectors();
    collectors.push(Box::new(Uptime::default()));
    collectors
}

/// Names of the collectors of this platform, as in `caretaker.collector.failing {collector}`.
pub fn collector_names() -> Vec<&'static str> {
    collectors().iter().map(|collector| collector.name()).collect()
}

/// Every sensor that was looked for, read at this moment: where, what stood there, which series it fills, or why there is
/// none. Takes a moment, and asks disks that may sleep: for people who want to know, not for rounds.
pub fn sensors() -> Vec<SensorView> {
    system::sensors()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use caretaker_core::port::{CollectContext, CollectError, Collected};
    use caretaker_core::time::{Moment, Span};

    use super::*;

    #[test]
    fn every_collector_has_a_name_of_its_own() {
        let names = collector_names();
        assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{names:?}");
    }

    #[test]
    fn every_part_of_this_machine_has_a_sensor_or_a_reason_why_it_has_none() {
        let sensors = sensors();
        for part in ["gpu", "power", "fan", "temperature", "disk"] {
            assert!(sensors.iter().any(|sensor| sensor.part == part), "{part} is missing in {sensors:?}");
        }
        for sensor in sensors {
            assert!(!sensor.source.is_empty(), "{sensor:?}");
            assert!(sensor.series.is_some() || !sensor.note.is_empty(), "neither used nor explained: {sensor:?}");
        }
    }

    /// The real machine that runs the tests: whatever it is, nothing fails, no series comes twice, no value is odd.
    #[test]
    fn two_rounds_on_this_machine_bring_sound_values() {
        let mut collectors = collectors();
        for since_last in [None, Some(Span::from_seconds(30))] {
            let moment = Moment { elapsed: Span::from_seconds(60), ..Moment::default() };
            let context = CollectContext { moment, since_last, processes: 5 };
            let mut round = Collected::default();
            for collector in &mut collectors {
                let result = collector.collect(&context, &mut round);
                assert!(matches!(result, Ok(()) | Err(CollectError::Absent)), "{}: {result:?}", collector.name());
            }
            let keys: BTreeSet<_> = round.readings.iter().map(|reading| reading.key.to_string()).collect();
            assert_eq!(keys.len(), round.readings.len(), "{keys:?}");
            for reading in &round.readings {
                assert!(reading.value.is_finite() && reading.value >= 0.0, "{reading:?}");
            }
            let processes = round.processes.unwrap_or_default();
            assert!((1..=10).contains(&processes.len()), "{processes:?}");
            for name in ["host.memory.usage", "host.load.1m", "host.uptime", "host.processes", "caretaker.memory"] {
                assert!(keys.contains(name), "{name} is missing among {keys:?}");
            }
        }
    }
}
