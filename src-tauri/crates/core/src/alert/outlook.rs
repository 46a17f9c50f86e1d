//! How sure a forecast is: what an alert keeps of it beside the judged value, and the words for that.

use serde::{Deserialize, Serialize};

use super::trend::NO_END;
use crate::forecast::Forecast;
use crate::time::Span;

/// The usual range of a forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlook {
    /// One time in five it comes sooner.
    pub earliest: Span,
    /// One time in five it comes later.
    pub latest: Span,
    /// It rests on the last hours alone, which may be one large download: enough for a warning, not for more.
    #[serde(default)]
    pub tentative: bool,
}

impl Outlook {
    /// What is kept of a forecast.
    pub const fn of(forecast: &Forecast) -> Self {
        Self { earliest: forecast.earliest, latest: forecast.latest, tentative: forecast.tentative }
    }

    /// `4 to 7 d`, `20 h to 3 d`, `4 d to more than a year`, `8 to 10 h at the pace of the last hours`; empty where nothing
    /// is to be added to the time itself.
    pub fn in_words(&self) -> String {
        let (from, to) = (whole(self.earliest, i64::div_euclid), whole(self.latest, up));
        let range = match (from.rsplit_once(' '), to.rsplit_once(' ')) {
            _ if from == to => String::new(),
            (Some((number, one)), Some((_, other))) if one == other => format!("{number} to {to}"),
            _ => format!("{from} to {to}"),
        };
        let ground = if self.tentative { "at the pace of the last hours" } else { "" };
        [range.as_str(), ground].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ")
    }
}

fn up(value: i64, unit: i64) -> i64 {
    value.saturating_add(unit - 1).div_euclid(unit)
}

/// A time in one unit, since the ends of a range are estimates themselves.
fn whole(span: Span, divide: fn(i64, i64) -> i64) -> String {
    let millis = span.as_millis();
    if span.as_seconds() >= NO_END {
        return "more than a year".to_owned();
    }
    let units = [(86_400_000, "d"), (3_600_000, "h")];
    let found = units.into_iter().find(|(unit, _)| millis >= 2 * unit);
    let (unit, name) = found.unwrap_or((60_000, "min"));
    format!("{} {name}", divide(millis, unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_is_as_coarse_as_it_is_sure() {
        let (minutes, hours, days) = (Span::from_minutes, Span::from_hours, Span::from_days);
        for (earliest, latest, tentative, expected) in [
            (days(4) + hours(5), days(6) + hours(1), false, "4 to 7 d"),
            (hours(20), days(3), false, "20 h to 3 d"),
            (days(4), days(900), false, "4 d to more than a year"),
            (hours(8), hours(9) + minutes(30), true, "8 to 10 h at the pace of the last hours"),
            (minutes(40), minutes(90), false, "40 to 90 min"),
            (days(5), days(5), false, ""),
            (hours(9), hours(9), true, "at the pace of the last hours"),
        ] {
            assert_eq!(Outlook { earliest, latest, tentative }.in_words(), expected);
        }
    }
}
