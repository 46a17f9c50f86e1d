//! Schedules in words.

use super::pattern::{ALL_HOURS, ALL_MONTHS, Days, Pace, Pattern};
use crate::config::{Recurrence, TimeOfDay};
use crate::time::Span;

/// What comes without a time of day comes then: after midnight, before the day.
const NIGHT: u16 = 3 * 60;
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEK: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const NTH: [&str; 4] = ["first", "second", "third", "fourth"];
const DAY: i64 = 24 * 60;
/// January, April, July, October.
const QUARTERS: u16 = 0b0010_0100_1001;

/// Reads words; none when they are no schedule.
pub(super) fn read(words: &[&str]) -> Option<Pace> {
    let clock = |days, at| Some(Pace::Clock(Pattern::at(days, at)));
    match words {
        ["hourly"] => every(Span::from_minutes(60), None),
        ["daily"] => clock(Days::All, NIGHT),
        ["weekly"] => clock(Days::Week(1 << 6), NIGHT),
        ["weekly", day] if week_day(day).is_some() => clock(Days::Week(1 << week_day(day)?), NIGHT),
        ["every", span] => every(span.parse().ok()?, None),
        ["every", span, at] => every(span.parse().ok()?, Some(time(at)?)),
        ["monthly", rest @ ..] => monthly(rest, ALL_MONTHS),
        ["quarterly", rest @ ..] => monthly(rest, QUARTERS),
        ["yearly"] => monthly(&[], 1),
        ["yearly", month, rest @ ..] => monthly(rest, 1 << name(month, &MONTHS)?),
        _ => recurrence(words),
    }
}

/// `daily 03:00`, `mon-fri 22:00`.
fn recurrence(words: &[&str]) -> Option<Pace> {
    let read: Recurrence = words.join(" ").parse().ok()?;
    let days = (0..7).filter(|day| read.is_on(*day)).fold(0, |days, day| days | (1 << day));
    Some(Pace::Clock(Pattern::at(Days::Week(days), read.at().minutes())))
}

/// Lengths that divide an hour or a day follow the clock; others are counted from 1970.
fn every(span: Span, at: Option<u16>) -> Option<Pace> {
    let minutes = span.as_millis() / 60_000;
    if minutes < 1 || span.as_millis() % 60_000 != 0 || minutes > 366 * DAY {
        return None;
    }
    let steps = |count: i64, step: i64| (0..count).step_by(step as usize);
    match at {
        Some(at) if minutes % DAY == 0 => Some(Pace::Clock(Pattern::at(Days::Every(minutes / DAY), at))),
        Some(_) => None,
        None if 60 % minutes == 0 => {
            let minutes = steps(60, minutes).fold(0, |set, minute| set | (1 << minute));
            Some(Pace::Running(Pattern { minutes, hours: ALL_HOURS, days: Days::All, months: ALL_MONTHS }))
        }
        None if minutes % 60 == 0 && DAY % minutes == 0 => {
            let hours = steps(24, minutes / 60).fold(0, |set, hour| set | (1 << hour));
            Some(Pace::Clock(Pattern { minutes: 1, hours, days: Days::All, months: ALL_MONTHS }))
        }
        None => Some(Pace::Every(span)),
    }
}

/// `15 04:00`, `last 04:00`, `last sunday 04:00`, `first mon`; nothing is the first day.
fn monthly(words: &[&str], months: u16) -> Option<Pace> {
    let (words, at) = match words {
        [rest @ .., last] if time(last).is_some() => (rest, time(last)?),
        _ => (words, NIGHT),
    };
    let days = match words {
        [] => Days::MonthDay(1),
        ["last"] | ["last", "day"] => Days::MonthDay(31),
        ["last", day] => Days::Last(1 << week_day(day)?),
        [nth, day] => Days::Nth(name(nth, &NTH)? + 1, 1 << week_day(day)?),
        [day] => Days::MonthDay(day.parse().ok().filter(|day| (1..=31).contains(day))?),
        _ => return None,
    };
    Some(Pace::Clock(Pattern { months, ..Pattern::at(days, at) }))
}

fn time(text: &str) -> Option<u16> {
    text.parse().ok().map(TimeOfDay::minutes)
}

/// The number of a day, from Monday.
pub(super) fn week_day(text: &str) -> Option<u32> {
    name(text, &WEEK)
}

/// The number of a month, from January.
pub(super) fn month(text: &str) -> Option<u32> {
    name(text, &MONTHS)
}

/// The place of a name, written out or with its first three letters.
fn name(text: &str, names: &[&str]) -> Option<u32> {
    let place = names.iter().position(|name| *name == text || (text.len() == 3 && name.starts_with(text)))?;
    u32::try_from(place).ok()
}
