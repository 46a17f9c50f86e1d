//! Maintenance windows that come back: when one is open, on the clock of the wall with its changes, and the silence that it is
//! then. The zone is an argument.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};

use crate::alert::{Silence, SilenceId};
use crate::config::MaintenanceWindow;
use crate::time::{Span, Timestamp, first_shown};

/// No change of clocks skips more; whole days were skipped where the date line moved.
const LONGEST_SKIP_MINUTES: i64 = 26 * 60;
/// The next one is at most a week away, and a day more where the date line moved.
const SEARCHED_DAYS: u64 = 9;

/// The windows of `all` that are open at `now`, as silences. The identity of a silence is that of its window.
pub fn open_windows<Z: TimeZone>(all: &[MaintenanceWindow], now: Timestamp, zone: &Z) -> Vec<Silence> {
    all.iter().filter_map(|window| Some(silence(window, opened(window, now, zone)?))).collect()
}

/// When a window that is open at `now` opened. Where two openings cover the moment, the later one counts.
pub fn opened<Z: TimeZone>(window: &MaintenanceWindow, now: Timestamp, zone: &Z) -> Option<Timestamp> {
    let today = local_date(now, zone);
    let back = (window.r#for.as_millis() / 86_400_000 + 2) as u64;
    (0..=back + 1)
        .filter_map(|days| start(window, (today + Days::new(1)).checked_sub_days(Days::new(days))?, zone))
        .find(|start| *start <= now && now < *start + window.r#for)
}

/// When it opens next, after `now`.
pub fn opens<Z: TimeZone>(window: &MaintenanceWindow, now: Timestamp, zone: &Z) -> Option<Timestamp> {
    let today = local_date(now, zone);
    (0..=SEARCHED_DAYS)
        .filter_map(|days| start(window, today.checked_add_days(Days::new(days))?, zone))
        .find(|start| *start > now)
}

fn silence(window: &MaintenanceWindow, from: Timestamp) -> Silence {
    Silence {
        id: SilenceId(window.id.clone()),
        rule: None,
        alert: None,
        labels: window.r#where.clone(),
        except: window.except,
        until_resolved: false,
        window: Some(window.id.clone()),
        from,
        until: from + window.r#for,
        reason: window.reason.clone(),
    }
}

fn local_date<Z: TimeZone>(now: Timestamp, zone: &Z) -> NaiveDate {
    now.to_utc().with_timezone(zone).date_naive()
}

/// When it opens on a day, if it does.
fn start<Z: TimeZone>(window: &MaintenanceWindow, day: NaiveDate, zone: &Z) -> Option<Timestamp> {
    if !window.every.is_on(day.weekday().num_days_from_monday()) {
        return None;
    }
    let seconds = u32::from(window.every.at().minutes()) * 60;
    let time = NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0)?;
    first_instant(day.and_time(time), zone)
}

/// The first moment at which clocks show `time`; where they skip it, the moment at which they do.
fn first_instant<Z: TimeZone>(time: NaiveDateTime, zone: &Z) -> Option<Timestamp> {
    (0..=LONGEST_SKIP_MINUTES)
        .find_map(|minutes| first_shown(time.checked_add_signed(TimeDelta::minutes(minutes))?, zone))
}

/// `Sunday updates: weekly sun 03:00 for 2 h`.
pub fn maintenance_text(window: &MaintenanceWindow) -> String {
    format!("{}: {} for {}", window.reason, window.every, Span::in_words(window.r#for))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metric::Labels;
    use chrono_tz::Tz;

    fn window(every: &str, length: Span) -> MaintenanceWindow {
        MaintenanceWindow {
            id: "updates".to_owned(),
            every: every.parse().unwrap(),
            r#for: length,
            reason: "Updates".to_owned(),
            r#where: Labels::none(),
            except: None,
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Every minute of the days around a change of the clocks: when the window is open, in UTC.
    fn open_times(every: &str, hours: i64, zone: &str, from: &str, until: &str) -> Vec<(String, String)> {
        let window = window(every, Span::from_hours(hours));
        let zone: Tz = zone.parse().unwrap();
        let mut found: Vec<(String, String)> = Vec::new();
        let mut now = at(from);
        let mut open = None;
        while now <= at(until) {
            let is_open = opened(&window, now, &zone).is_some();
            let text = now.to_string()[..16].to_owned();
            match (open.take(), is_open) {
                (None, true) => open = Some(text),
                (Some(since), true) => open = Some(since),
                (Some(since), false) => found.push((since, text)),
                (None, false) => {}
            }
            now = now + Span::from_minutes(1);
        }
        found
    }

    /// Window, hours, zone, days that are looked at, and when it is open in UTC.
    type Case = (&'static str, i64, &'static str, &'static str, &'static str, &'static [(&'static str, &'static str)]);

    #[test]
    fn windows_hold_their_length_over_changes_of_the_clocks() {
        let cases: [Case; 10] = [
            // An ordinary week.
            (
                "weekly sun 03:00",
                2,
                "Europe/Berlin",
                "2026-03-01T00:00:00Z",
                "2026-03-08T12:00:00Z",
                &[("2026-03-01T02:00", "2026-03-01T04:00"), ("2026-03-08T02:00", "2026-03-08T04:00")],
            ),
            // Clocks go from 02:00 to 03:00: half past two is never shown, so it opens at three.
            (
                "daily 02:30",
                1,
                "Europe/Berlin",
                "2026-03-28T12:00:00Z",
                "2026-03-30T12:00:00Z",
                &[("2026-03-29T01:00", "2026-03-29T02:00"), ("2026-03-30T00:30", "2026-03-30T01:30")],
            ),
            // One that begins before the change lasts as long as it says.
            (
                "weekly sun 01:00",
                2,
                "Europe/Berlin",
                "2026-03-28T12:00:00Z",
                "2026-03-29T12:00:00Z",
                &[("2026-03-29T00:00", "2026-03-29T02:00")],
            ),
            // Clocks go back from 03:00 to 02:00: half past two comes twice, and the first counts once.
            (
                "daily 02:30",
                1,
                "Europe/Berlin",
                "2026-10-24T12:00:00Z",
                "2026-10-26T12:00:00Z",
                &[("2026-10-25T00:30", "2026-10-25T01:30"), ("2026-10-26T01:30", "2026-10-26T02:30")],
            ),
            (
                "weekly sun 03:00",
                2,
                "Europe/Berlin",
                "2026-10-24T12:00:00Z",
                "2026-10-25T12:00:00Z",
                &[("2026-10-25T02:00", "2026-10-25T04:00")],
            ),
            // Passing midnight.
            (
                "weekly sat 23:00",
                4,
                "America/New_York",
                "2026-11-01T00:00:00Z",
                "2026-11-02T00:00:00Z",
                &[("2026-11-01T03:00", "2026-11-01T07:00")],
            ),
            // A change of half an hour.
            (
                "daily 02:15",
                1,
                "Australia/Lord_Howe",
                "2026-10-03T00:00:00Z",
                "2026-10-04T12:00:00Z",
                &[("2026-10-03T15:30", "2026-10-03T16:30")],
            ),
            // The day that Samoa skipped: its window opens when the day would have been over.
            (
                "weekly fri 03:00",
                2,
                "Pacific/Apia",
                "2011-12-29T00:00:00Z",
                "2011-12-31T20:00:00Z",
                &[("2011-12-30T10:00", "2011-12-30T12:00")],
            ),
            // Days in a row that touch.
            (
                "mon-tue 00:00",
                24,
                "Asia/Kolkata",
                "2026-03-01T00:00:00Z",
                "2026-03-05T00:00:00Z",
                &[("2026-03-01T18:30", "2026-03-03T18:30")],
            ),
            // Longer than a day.
            (
                "weekly fri 20:00",
                60,
                "UTC",
                "2026-03-05T00:00:00Z",
                "2026-03-12T00:00:00Z",
                &[("2026-03-06T20:00", "2026-03-09T08:00")],
            ),
        ];
        for (every, hours, zone, from, until, expected) in cases {
            let found = open_times(every, hours, zone, from, until);
            let found: Vec<(&str, &str)> = found.iter().map(|(from, until)| (from.as_str(), until.as_str())).collect();
            assert_eq!(found, expected, "{every} for {hours} h in {zone}");
        }
    }

    #[test]
    fn the_next_opening_is_known() {
        let zone: Tz = "Europe/Berlin".parse().unwrap();
        let weekly = window("weekly sun 03:00", Span::from_hours(2));
        for (now, next) in [
            ("2026-11-28T12:00:00Z", "2026-11-29T02:00:00Z"),
            ("2026-11-29T01:59:59Z", "2026-11-29T02:00:00Z"),
            ("2026-11-29T02:00:00Z", "2026-12-06T02:00:00Z"),
            ("2026-03-22T03:00:00Z", "2026-03-29T01:00:00Z"),
        ] {
            assert_eq!(opens(&weekly, at(now), &zone), Some(at(next)), "{now}");
        }
    }

    #[test]
    fn an_open_window_is_a_silence_of_everything_that_it_names() {
        let mut weekly = window("weekly sun 03:00", Span::from_hours(2));
        weekly.r#where = Labels::one("mount", "/data");
        let open = open_windows(&[weekly], at("2026-03-01T03:30:00Z"), &chrono::Utc);
        let [silence] = open.as_slice() else { panic!("{open:?}") };
        assert!(silence.is_maintenance() && silence.window.as_deref() == Some("updates"));
        assert_eq!((silence.from, silence.until), (at("2026-03-01T03:00:00Z"), at("2026-03-01T05:00:00Z")));
        assert_eq!(silence.labels, Labels::one("mount", "/data"));
    }
}
