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
}

impl Unit {
    /// Every unit, for tables and tests.
    pub const ALL: [Self; 10] = [
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
    ];

    /// Steps a unit in storage: a value is kept as the whole number nearest to `value * scale`.
    pub const fn scale(self) -> u32 {
        match self {
            Self::Percent | Self::Ratio => 100,
            Self::Celsius | Self::Watts => 10,
            Self::Milliseconds | Self::Seconds => 1_000,
            Self::Bytes | Self::BytesPerSecond | Self::TurnsPerMinute | Self::Count => 1,
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
            Self::Count | Self::Ratio => "",
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
        }
    }
}

/// A number with at most `digits` decimals and no trailing zeros.
fn rounded(value: f64, digits: usize) -> String {
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
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
            (Unit::Bytes, 1_400_000_000.0, "1.4 GB"),
            (Unit::BytesPerSecond, 999_600.0, "1 MB/s"),
            (Unit::Celsius, 61.4, "61 °C"),
            (Unit::Ratio, 2.3, "2.30"),
            (Unit::Seconds, 7_500.0, "2 h 5 min"),
        ] {
            assert_eq!(unit.format(value), text);
        }
    }
}
