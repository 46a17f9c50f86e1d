//! The hourly course of a series behind a rule with `of = "forecast"`, and how many seconds it leaves.

use std::collections::VecDeque;

use super::Outlook;
use crate::forecast::{Hour, Pace};
use crate::metric::Unit;
use crate::time::{Span, Timestamp};

/// What is judged where no end is in sight, in seconds: one year.
pub const NO_END: f64 = 365.0 * 86_400.0;
const HOUR_MS: i64 = 3_600_000;

/// Means of whole hours, no older than the rule's window, and the hour that is under way.
#[derive(Clone, Debug, Default)]
pub struct Trend {
    hours: VecDeque<Hour>,
    open: Option<OpenHour>,
    pace: Option<Pace>,
}

#[derive(Clone, Copy, Debug)]
struct OpenHour {
    hour: i64,
    sum: f64,
    count: u32,
}

impl Trend {
    /// Whether nothing is known of any hour before this one.
    pub fn is_new(&self) -> bool {
        self.hours.is_empty()
    }

    /// Takes over means of earlier hours from the store, in time order.
    pub fn recall(&mut self, means: impl IntoIterator<Item = (Timestamp, f64)>, unit: Unit, length: Span) {
        let until = self.open.map_or(i64::MAX, |open| open.hour);
        let hours = means.into_iter().map(|(at, mean)| Hour { hour: hour_of(at), left: left(unit, mean) });
        self.hours = hours.filter(|hour| hour.hour < until).collect();
        self.close(length);
    }

    /// Adds a sample. A clock set back adds nothing until it has caught up; set back beyond the window, the course starts anew.
    pub fn push(&mut self, at: Timestamp, value: f64, unit: Unit, length: Span) {
        let hour = hour_of(at);
        let left = left(unit, value);
        let newest = self.open.map(|open| open.hour).or_else(|| self.hours.back().map(|last| last.hour + 1));
        match (self.open.as_mut(), newest) {
            (Some(open), _) if open.hour == hour => {
                open.sum += left;
                open.count += 1;
            }
            (_, Some(newest)) if hour < newest => {
                if newest - hour > hours_in(length) {
                    *self = Self { open: Some(OpenHour { hour, sum: left, count: 1 }), ..Self::default() };
                }
            }
            (open, _) => {
                let ended = open.map(|open| *open);
                self.open = Some(OpenHour { hour, sum: left, count: 1 });
                if let Some(ended) = ended {
                    self.hours.push_back(Hour { hour: ended.hour, left: ended.sum / f64::from(ended.count) });
                    self.close(length);
                }
            }
        }
    }

    /// Seconds until nothing is left, counted from `value`, and how sure that is; [`NO_END`] where no end is in sight, none
    /// while too little is known.
    pub fn seconds_left(&self, value: f64, unit: Unit) -> Option<(f64, Option<Outlook>)> {
        let ends = self.pace?.ends(left(unit, value)).filter(|forecast| forecast.expected.as_seconds() < NO_END);
        Some(ends.map_or((NO_END, None), |forecast| (forecast.expected.as_seconds(), Some(Outlook::of(&forecast)))))
    }

    /// After an hour was added: forgets what is too old and fits anew, which is work for once an hour.
    fn close(&mut self, length: Span) {
        let newest = self.hours.back().map_or(0, |last| last.hour);
        while self.hours.front().is_some_and(|first| newest - first.hour >= hours_in(length)) {
            self.hours.pop_front();
        }
        self.pace = Pace::of(self.hours.make_contiguous());
    }
}

/// What is left of a quantity: a share fills up to the whole, everything else runs down to nothing.
fn left(unit: Unit, value: f64) -> f64 {
    if unit == Unit::Percent { 100.0 - value } else { value }
}

fn hour_of(at: Timestamp) -> i64 {
    at.as_millis().div_euclid(HOUR_MS)
}

fn hours_in(length: Span) -> i64 {
    (length.as_millis() / HOUR_MS).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WEEK: Span = Span::from_days(7);

    fn at(hour: i64, minute: i64) -> Timestamp {
        Timestamp::from_millis(hour * HOUR_MS + minute * 60_000)
    }

    /// 300 GB that lose one an hour, a sample every ten minutes.
    fn falling(hours: std::ops::Range<i64>, trend: &mut Trend) {
        for hour in hours {
            for minute in (0..60).step_by(10) {
                trend.push(at(hour, minute), 300e9 - hour as f64 * 1e9, Unit::Bytes, WEEK);
            }
        }
    }

    #[test]
    fn says_nothing_before_a_day_has_passed() {
        let mut trend = Trend::default();
        falling(0..24, &mut trend);
        assert_eq!(trend.seconds_left(200e9, Unit::Bytes), None);
        falling(24..26, &mut trend);
        assert_eq!(trend.seconds_left(200e9, Unit::Bytes).map(|(left, _)| left.round()), Some(200.0 * 3_600.0));
    }

    #[test]
    fn recalled_from_the_store_it_is_the_same_as_lived_through() {
        let (mut lived, mut recalled) = (Trend::default(), Trend::default());
        falling(0..100, &mut lived);
        falling(99..100, &mut recalled);
        recalled.recall((0..100).map(|hour| (at(hour, 0), 300e9 - hour as f64 * 1e9)), Unit::Bytes, WEEK);
        assert_eq!(recalled.hours, lived.hours);
        assert_eq!(recalled.seconds_left(5e9, Unit::Bytes), lived.seconds_left(5e9, Unit::Bytes));
    }

    #[test]
    fn a_clock_set_back_adds_no_hour_twice() {
        let mut trend = Trend::default();
        falling(0..50, &mut trend);
        let before = trend.hours.clone();
        falling(47..49, &mut trend);
        assert_eq!(trend.hours, before);
    }

    #[test]
    fn a_share_fills_up_to_the_whole() {
        let mut trend = Trend::default();
        (0..48).for_each(|hour| trend.push(at(hour, 0), 40.0 + hour as f64, Unit::Percent, WEEK));
        assert_eq!(trend.seconds_left(90.0, Unit::Percent).map(|(left, _)| left.round()), Some(10.0 * 3_600.0));
    }

    #[test]
    fn what_lies_before_the_window_is_forgotten() {
        let mut trend = Trend::default();
        falling(0..400, &mut trend);
        assert_eq!(trend.hours.len(), 168);
    }
}
