//! Lengths of time, written as people write them: `90s`, `15m`, `24h`, `7d`, `4w`, `2y`.

use std::borrow::Cow;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Sub};
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// A length of time in milliseconds; negative lengths arise only as differences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(i64);

/// A text that is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("read `{text}` as a length of time such as 90s, 15m, 24h, 7d or 4w")]
pub struct ParseSpanError {
    text: String,
}

/// Units by their letters, the longest first; a year is 365 days.
const UNITS: [(&str, i64); 7] = [
    ("y", 365 * 86_400_000),
    ("w", 7 * 86_400_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
    ("ms", 1),
];

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// From milliseconds.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }
    /// From seconds.
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * 1_000)
    }
    /// From minutes.
    pub const fn from_minutes(minutes: i64) -> Self {
        Self(minutes * 60_000)
    }
    /// From hours.
    pub const fn from_hours(hours: i64) -> Self {
        Self(hours * 3_600_000)
    }
    /// From days of 24 hours.
    pub const fn from_days(days: i64) -> Self {
        Self(days * 86_400_000)
    }
    /// Milliseconds.
    pub const fn as_millis(self) -> i64 {
        self.0
    }
    /// Seconds, with fractions.
    pub fn as_seconds(self) -> f64 {
        self.0 as f64 / 1_000.0
    }
    /// For the standard library; a negative span becomes zero.
    pub fn to_duration(self) -> Duration {
        Duration::from_millis(u64::try_from(self.0).unwrap_or(0))
    }
    /// This span, or zero when it is negative.
    pub fn or_zero(self) -> Self {
        self.max(Self::ZERO)
    }
    /// The length without its sign.
    pub const fn abs(self) -> Self {
        Self(self.0.abs())
    }

    /// In words of at most two units for people: `4 min`, `2 h 5 min`, `3 d 4 h`, `12 s`.
    pub fn in_words(self) -> String {
        let seconds = self.0.abs() / 1_000;
        let (days, hours, minutes) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60);
        match (days, hours, minutes, seconds % 60) {
            (0, 0, 0, s) => format!("{s} s"),
            (0, 0, m, _) => format!("{m} min"),
            (0, h, 0, _) => format!("{h} h"),
            (0, h, m, _) => format!("{h} h {m} min"),
            (d, 0, _, _) => format!("{d} d"),
            (d, h, _, _) => format!("{d} d {h} h"),
        }
    }
}

impl From<Duration> for Span {
    fn from(duration: Duration) -> Self {
        Self(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
    }
}

impl Add for Span {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl AddAssign for Span {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl Sub for Span {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Mul<i64> for Span {
    type Output = Self;
    fn mul(self, times: i64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl Sum for Span {
    fn sum<I: Iterator<Item = Self>>(spans: I) -> Self {
        spans.fold(Self::ZERO, Add::add)
    }
}

/// The shortest exact text: the largest unit that divides the span.
impl fmt::Display for Span {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 {
            return out.write_str("0s");
        }
        let fits = UNITS.iter().find(|(letter, size)| *letter != "y" && self.0 % size == 0);
        let (letter, size) = fits.copied().unwrap_or(("ms", 1));
        write!(out, "{}{letter}", self.0 / size)
    }
}

impl FromStr for Span {
    type Err = ParseSpanError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ParseSpanError { text: text.to_owned() };
        let digits = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(refused)?;
        let (number, letters) = text.split_at(digits);
        let number: i64 = number.parse().map_err(|_| refused())?;
        let (_, size) = UNITS.iter().find(|(letter, _)| *letter == letters).ok_or_else(refused)?;
        number.checked_mul(*size).map(Self).ok_or_else(refused)
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl PartialSchema for Span {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some("^[0-9]+(ms|s|m|h|d|w|y)$"))
            .description(Some("A length of time: 90s, 15m, 24h, 7d, 4w, 2y"))
            .examples([serde_json::json!("15m")])
            .into()
    }
}

impl ToSchema for Span {}

impl schemars::JsonSchema for Span {
    fn schema_name() -> Cow<'static, str> {
        "Span".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^[0-9]+(ms|s|m|h|d|w|y)$",
            "description": "A length of time: 90s, 15m, 24h, 7d, 4w, 2y."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_unit_is_read_and_written_back() {
        for (text, seconds) in [("90s", 90), ("15m", 900), ("24h", 86_400), ("7d", 604_800), ("4w", 2_419_200)] {
            let span: Span = text.parse().unwrap();
            assert_eq!(span, Span::from_seconds(seconds), "{text}");
            assert_eq!(span.to_string().parse::<Span>().unwrap(), span, "{text}");
        }
        assert_eq!("2y".parse::<Span>().unwrap(), Span::from_days(730));
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in ["", "5", "m", "5 m", "-5m", "1.5h", "99999999999999999w", "5x"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }

    #[test]
    fn words_keep_two_units_at_most() {
        for (seconds, words) in
            [(12, "12 s"), (240, "4 min"), (7_500, "2 h 5 min"), (273_600, "3 d 4 h"), (86_400, "1 d")]
        {
            assert_eq!(Span::from_seconds(seconds).in_words(), words);
        }
    }
}
