//! Cron text of five fields, as crontab(5) has it: minute, hour, day of the month, month, day of the week.

use super::pattern::{ALL_HOURS, ALL_MINUTES, ALL_MONTHS, ALL_WEEK, Days, Pace, Pattern};
use super::words;

/// A field: its least and greatest number, and the reader of its names.
struct Field {
    least: u32,
    most: u32,
    name: fn(&str) -> Option<u32>,
}

const MINUTE: Field = Field { least: 0, most: 59, name: |_| None };
const HOUR: Field = Field { least: 0, most: 23, name: |_| None };
const MONTH_DAY: Field = Field { least: 1, most: 31, name: |_| None };
const MONTH: Field = Field { least: 1, most: 12, name: |text| words::month(text).map(|month| month + 1) };
/// Sunday is 0 and 7.
const WEEK_DAY: Field = Field { least: 0, most: 7, name: |text| words::week_day(text).map(|day| (day + 1) % 7) };

/// Reads five fields, or a word such as `@daily`; none when they are none.
pub(super) fn read(words: &[&str]) -> Option<Pace> {
    let words = match words {
        ["@hourly"] => &["0", "*", "*", "*", "*"],
        ["@daily" | "@midnight"] => &["0", "0", "*", "*", "*"],
        ["@weekly"] => &["0", "0", "*", "*", "0"],
        ["@monthly"] => &["0", "0", "1", "*", "*"],
        ["@yearly" | "@annually"] => &["0", "0", "1", "1", "*"],
        _ => words,
    };
    let [minute, hour, month_day, month, week_day] = words else { return None };
    let minutes = MINUTE.read(minute)? & ALL_MINUTES;
    let hours = HOUR.read(hour)? as u32 & ALL_HOURS;
    let months = (MONTH.read(month)? >> 1) as u16 & ALL_MONTHS;
    let month_days = (MONTH_DAY.read(month_day)? >> 1) as u32;
    let sunday_first = WEEK_DAY.read(week_day)?;
    // Bit 0 and bit 7 are Sunday; ours begin with Monday.
    let week = ((sunday_first >> 1) as u8 | ((sunday_first & 1) << 6) as u8) & ALL_WEEK;
    let is_free = month_day.starts_with('*') || week_day.starts_with('*');
    let days = if is_free { Days::Both(month_days, week) } else { Days::Either(month_days, week) };
    let pattern = Pattern { minutes, hours, days, months };
    Some(if hour.starts_with('*') { Pace::Running(pattern) } else { Pace::Clock(pattern) })
}

impl Field {
    /// `*`, `*/5`, `1-5`, `1-20/3`, `mon,wed`, `7`.
    fn read(&self, text: &str) -> Option<u64> {
        text.split(',').try_fold(0, |set, part| Some(set | self.part(part)?))
    }

    fn part(&self, text: &str) -> Option<u64> {
        let (range, step) = match text.split_once('/') {
            Some((range, step)) => (range, Some(step.parse::<usize>().ok().filter(|step| *step > 0)?)),
            None => (text, None),
        };
        let (first, last) = match range.split_once('-') {
            _ if range == "*" => (self.least, self.most),
            Some((first, last)) => (self.number(first)?, self.number(last)?),
            // `5/10` begins at 5 and goes on to the end.
            None => (self.number(range)?, if step.is_some() { self.most } else { self.number(range)? }),
        };
        (first <= last).then(|| (first..=last).step_by(step.unwrap_or(1)).fold(0, |set, number| set | (1 << number)))
    }

    fn number(&self, text: &str) -> Option<u32> {
        let plain = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        plain.or_else(|| (self.name)(text)).filter(|number| (self.least..=self.most).contains(number))
    }
}
