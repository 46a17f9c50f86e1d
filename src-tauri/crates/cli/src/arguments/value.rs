//! Values that several verbs take, read from a word with a message that says what is allowed.

use caretaker_core::push;
use caretaker_core::time::{Span, Timestamp, first_shown};
use chrono::{Days, Local, NaiveDateTime, NaiveTime};

/// Longer ranges than this are slips of the finger, and would leave the calendar.
const LONGEST: Span = Span::from_days(200 * 365);

/// A length of time: `90s`, `15m`, `24h`, `7d`, `4w`.
pub fn span(text: &str) -> Result<Span, String> {
    if text.starts_with('-') {
        return Err(format!("`{text}` is below zero; lengths of time have no sign, as in 1h"));
    }
    let span: Span = text.parse().map_err(|error: caretaker_core::time::ParseSpanError| error.to_string())?;
    if span > LONGEST { Err(format!("`{text}` is longer than 200 years")) } else { Ok(span) }
}

/// A number that can be kept.
pub fn number(text: &str) -> Result<f64, String> {
    push::number(text).map_err(|problem| problem.message)
}

/// A point in time.
pub fn time(text: &str) -> Result<Timestamp, String> {
    push::time(text).map_err(|problem| problem.message)
}

/// A moment as people write it; what it means depends on when it is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// With its zone: `2026-11-29T03:00:00Z`.
    At(Timestamp),
    /// By the clock on the wall here: `2026-11-29 03:00`.
    Here(NaiveDateTime),
    /// The next time at which the clock on the wall shows it: `03:00`.
    Next(NaiveTime),
    /// So long from now: `2h`.
    In(Span),
}

impl When {
    /// The moment, read at `now`.
    pub fn from(self, now: Timestamp) -> Option<Timestamp> {
        let here = |time: NaiveDateTime| first_shown(time, &Local);
        match self {
            Self::At(at) => Some(at),
            Self::Here(time) => here(time),
            Self::In(span) => Some(now + span),
            Self::Next(time) => {
                let today = now.to_utc().with_timezone(&Local).date_naive();
                let days = (0..=2).filter_map(|days| today.checked_add_days(Days::new(days)));
                days.filter_map(|day| here(day.and_time(time))).find(|at| *at > now)
            }
        }
    }
}

/// A moment: `03:00`, `2h` from now, `2026-11-29 03:00`, or with a zone.
pub fn when(text: &str) -> Result<When, String> {
    let here = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"];
    let here = || here.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(When::Here);
    let next = || NaiveTime::parse_from_str(text, "%H:%M").ok().map(When::Next);
    let length = || span(text).ok().map(When::In);
    text.parse().ok().map(When::At).or_else(here).or_else(next).or_else(length).ok_or_else(|| {
        format!("read `{text}` as a moment such as 03:00, 2h (from now), 2026-11-29 03:00 or 2026-11-29T03:00:00Z")
    })
}

/// `name=value`.
pub fn label(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        Some(_) | None => Err("write a label as name=value, for example mount=/".to_owned()),
    }
}

/// `key=value` of a setting.
pub fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        Some(_) | None => Err("write a changed key as KEY=VALUE, for example warning.above=70".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_unit_and_an_end() {
        assert_eq!(span("15m"), Ok(Span::from_minutes(15)));
        for bad in ["5", "", "-5m", "soon", "99999999999w"] {
            assert!(span(bad).is_err(), "{bad}");
        }
        assert!(span("-5m").unwrap_err().contains("no sign"));
    }

    #[test]
    fn moments_are_read_in_the_forms_that_people_write() {
        let now: Timestamp = "2026-11-28T12:00:00Z".parse().unwrap();
        assert_eq!(when("2026-11-29T03:00:00Z").unwrap().from(now), Some("2026-11-29T03:00:00Z".parse().unwrap()));
        assert_eq!(when("2h").unwrap().from(now), Some(now + Span::from_hours(2)));
        for text in ["03:00", "23:59", "12:00"] {
            let at = when(text).unwrap().from(now).unwrap();
            assert_eq!(at.to_utc().with_timezone(&Local).format("%H:%M").to_string(), text);
            assert!(at > now && at.since(now) <= Span::from_hours(25), "{text}: {at}");
        }
        let here = when("2026-11-29 03:00").unwrap().from(now).unwrap().to_utc().with_timezone(&Local);
        assert_eq!(here.format("%Y-%m-%d %H:%M").to_string(), "2026-11-29 03:00");
        for bad in ["", "tomorrow", "25:00", "2026-13-01 03:00", "-2h"] {
            assert!(when(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn labels_have_a_name() {
        assert_eq!(label("mount=/a=b"), Ok(("mount".to_owned(), "/a=b".to_owned())));
        assert!(label("mount").is_err() && label("=x").is_err());
    }
}
