//! Classic log files: `2026-11-28T22:44:31.123+00:00 host sshd[812]: words` of newer systems, and the older
//! `Nov 28 22:44:31 host sshd[812]: words`, which knows neither year nor zone. Neither says how bad a line is, so words do.

use chrono::{Datelike, NaiveDate, NaiveTime, TimeZone};

use super::{Record, RecordLevel};
use crate::time::{Span, Timestamp, first_shown};

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// Words that make a line worth keeping, the worst first.
const WORDS: [(RecordLevel, &[&str]); 3] = [
    (RecordLevel::Critical, &["panic", "emerg", "out of memory", "oom-kill", "segfault", "i/o error", "corrupt"]),
    (RecordLevel::Error, &["error", "fail", "fatal", "critical", "cannot", "denied", "refused", "killed process"]),
    (RecordLevel::Warning, &["warn", "timeout", "timed out", "retry", "throttl", "unable"]),
];

/// Lines of a log file that speak of something bad. `now` tells the year of the older form, `zone` its time.
pub fn parse_syslog<Z: TimeZone>(text: &str, now: Timestamp, zone: &Z) -> Vec<Record> {
    text.lines().filter_map(|line| record(line, now, zone)).collect()
}

fn record<Z: TimeZone>(line: &str, now: Timestamp, zone: &Z) -> Option<Record> {
    let (at, rest) = stamp(line, now, zone)?;
    let (_host, rest) = rest.trim_start().split_once(' ')?;
    let (tag, message) = rest.split_once(": ")?;
    let source = tag.split('[').next().unwrap_or(tag);
    Some(Record::new(at, level(message)?, source, message))
}

fn level(message: &str) -> Option<RecordLevel> {
    let lower = message.to_lowercase();
    WORDS.iter().find(|(_, words)| words.iter().any(|word| lower.contains(word))).map(|(level, _)| *level)
}

fn stamp<'l, Z: TimeZone>(line: &'l str, now: Timestamp, zone: &Z) -> Option<(Timestamp, &'l str)> {
    let (first, rest) = line.split_once(' ')?;
    if let Ok(at) = first.parse() {
        return Some((at, rest));
    }
    let month = MONTHS.iter().position(|month| *month == first)?;
    let (day, rest) = rest.trim_start().split_once(' ')?;
    let (time, rest) = rest.split_once(' ')?;
    let time = NaiveTime::parse_from_str(time, "%H:%M:%S").ok()?;
    let (month, day) = (u32::try_from(month).ok()? + 1, day.parse().ok()?);
    let this_year = now.to_utc().with_timezone(zone).year();
    let of = |year: i32| first_shown(NaiveDate::from_ymd_opt(year, month, day)?.and_time(time), zone);
    // In January the lines of December are those of the year before.
    let at = of(this_year).filter(|at| *at <= now + Span::from_days(1)).or_else(|| of(this_year - 1))?;
    Some((at, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::FixedOffset;

    const RECORDED: &str = include_str!("../../../../../tests/fixtures/logs/syslog.txt");

    #[test]
    fn both_forms_are_read_and_only_what_is_bad_is_kept() {
        let now: Timestamp = "2026-11-28T22:50:00Z".parse().unwrap();
        let zone = FixedOffset::east_opt(3_600).unwrap();
        let records = parse_syslog(RECORDED, now, &zone);
        let seen: Vec<_> = records.iter().map(|one| (one.at.to_string(), one.level, one.source.clone())).collect();
        assert_eq!(
            seen,
            [
                ("2026-11-28T22:44:31.123Z".to_owned(), RecordLevel::Error, "sshd".to_owned()),
                ("2026-11-28T21:44:40.000Z".to_owned(), RecordLevel::Critical, "kernel".to_owned()),
                ("2026-11-28T21:44:41.000Z".to_owned(), RecordLevel::Warning, "smartd".to_owned()),
                ("2025-12-31T22:59:59.000Z".to_owned(), RecordLevel::Error, "cron".to_owned()),
            ]
        );
    }
}
