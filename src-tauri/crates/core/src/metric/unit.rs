//! Units of series: how they are written for people and how finely they are stored.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether a series shows a level or counts events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SeriesKind {
    /// A level that goes up and down.
    #[default]
    Gauge,
    /// A count that only rises, except when it starts anew.
    Counter,
}

impl SeriesKind {
    /// The word in JSON and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Gauge => "gauge",
            Self::Counter => "counter",
        }
    }
}

/// A text that is no kind of series.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no kind of series: there are gauge and counter")]
pub struct ParseKindError(String);

impl std::str::FromStr for SeriesKind {
    type Err = ParseKindError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let kinds = [Self::Gauge, Self::Counter];
        kinds.into_iter().find(|kind| kind.word() == text).ok_or_else(|| ParseKindError(text.to_owned()))
    }
}

/// The unit of a series; it belongs to the series, never to its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 0 to 100.
    Percent,
    /// Bytes.
    Bytes,
    /// Bytes a second.
    BytesPerSecond,
    /// Degrees Celsius.
    Celsius,
    /// Milliseconds.
    Milliseconds,
    /// Seconds.
    Seconds,
    /// Watts.
    Watts,
    /// Turns a minute.
    TurnsPerMinute,
    /// A whole number of things.
    Count,
    /// A ratio such as a load average.
    Ratio,
    /// Any number; it is kept bit by bit.
    Number,
}

impl Unit {
    /// Every unit, for tables and tests.
    pub const ALL: [Self; 11] = [
        Self::Percent,
        Self::Bytes,
        Self::BytesPerSecond,
        Self::Celsius,
        Self::Milliseconds,
        Self::Seconds,
        Self::Watts,
        Self::TurnsPerMinute,
        Self::Count,
        Self::Ratio,
        Self::Number,
    ];

    /// Steps a unit in storage, for what is measured: a value is kept as the whole number nearest to `value * scale`. None
    /// where no step is small enough for every number.
    pub const fn scale(self) -> Option<u32> {
        match self {
            Self::Percent | Self::Ratio => Some(100),
            Self::Celsius | Self::Watts => Some(10),
            Self::Milliseconds | Self::Seconds => Some(1_000),
            Self::Bytes | Self::BytesPerSecond | Self::TurnsPerMinute | Self::Count => Some(1),
            Self::Number => None,
        }
    }

    /// The word in JSON and in the configuration.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "bytes_per_second",
            Self::Celsius => "celsius",
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
            Self::Watts => "watts",
            Self::TurnsPerMinute => "turns_per_minute",
            Self::Count => "count",
            Self::Ratio => "ratio",
            Self::Number => "number",
        }
    }

    /// The short text in JSON, on axes and in tables.
    pub const fn symbol(self) -> &'static str {
        match self {
            Self::Percent => "%",
            Self::Bytes => "bytes",
            Self::BytesPerSecond => "bytes/s",
            Self::Celsius => "°C",
            Self::Milliseconds => "ms",
            Self::Seconds => "s",
            Self::Watts => "W",
            Self::TurnsPerMinute => "rpm",
            Self::Count | Self::Ratio | Self::Number => "",
        }
    }

    /// The value as people read it: `93 %`, `1.4 GB/s`, `61 °C`, `2.31`.
    pub fn format(self, value: f64) -> String {
        match self {
            Self::Percent => format!("{} %", rounded(value, usize::from(value.abs() < 10.0))),
            Self::Bytes => bytes(value),
            Self::BytesPerSecond => format!("{}/s", bytes(value)),
            Self::Celsius => format!("{} °C", rounded(value, 0)),
            Self::Milliseconds => format!("{} ms", rounded(value, if value.abs() < 10.0 { 2 } else { 0 })),
            Self::Seconds => crate::time::Span::from_millis((value * 1_000.0) as i64).in_words(),
            Self::Watts => format!("{} W", rounded(value, 1)),
            Self::TurnsPerMinute => format!("{} rpm", rounded(value, 0)),
            Self::Count => rounded(value, 0),
            Self::Ratio => format!("{value:.2}"),
            Self::Number => number(value),
        }
    }
}

/// A unit that does not exist.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no unit `{0}`")]
pub struct ParseUnitError(String);

/// From its word or its symbol.
impl std::str::FromStr for Unit {
    type Err = ParseUnitError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = |unit: &Self| unit.word() == text || (!text.is_empty() && unit.symbol() == text);
        Self::ALL.into_iter().find(named).ok_or_else(|| ParseUnitError(text.to_owned()))
    }
}

/// A number of any size with at most six digits that matter, whole ones with all of theirs.
fn number(value: f64) -> String {
    let size = value.abs();
    if size >= 1e15 || (size < 1e-4 && size > 0.0) {
        let text = format!("{value:.5e}");
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        let digits = if digits.contains('.') { digits.trim_end_matches('0').trim_end_matches('.') } else { digits };
        return format!("{digits}e{power}");
    }
    let before = if size < 1.0 { 0 } else { size.log10().floor() as usize + 1 };
    let zeros = if size < 1.0 && size > 0.0 { (-size.log10()).floor() as usize } else { 0 };
    rounded(value, (6 + zeros).saturating_sub(before))
}

/// A number with at most `digits` decimals and no trailing zeros. Nothing is nothing, from whichever side it comes.
fn rounded(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Decimal sizes as macOS and drive makers count them.
fn bytes(value: f64) -> String {
    let mut size = value;
    for unit in ["B", "kB", "MB", "GB"] {
        if size.abs() < 999.5 {
            let digits = usize::from(unit != "B" && size.abs() < 99.95);
            return format!("{} {unit}", rounded(size, digits));
        }
        size /= 1_000.0;
    }
    format!("{} TB", rounded(size, 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_read_as_people_write_them() {
        for (unit, value, text) in [
            (Unit::Percent, 93.4, "93 %"),
            (Unit::Percent, 4.25, "4.2 %"),
            (Unit::Bytes, 0.0, "0 B"),
            (Unit::Bytes, -0.0, "0 B"),
            (Unit::Celsius, -0.3, "0 °C"),
            (Unit::Watts, -0.04, "0 W"),
            (Unit::Bytes, 1_400_000_000.0, "1.4 GB"),
            (Unit::BytesPerSecond, 999_600.0, "1 MB/s"),
            (Unit::Celsius, 61.4, "61 °C"),
            (Unit::Ratio, 2.3, "2.30"),
            (Unit::Seconds, 7_500.0, "2 h 5 min"),
            (Unit::Number, 0.1 + 0.2, "0.3"),
            (Unit::Number, 0.0, "0"),
            (Unit::Number, 1_234.567_89, "1234.57"),
            (Unit::Number, 12_345_678.0, "12345678"),
            (Unit::Number, 0.001_234_567_8, "0.00123457"),
            (Unit::Number, -1e-9, "-1e-9"),
            (Unit::Number, 1e18, "1e18"),
            (Unit::Number, 1.0 / 3e9, "3.33333e-10"),
        ] {
            assert_eq!(unit.format(value), text);
        }
    }

    #[test]
    fn units_are_read_from_their_word_and_their_symbol() {
        for unit in Unit::ALL {
            assert_eq!(unit.word().parse(), Ok(unit));
            assert_eq!(serde_json::to_value(unit).unwrap(), unit.word());
        }
        assert_eq!("%".parse(), Ok(Unit::Percent));
        assert_eq!("ms".parse(), Ok(Unit::Milliseconds));
        assert!("".parse::<Unit>().is_err() && "furlongs".parse::<Unit>().is_err());
    }
}
