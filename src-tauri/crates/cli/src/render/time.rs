//! Points of time for people: how long ago, and when by the clock on the wall here.

use caretaker_core::time::{Span, Timestamp};
use chrono::{Datelike, Local};

/// `4 min ago`, `just now`; what lies ahead is `in 4 min`.
pub fn ago(at: Timestamp, now: Timestamp) -> String {
    let span = now.since(at);
    if span.abs() < Span::from_seconds(1) {
        return "just now".to_owned();
    }
    if span > Span::ZERO { format!("{} ago", span.in_words()) } else { format!("in {}", span.in_words()) }
}

/// `until 09:00 (40 min)`.
pub fn remaining(until: Timestamp, now: Timestamp) -> String {
    // Two hours asked for a moment ago are two hours, not one hour and 59 minutes.
    let left = (until.since(now) + Span::from_seconds(1)).or_zero();
    format!("until {} ({})", local(until, left), left.in_words())
}

/// Local time, as exact as the length of what it belongs to asks for.
pub fn local(at: Timestamp, range: Span) -> String {
    let local = at.to_utc().with_timezone(&Local);
    let format = if range.abs() < Span::from_minutes(10) {
        "%H:%M:%S"
    } else if range.abs() <= Span::from_hours(24) {
        "%H:%M"
    } else if range.abs() <= Span::from_days(7) {
        "%a %H:%M"
    } else {
        "%Y-%m-%d"
    };
    local.format(format).to_string()
}

/// A sentence with the moments in it, which it has as programs write them, by the clock on the wall here: with the day
/// where it is another one, with the year where that is.
pub fn in_local_time(text: &str, now: Timestamp) -> String {
    let mut words: Vec<String> = Vec::new();
    for word in text.split(' ') {
        let bare = word.trim_end_matches([',', ';', '.', ')']);
        let moment = if bare.len() >= 20 && bare.ends_with('Z') { bare.parse::<Timestamp>().ok() } else { None };
        words.push(
            moment.map_or_else(|| word.to_owned(), |at| format!("{}{}", day_and_time(at, now), &word[bare.len()..])),
        );
    }
    words.join(" ")
}

fn day_and_time(at: Timestamp, now: Timestamp) -> String {
    let (at, now) = (at.to_utc().with_timezone(&Local), now.to_utc().with_timezone(&Local));
    let format = if at.date_naive() == now.date_naive() {
        "%H:%M"
    } else if at.year() == now.year() {
        "%-d %b %H:%M"
    } else {
        "%-d %b %Y %H:%M"
    };
    at.format(format).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn past_present_and_future_read_differently() {
        let now = Timestamp::from_millis(1_700_000_000_000);
        assert_eq!(ago(now - Span::from_minutes(4), now), "4 min ago");
        assert_eq!(ago(now, now), "just now");
        assert_eq!(ago(now + Span::from_hours(2), now), "in 2 h");
        assert!(remaining(now + Span::from_hours(2) - Span::from_millis(3), now).ends_with("(2 h)"));
    }

    #[test]
    fn moments_in_sentences_are_written_for_people() {
        let now: Timestamp = "2026-11-21T06:54:09.867Z".parse().unwrap();
        let shown = in_local_time("Silenced CPU busy until 2027-04-10T06:54:09.867Z, twice", now);
        assert!(shown.starts_with("Silenced CPU busy until ") && shown.contains(" Apr 2027 "), "{shown}");
        assert!(shown.ends_with(", twice") && !shown.contains('Z'), "{shown}");
        assert_eq!(in_local_time("Set keep.raw to 30d", now), "Set keep.raw to 30d");
    }
}
