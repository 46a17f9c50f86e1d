//! Schedules read, refused, and followed through changes of clocks in five zones and through any year.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, Timelike, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;

use super::pattern::Pace;
use super::*;
use crate::time::Span;

fn schedule(text: &str) -> Schedule {
    text.parse().unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn zone(name: &str) -> Tz {
    name.parse().unwrap()
}

/// `2026-03-29 01:59` in UTC.
fn utc(text: &str) -> Timestamp {
    let time = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    Timestamp::from_millis(time.and_utc().timestamp_millis())
}

/// As clocks there show it, with the distance to UTC.
fn shown(at: Timestamp, zone: Tz) -> String {
    at.to_utc().with_timezone(&zone).format("%m-%d %H:%M %z").to_string()
}

fn times(text: &str, zone: &str, from: &str, count: usize) -> Vec<String> {
    let (schedule, zone) = (schedule(text), self::zone(zone));
    let far = utc(from) + Span::from_days(50 * 366);
    schedule.times_within(utc(from), far, count, &zone).into_iter().map(|at| shown(at, zone)).collect()
}

#[test]
fn words_and_cron_text_come_when_they_say() {
    for (text, expected) in [
        ("daily 03:00", ["01-01 03:00", "01-02 03:00", "01-03 03:00"]),
        ("daily", ["01-01 03:00", "01-02 03:00", "01-03 03:00"]),
        ("Weekly  Sun 03:00", ["01-04 03:00", "01-11 03:00", "01-18 03:00"]),
        ("weekly", ["01-04 03:00", "01-11 03:00", "01-18 03:00"]),
        ("weekly wed", ["01-07 03:00", "01-14 03:00", "01-21 03:00"]),
        ("mon-fri 22:00", ["01-01 22:00", "01-02 22:00", "01-05 22:00"]),
        ("sat,sun 04:30", ["01-03 04:30", "01-04 04:30", "01-10 04:30"]),
        ("hourly", ["01-01 01:00", "01-01 02:00", "01-01 03:00"]),
        ("every 15m", ["01-01 00:15", "01-01 00:30", "01-01 00:45"]),
        ("every 6h", ["01-01 06:00", "01-01 12:00", "01-01 18:00"]),
        ("every 1d 04:00", ["01-01 04:00", "01-02 04:00", "01-03 04:00"]),
        // 20,454 days after 1970-01-01 is 2026-01-01.
        ("every 2d 04:00", ["01-01 04:00", "01-03 04:00", "01-05 04:00"]),
        ("every 90m", ["01-01 01:30", "01-01 03:00", "01-01 04:30"]),
        ("monthly", ["01-01 03:00", "02-01 03:00", "03-01 03:00"]),
        ("monthly 31 04:00", ["01-31 04:00", "02-28 04:00", "03-31 04:00"]),
        ("monthly last 04:00", ["01-31 04:00", "02-28 04:00", "03-31 04:00"]),
        ("monthly last sunday 04:00", ["01-25 04:00", "02-22 04:00", "03-29 04:00"]),
        ("monthly first mon 04:00", ["01-05 04:00", "02-02 04:00", "03-02 04:00"]),
        ("quarterly", ["01-01 03:00", "04-01 03:00", "07-01 03:00"]),
        ("quarterly 15 05:00", ["01-15 05:00", "04-15 05:00", "07-15 05:00"]),
        ("yearly", ["01-01 03:00", "01-01 03:00", "01-01 03:00"]),
        ("yearly dec last fri 23:00", ["12-25 23:00", "12-31 23:00", "12-29 23:00"]),
        ("30 3 * * 0", ["01-04 03:30", "01-11 03:30", "01-18 03:30"]),
        ("30 3 * * 7", ["01-04 03:30", "01-11 03:30", "01-18 03:30"]),
        ("0 0 1,15 * *", ["01-15 00:00", "02-01 00:00", "02-15 00:00"]),
        ("0 0 13 * fri", ["01-02 00:00", "01-09 00:00", "01-13 00:00"]),
        ("0 0 */10 * mon", ["05-11 00:00", "06-01 00:00", "08-31 00:00"]),
        ("*/20 4 * jan-feb mon-fri", ["01-01 04:00", "01-01 04:20", "01-01 04:40"]),
        ("5/20 0-1 * * *", ["01-01 00:05", "01-01 00:25", "01-01 00:45"]),
        ("@daily", ["01-02 00:00", "01-03 00:00", "01-04 00:00"]),
        ("0 12 29 2 *", ["02-29 12:00", "02-29 12:00", "02-29 12:00"]),
    ] {
        let found = times(text, "UTC", "2026-01-01 00:00", 3);
        let found: Vec<&str> = found.iter().map(|time| &time[..11]).collect();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn what_is_none_is_refused_with_examples() {
    for text in [
        "",
        "now",
        "daily 3:00",
        "daily 24:00",
        "weekly 03:00 sun",
        "every 0m",
        "every 30s",
        "every 6h 03:00",
        "every",
        "monthly 0",
        "monthly 32",
        "monthly fifth mon",
        "yearly 13",
        "yearly foo",
        "* * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "5-1 * * * *",
        "*/0 * * * *",
        "a * * * *",
        "* * * * * *",
        "+5 * * * *",
    ] {
        let refused = text.parse::<Schedule>();
        assert!(matches!(&refused, Err(BadSchedule::Unreadable(_))), "{text}: {refused:?}");
        assert!(refused.unwrap_err().to_string().contains("daily 03:00"));
    }
    assert_eq!("0 0 31 2 *".parse::<Schedule>(), Err(BadSchedule::Never("0 0 31 2 *".to_owned())));
}

#[test]
fn the_text_is_kept_in_small_letters() {
    assert_eq!(schedule("  Monthly LAST Sunday 04:00 ").to_string(), "monthly last sunday 04:00");
    let json = serde_json::to_string(&schedule("daily 03:00")).unwrap();
    assert_eq!(json, "\"daily 03:00\"");
    assert_eq!(serde_json::from_str::<Schedule>(&json).unwrap(), schedule("daily 03:00"));
}

#[test]
fn changes_of_clocks_skip_nothing_and_run_nothing_twice() {
    for (name, text, from, expected) in [
        // Put forward: 02:30 does not come; it runs when the hour is over.
        (
            "Europe/Berlin",
            "daily 02:30",
            "2026-03-27 12:00",
            ["03-28 02:30 +0100", "03-29 03:00 +0200", "03-30 02:30 +0200"],
        ),
        // Put back: 02:30 comes twice; it runs the first time.
        (
            "Europe/Berlin",
            "daily 02:30",
            "2026-10-23 12:00",
            ["10-24 02:30 +0200", "10-25 02:30 +0200", "10-26 02:30 +0100"],
        ),
        (
            "America/New_York",
            "daily 02:00",
            "2026-03-07 01:00",
            ["03-07 02:00 -0500", "03-08 03:00 -0400", "03-09 02:00 -0400"],
        ),
        (
            "America/New_York",
            "daily 01:30",
            "2026-10-31 01:00",
            ["10-31 01:30 -0400", "11-01 01:30 -0400", "11-02 01:30 -0500"],
        ),
        // Half an hour, at the other end of the year.
        (
            "Australia/Lord_Howe",
            "daily 02:15",
            "2026-10-02 12:00",
            ["10-03 02:15 +1030", "10-04 02:30 +1100", "10-05 02:15 +1100"],
        ),
        (
            "Australia/Lord_Howe",
            "daily 01:45",
            "2026-04-03 12:00",
            ["04-04 01:45 +1100", "04-05 01:45 +1100", "04-06 01:45 +1030"],
        ),
        // At midnight, so that the day begins at 01:00.
        (
            "America/Santiago",
            "daily 00:00",
            "2026-09-05 00:00",
            ["09-05 00:00 -0400", "09-06 01:00 -0300", "09-07 00:00 -0300"],
        ),
        (
            "Pacific/Apia",
            "daily 03:00",
            "2011-12-29 00:00",
            ["12-29 03:00 -1000", "12-31 00:00 +1400", "12-31 03:00 +1400"],
        ),
        // What comes in every hour follows the hours, not what they are called.
        (
            "Europe/Berlin",
            "hourly",
            "2026-03-29 00:30",
            ["03-29 03:00 +0200", "03-29 04:00 +0200", "03-29 05:00 +0200"],
        ),
        (
            "Europe/Berlin",
            "hourly",
            "2026-10-24 23:30",
            ["10-25 02:00 +0200", "10-25 02:00 +0100", "10-25 03:00 +0100"],
        ),
        (
            "Europe/Berlin",
            "every 30m",
            "2026-10-25 00:15",
            ["10-25 02:30 +0200", "10-25 02:00 +0100", "10-25 02:30 +0100"],
        ),
        (
            "Europe/Berlin",
            "every 6h",
            "2026-10-24 16:30",
            ["10-25 00:00 +0200", "10-25 06:00 +0100", "10-25 12:00 +0100"],
        ),
        (
            "Asia/Kolkata",
            "every 20m",
            "2026-01-01 00:05",
            ["01-01 05:40 +0530", "01-01 06:00 +0530", "01-01 06:20 +0530"],
        ),
    ] {
        assert_eq!(times(text, name, from, 3), expected, "{name} {text}");
    }
}

#[test]
fn what_was_missed_is_due_once_and_counted() {
    let berlin = zone("Europe/Berlin");
    let daily = schedule("daily 03:00");
    let due = |since: &str, now: &str| daily.due(utc(since), utc(now), &berlin);
    assert_eq!(due("2026-06-01 01:00", "2026-06-02 00:59"), None);
    assert_eq!(due("2026-06-01 01:00", "2026-06-02 01:00"), Some(DueSlot { slot: utc("2026-06-02 01:00"), missed: 0 }));
    assert_eq!(due("2026-06-01 01:00", "2026-06-05 13:00"), Some(DueSlot { slot: utc("2026-06-05 01:00"), missed: 3 }));
    assert_eq!(due("2020-01-01 00:00", "2026-06-05 13:00").unwrap().missed, MOST_MISSED);
    // A clock that was set back is no reason to run again.
    assert_eq!(due("2026-06-05 01:00", "2026-06-03 13:00"), None);
}

#[test]
fn the_rarest_and_the_most_frequent_are_found_in_little_time() {
    for text in ["0 0 29 2 1", "* * * * *", "*/5 * 29 2 *", "every 1m", "yearly", "every 366d 03:00"] {
        let schedule = schedule(text);
        for name in ["UTC", "Europe/Berlin", "Australia/Lord_Howe"] {
            let now = utc("2026-11-29 03:00");
            let next = schedule.next(now, &zone(name)).unwrap();
            assert!(schedule.latest(next, &zone(name)) == Some(next), "{text} in {name}");
            assert!(schedule.latest(now, &zone(name)).unwrap() <= now, "{text} in {name}");
        }
    }
}

const ZONES: [&str; 8] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Santiago",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Pacific/Chatham",
];

fn any_text() -> impl Strategy<Value = String> {
    let day = prop::sample::select(vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
    let at = (0_u32..24, 0_u32..60).prop_map(|(hour, minute)| format!("{hour:02}:{minute:02}"));
    prop_oneof![
        at.clone().prop_map(|at| format!("daily {at}")),
        (day.clone(), at.clone()).prop_map(|(day, at)| format!("weekly {day} {at}")),
        (day, at.clone()).prop_map(|(day, at)| format!("monthly last {day} {at}")),
        (1_u32..32, at).prop_map(|(day, at)| format!("monthly {day} {at}")),
        (0_u32..60, 0_u32..24).prop_map(|(minute, hour)| format!("{minute} {hour} * * *")),
        (1_u32..60, 0_u32..7).prop_map(|(step, day)| format!("*/{step} * * * {day}")),
        (1_u32..24).prop_map(|hours| format!("every {hours}h")),
        (1_u32..120).prop_map(|minutes| format!("every {minutes}m")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn times_rise_and_fit_what_clocks_show(text in any_text(), zone_index in 0..ZONES.len(), day in 0_i64..7_300, minute in 0_i64..1_440) {
        let (schedule, zone) = (schedule(&text), zone(ZONES[zone_index]));
        let start = utc("2020-01-01 00:00") + Span::from_days(day) + Span::from_minutes(minute);
        let mut at = start;
        for _ in 0..5 {
            let next = schedule.next(at, &zone).unwrap();
            prop_assert!(next > at, "later than what was before");
            prop_assert_eq!(schedule.latest(next, &zone), Some(next), "and the newest at its own time");
            let before = schedule.latest(next - Span::from_millis(1), &zone).unwrap();
            prop_assert!(before < next);
            prop_assert_eq!(schedule.next(before, &zone), Some(next), "nothing lies between two neighbours");
            if let Pace::Clock(pattern) | Pace::Running(pattern) = &schedule.pace {
                let local = next.to_utc().with_timezone(&zone).naive_local();
                // Where it does not fit, clocks were just put forward over the time that was meant.
                prop_assert!(pattern.fits(local) || was_skipped(pattern, next, zone), "{} at {}", text, shown(next, zone));
            }
            at = next;
        }
    }

    #[test]
    fn a_daily_run_comes_once_on_every_day(hour in 0_u32..24, minute in 0_u32..60, zone_index in 0..ZONES.len(), year in 2015_i32..2035) {
        let (schedule, zone) = (schedule(&format!("daily {hour:02}:{minute:02}")), zone(ZONES[zone_index]));
        let mut at = utc(&format!("{year}-01-01 14:00"));
        let mut days = Vec::new();
        for _ in 0..365 {
            at = schedule.next(at, &zone).unwrap();
            days.push(at.to_utc().with_timezone(&zone).date_naive());
        }
        let follows = |pair: &[NaiveDate]| pair[1] - pair[0] == Duration::days(1);
        // Late in the evening a time that is skipped comes after midnight, on the day of the next one.
        let is_late = hour == 23;
        let gaps = days.windows(2).filter(|pair| !follows(pair)).count();
        let most = if is_late { 4 } else { 0 };
        prop_assert!(gaps <= most, "{gaps} days without a run, or with two");
    }
}

fn was_skipped(pattern: &super::pattern::Pattern, at: Timestamp, zone: Tz) -> bool {
    let before: DateTime<Utc> = at.to_utc() - Duration::minutes(1);
    let mut shown = before.with_timezone(&zone).naive_local() + Duration::minutes(1);
    let after = at.to_utc().with_timezone(&zone).naive_local();
    let mut fits = false;
    while shown < after {
        fits |= pattern.fits(shown);
        shown += Duration::minutes(1);
    }
    fits && after.year() > 2000 && after.minute() < 60
}
