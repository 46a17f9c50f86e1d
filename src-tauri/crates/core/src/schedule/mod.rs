//! When something comes back: words (`daily 03:00`, `monthly last sunday 04:00`, `every 6h`) or cron text. Pure: the moment and
//! the zone are arguments, and daylight-saving changes lose nothing and run nothing twice.

mod cron;
mod moment;
mod pattern;
#[cfg(test)]
mod tests;
mod text;
mod words;

use chrono::TimeZone;

use crate::time::Timestamp;
use pattern::Pace;

pub use text::BadSchedule;

/// A time that comes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// As it is written: small letters, one space between words.
    text: String,
    pace: Pace,
}

/// Something that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueSlot {
    /// For which moment.
    pub slot: Timestamp,
    /// How many before it passed without a run, as in sleep; this one stands for all. At most [`MOST_MISSED`].
    pub missed: u32,
}

/// Missed runs are counted this far.
pub const MOST_MISSED: u32 = 100;

impl Schedule {
    /// The first time after `after`; none only beyond the end of the calendar.
    pub fn next<Z: TimeZone>(&self, after: Timestamp, zone: &Z) -> Option<Timestamp> {
        moment::next(&self.pace, after, zone)
    }

    /// The newest time that is not after `now`.
    pub fn latest<Z: TimeZone>(&self, now: Timestamp, zone: &Z) -> Option<Timestamp> {
        moment::latest(&self.pace, now, zone)
    }

    /// What is due at `now`, when everything up to `since` is done. What was missed is due once.
    pub fn due<Z: TimeZone>(&self, since: Timestamp, now: Timestamp, zone: &Z) -> Option<DueSlot> {
        let slot = self.latest(now, zone).filter(|slot| *slot > since)?;
        let mut missed = 0;
        let mut at = self.next(since, zone)?;
        while at < slot && missed < MOST_MISSED {
            missed += 1;
            at = self.next(at, zone)?;
        }
        Some(DueSlot { slot, missed })
    }

    /// Its times after `from` and up to `to`, at most so many: for calendars.
    pub fn times_within<Z: TimeZone>(&self, from: Timestamp, to: Timestamp, most: usize, zone: &Z) -> Vec<Timestamp> {
        let mut times = Vec::new();
        let mut at = from;
        while let Some(next) = self.next(at, zone).filter(|next| *next <= to && times.len() < most) {
            times.push(next);
            at = next;
        }
        times
    }
}
