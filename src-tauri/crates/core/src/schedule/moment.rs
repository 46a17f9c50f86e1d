//! From a pattern to moments, through the zone's changes of clocks.

use chrono::{DateTime, Days as Later, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike};

use super::pattern::{Pace, Pattern};
use crate::time::{Span, Timestamp, first_shown};

/// The rarest thing comes on a 29th of February that is a certain day of the week: every 28 years, 40 around a year like 2100.
const SEARCHED_DAYS: u64 = 41 * 366;
/// No change of clocks skips more; whole days were skipped where the date line moved.
const LONGEST_SKIP_MINUTES: i64 = 26 * 60;
const MINUTE: i64 = 60_000;

/// The first time after `after`.
pub(super) fn next<Z: TimeZone>(pace: &Pace, after: Timestamp, zone: &Z) -> Option<Timestamp> {
    match pace {
        Pace::Every(span) => {
            let span = span.as_millis().max(1);
            let slot = after.as_millis().div_euclid(span).checked_add(1)?.checked_mul(span)?;
            Some(Timestamp::from_millis(slot))
        }
        Pace::Clock(pattern) => on_clocks(pattern, after, zone),
        Pace::Running(pattern) => running(pattern, after, zone),
    }
}

/// The newest time that is not after `now`: looked for from ever further back, so that what comes often costs little.
pub(super) fn latest<Z: TimeZone>(pace: &Pace, now: Timestamp, zone: &Z) -> Option<Timestamp> {
    let farthest = Span::from_days(SEARCHED_DAYS as i64);
    let mut back = Span::from_minutes(1);
    let mut found = loop {
        match next(pace, now - back, zone).filter(|at| *at <= now) {
            Some(at) => break at,
            None if back > farthest => return None,
            None => back = Span::from_millis(back.as_millis() * 2),
        }
    };
    while let Some(later) = next(pace, found, zone).filter(|at| *at <= now) {
        found = later;
    }
    Some(found)
}

/// Each time that clocks show, once.
fn on_clocks<Z: TimeZone>(pattern: &Pattern, after: Timestamp, zone: &Z) -> Option<Timestamp> {
    // The day before too: what was skipped at its end comes on the next day.
    let first = local(after, zone)?.date().checked_sub_days(Later::new(1))?;
    (0..=SEARCHED_DAYS).find_map(|days| {
        let date = first.checked_add_days(Later::new(days))?;
        if !pattern.is_on(date) {
            return None;
        }
        pattern.times().filter_map(|minutes| instant(date, minutes, zone)).filter(|at| *at > after).min()
    })
}

/// Minute by minute, in bounds that skip what cannot fit.
fn running<Z: TimeZone>(pattern: &Pattern, after: Timestamp, zone: &Z) -> Option<Timestamp> {
    let mut at = (after.as_millis().div_euclid(MINUTE) + 1) * MINUTE;
    let end = at.checked_add(SEARCHED_DAYS as i64 * 24 * 60 * MINUTE)?;
    while at < end {
        let time = local(Timestamp::from_millis(at), zone)?;
        if pattern.fits(time) {
            return Some(Timestamp::from_millis(at));
        }
        let is_day = pattern.is_on(time.date());
        let is_hour = pattern.hours & (1 << time.hour()) != 0;
        at += MINUTE
            * match (is_day, is_hour) {
                // An hour is left before midnight, in case clocks are put forward today.
                (false, _) if time.hour() < 22 => i64::from(22 - time.hour()) * 60,
                (true, true) => 1,
                // To the next full hour; clocks that change by half an hour change at a full or half one.
                _ if time.minute() < 30 => i64::from(30 - time.minute()),
                _ => i64::from(60 - time.minute()),
            };
    }
    None
}

fn local<Z: TimeZone>(at: Timestamp, zone: &Z) -> Option<NaiveDateTime> {
    Some(DateTime::from_timestamp_millis(at.as_millis())?.with_timezone(zone).naive_local())
}

/// The first moment at which clocks show this time of this day; where they skip it, the moment at which they do.
fn instant<Z: TimeZone>(date: NaiveDate, minutes: u32, zone: &Z) -> Option<Timestamp> {
    let time = date.and_time(NaiveTime::from_num_seconds_from_midnight_opt(minutes * 60, 0)?);
    (0..=LONGEST_SKIP_MINUTES)
        .find_map(|skipped| first_shown(time.checked_add_signed(TimeDelta::minutes(skipped))?, zone))
}
