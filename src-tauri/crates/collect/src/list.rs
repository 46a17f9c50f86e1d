//! The list of collectors of this platform, in the order in which a round asks them.

use caretaker_core::port::Collector;

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
