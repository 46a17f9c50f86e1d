//! What disks say of their own health, as series. Asked seldom, because a question wakes a disk that idles, and repeated
//! in every round between, so that charts and rules have a value.

use caretaker_core::metric::{Unit, names};
use caretaker_core::port::Collected;
use caretaker_core::time::{Moment, Span};

use crate::series::LabelledSeries;

/// How often disks are asked.
const EVERY: Span = Span::from_minutes(10);

/// What one disk says; none for what it does not tell.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct DiskHealth {
    /// Of the writes that its maker vouches for, %; can go beyond 100.
    pub(crate) wear_percent: Option<f64>,
    /// Spare blocks that are left, %.
    pub(crate) spare_percent: Option<f64>,
    /// Whether it reports a defect.
    pub(crate) is_failing: Option<bool>,
    /// How long it was ever switched on.
    pub(crate) power_on_seconds: Option<f64>,
    /// How often it lost its power without a warning.
    pub(crate) unsafe_shutdowns: Option<f64>,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct DiskHealthSeries {
    /// When the disks were asked, and what they said.
    asked: Option<(Span, Vec<(String, DiskHealth)>)>,
    /// Whether any disk ever told: one that is silent for once is not one that is missing.
    has_told: bool,
    wear: LabelledSeries,
    spare: LabelledSeries,
    failing: LabelledSeries,
    power_on: LabelledSeries,
    unsafe_shutdowns: LabelledSeries,
}

impl DiskHealthSeries {
    pub(crate) fn new() -> Self {
        let by_disk = |name, unit| LabelledSeries::new(name, "disk", unit);
        Self {
            asked: None,
            has_told: false,
            wear: by_disk(names::DISK_WEAR, Unit::Percent),
            spare: by_disk(names::DISK_SPARE, Unit::Percent),
            failing: by_disk(names::DISK_FAILING, Unit::Count),
            power_on: by_disk(names::DISK_POWER_ON, Unit::Seconds),
            unsafe_shutdowns: by_disk(names::DISK_UNSAFE_SHUTDOWNS, Unit::Count),
        }
    }

    /// Adds what the disks say to the round; `ask` is called when it is time to. Says whether any disk
    /// tells, now or before.
    pub(crate) fn collect(
        &mut self,
        now: Moment,
        into: &mut Collected,
        ask: impl FnOnce() -> Vec<(String, DiskHealth)>,
    ) -> bool {
        let (_, disks) = match self.asked.take().filter(|(at, _)| now.awake - *at < EVERY) {
            Some(asked) => self.asked.insert(asked),
            None => self.asked.insert((now.awake, ask())),
        };
        for (disk, health) in &*disks {
            let figures = [
                (&mut self.wear, health.wear_percent),
                (&mut self.spare, health.spare_percent),
                (&mut self.failing, health.is_failing.map(|failing| f64::from(u8::from(failing)))),
                (&mut self.power_on, health.power_on_seconds),
                (&mut self.unsafe_shutdowns, health.unsafe_shutdowns),
            ];
            for (series, value) in figures {
                if let Some(value) = value {
                    series.push(into, disk, value);
                }
            }
        }
        self.has_told |= !disks.is_empty();
        self.has_told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn disks_are_asked_every_ten_minutes_and_their_answer_is_in_every_round() {
        let mut series = DiskHealthSeries::new();
        let mut asked = 0;
        for minute in 0..=20 {
            let now = Moment { awake: Span::from_minutes(minute), ..Moment::default() };
            let mut round = Collected::default();
            let there = series.collect(now, &mut round, || {
                asked += 1;
                vec![("disk0".to_owned(), DiskHealth { wear_percent: Some(f64::from(asked)), ..DiskHealth::default() })]
            });
            assert!(there && round.readings.len() == 1, "minute {minute}: {round:?}");
            assert_eq!(round.readings[0].value, f64::from(asked));
        }
        assert_eq!(asked, 3);
    }

    #[test]
    fn what_a_disk_does_not_tell_is_no_series() {
        let mut series = DiskHealthSeries::new();
        let mut round = Collected::default();
        let health = DiskHealth { is_failing: Some(true), ..DiskHealth::default() };
        series.collect(Moment::default(), &mut round, || vec![("mmcblk0".to_owned(), health)]);
        let keys: Vec<_> = round.readings.iter().map(|reading| (reading.key.to_string(), reading.value)).collect();
        assert_eq!(keys, [("host.disk.failing{disk=mmcblk0}".to_owned(), 1.0)]);
    }

    #[test]
    fn a_disk_that_is_silent_for_once_is_asked_again_and_a_machine_without_any_is_told() {
        let hour = |hours| Moment { awake: Span::from_hours(hours), ..Moment::default() };
        let mut series = DiskHealthSeries::new();
        let mut round = Collected::default();
        assert!(!series.collect(hour(0), &mut round, Vec::new), "none so far");
        let health = DiskHealth { wear_percent: Some(1.0), ..DiskHealth::default() };
        assert!(series.collect(hour(1), &mut round, || vec![("disk0".to_owned(), health)]));
        assert!(series.collect(hour(2), &mut round, Vec::new), "it told before");
        assert_eq!(round.readings.len(), 1);
    }
}
