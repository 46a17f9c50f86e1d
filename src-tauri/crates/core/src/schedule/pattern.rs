//! What a schedule is inside: either a fixed distance, or which minutes, hours, days and months it comes on.

use chrono::{Datelike, NaiveDate, NaiveDateTime, Timelike};

use crate::time::Span;

/// How time is gone through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Pace {
    /// At a fixed distance, counted from 1970, whatever clocks show.
    Every(Span),
    /// At times that clocks show, each once: what a change of clocks skips comes when it is over, what comes twice counts once.
    Clock(Pattern),
    /// Whenever clocks show a fitting minute, also when they show it twice: for what comes in every hour.
    Running(Pattern),
}

/// A set of minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// A bit for each minute of the hour.
    pub minutes: u64,
    /// A bit for each hour of the day.
    pub hours: u32,
    /// Days.
    pub days: Days,
    /// A bit for each month, January the lowest.
    pub months: u16,
}

/// Which days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Days {
    /// All.
    All,
    /// Days of the week, Monday the lowest bit.
    Week(u8),
    /// Days of the month, the first the lowest bit, that are days of the week as well. A day that a month lacks is none.
    Both(u32, u8),
    /// Days of the month, and days of the week beside them, as cron has it when both are named.
    Either(u32, u8),
    /// One day of the month; in shorter months their last day.
    MonthDay(u32),
    /// The first to fourth of a day of the week in the month.
    Nth(u32, u8),
    /// The last of a day of the week in the month.
    Last(u8),
    /// Every so many days, counted from 1970.
    Every(i64),
}

/// All minutes of an hour.
pub(super) const ALL_MINUTES: u64 = (1 << 60) - 1;
/// All hours of a day.
pub(super) const ALL_HOURS: u32 = (1 << 24) - 1;
/// All months.
pub(super) const ALL_MONTHS: u16 = (1 << 12) - 1;
/// All days of the week.
pub(super) const ALL_WEEK: u8 = (1 << 7) - 1;

impl Pattern {
    /// Days at one time.
    pub fn at(days: Days, minute_of_day: u16) -> Self {
        Self { minutes: 1 << (minute_of_day % 60), hours: 1 << (minute_of_day / 60 % 24), days, months: ALL_MONTHS }
    }

    /// Whether it comes on this day.
    pub fn is_on(&self, date: NaiveDate) -> bool {
        self.months & (1 << date.month0()) != 0 && self.days.has(date)
    }

    /// Whether it comes in this minute.
    pub fn fits(&self, time: NaiveDateTime) -> bool {
        self.minutes & (1 << time.minute()) != 0 && self.hours & (1 << time.hour()) != 0 && self.is_on(time.date())
    }

    /// Its times on a day that it comes on, in minutes from midnight.
    pub fn times(&self) -> impl Iterator<Item = u32> + '_ {
        let hours = (0..24).filter(|hour| self.hours & (1 << hour) != 0);
        hours.flat_map(|hour| {
            (0..60).filter(|minute| self.minutes & (1 << minute) != 0).map(move |minute| hour * 60 + minute)
        })
    }
}

impl Days {
    fn has(&self, date: NaiveDate) -> bool {
        let weekday = |days: u8| days & (1 << date.weekday().num_days_from_monday()) != 0;
        let month_day = |days: u32| days & (1 << date.day0()) != 0;
        let length = u32::from(date.num_days_in_month());
        match *self {
            Self::All => true,
            Self::Week(days) => weekday(days),
            Self::Both(month, week) => month_day(month) && weekday(week),
            Self::Either(month, week) => month_day(month) || weekday(week),
            Self::MonthDay(day) => date.day() == day.min(length),
            Self::Nth(nth, days) => weekday(days) && date.day0() / 7 + 1 == nth,
            Self::Last(days) => weekday(days) && date.day() + 7 > length,
            Self::Every(days) => i64::from(date.to_epoch_days()).rem_euclid(days.max(1)) == 0,
        }
    }
}
