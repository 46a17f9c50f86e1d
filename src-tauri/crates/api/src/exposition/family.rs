//! One name with its help, its type and its samples.

use std::collections::BTreeMap;
use std::fmt::Write;

use caretaker_core::metric::{SeriesKind, Unit};

/// What Prometheus calls a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Gauge,
    Counter,
}

impl From<SeriesKind> for Kind {
    fn from(kind: SeriesKind) -> Self {
        match kind {
            SeriesKind::Gauge => Self::Gauge,
            SeriesKind::Counter => Self::Counter,
        }
    }
}

/// Samples of one name, each set of labels once.
#[derive(Clone, Debug)]
pub struct Family {
    pub help: String,
    pub kind: Kind,
    pub samples: BTreeMap<String, f64>,
}

impl Family {
    pub fn new(help: &str, kind: Kind) -> Self {
        Self { help: help.to_owned(), kind, samples: BTreeMap::new() }
    }

    /// Adds a sample; the first one of the same labels stays.
    pub fn add<'a>(&mut self, labels: impl Iterator<Item = (&'a str, &'a str)>, value: f64) {
        self.samples.entry(written(labels)).or_insert(value);
    }

    pub fn with<'a>(mut self, labels: impl IntoIterator<Item = (&'a str, &'a str)>, value: f64) -> Self {
        self.add(labels.into_iter(), value);
        self
    }

    pub fn write(&self, name: &str, page: &mut String) {
        let kind = match self.kind {
            Kind::Gauge => "gauge",
            Kind::Counter => "counter",
        };
        // Writing to a text cannot fail.
        let _ = writeln!(page, "# HELP {name} {}", self.help.replace('\\', "\\\\").replace('\n', "\\n"));
        let _ = writeln!(page, "# TYPE {name} {kind}");
        for (labels, value) in &self.samples {
            let _ = writeln!(page, "{name}{labels} {value}");
        }
    }
}

/// `host.cpu.usage` in percent is `caretaker_host_cpu_usage_percent`; times are seconds, as Prometheus wants them.
/// Also what a value is to be multiplied with.
pub fn name(series: &str, unit: Unit, kind: SeriesKind) -> (String, f64) {
    let (suffix, factor) = match unit {
        Unit::Percent => ("percent", 1.0),
        Unit::Bytes => ("bytes", 1.0),
        Unit::BytesPerSecond => ("bytes_per_second", 1.0),
        Unit::Celsius => ("celsius", 1.0),
        Unit::Milliseconds => ("seconds", 0.001),
        Unit::Seconds => ("seconds", 1.0),
        Unit::Watts => ("watts", 1.0),
        Unit::TurnsPerMinute => ("rpm", 1.0),
        Unit::Count | Unit::Ratio => ("", 1.0),
    };
    let mut name: String =
        series.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
    if !name.starts_with("caretaker_") {
        name.insert_str(0, "caretaker_");
    }
    for suffix in [suffix, if kind == SeriesKind::Counter { "total" } else { "" }] {
        if !suffix.is_empty() && !name.ends_with(&format!("_{suffix}")) {
            name.push('_');
            name.push_str(suffix);
        }
    }
    (name, factor)
}

fn written<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in labels {
        let name: String =
            name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
        let digit = if name.starts_with(|letter: char| letter.is_ascii_digit()) { "_" } else { "" };
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let _ = write!(text, "{}{digit}{name}=\"{value}\"", if text.is_empty() { '{' } else { ',' });
    }
    if !text.is_empty() {
        text.push('}');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_their_unit_once() {
        for (series, unit, kind, expected) in [
            ("host.load.1m", Unit::Ratio, SeriesKind::Gauge, "caretaker_host_load_1m"),
            ("host.temperature", Unit::Celsius, SeriesKind::Gauge, "caretaker_host_temperature_celsius"),
            ("host.disk.read", Unit::BytesPerSecond, SeriesKind::Gauge, "caretaker_host_disk_read_bytes_per_second"),
            ("caretaker.cpu.time", Unit::Milliseconds, SeriesKind::Gauge, "caretaker_cpu_time_seconds"),
            ("board.sent-bytes", Unit::Bytes, SeriesKind::Counter, "caretaker_board_sent_bytes_total"),
            ("board.orders", Unit::Count, SeriesKind::Counter, "caretaker_board_orders_total"),
        ] {
            assert_eq!(name(series, unit, kind).0, expected);
        }
    }
}
