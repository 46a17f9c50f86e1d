//! What Prometheus calls a series: names with their unit, labels as text. Everything that leaves in its format is named here.

use std::fmt::Write;

use super::{SeriesKind, Unit};

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
        Unit::Count | Unit::Ratio | Unit::Number => ("", 1.0),
    };
    let mut name = plain(series);
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

/// `{mount="/",disk="a"}`, or nothing where there are none.
pub fn labels<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut text = String::new();
    for (name, value) in labels {
        let digit = if name.starts_with(|letter: char| letter.is_ascii_digit()) { "_" } else { "" };
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let open = if text.is_empty() { '{' } else { ',' };
        // Writing into a text cannot fail.
        let _ = write!(text, "{open}{digit}{}=\"{value}\"", plain(name));
    }
    if !text.is_empty() {
        text.push('}');
    }
    text
}

fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_their_unit_once_and_times_are_seconds() {
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
        assert_eq!(name("caretaker.cpu.time", Unit::Milliseconds, SeriesKind::Gauge).1, 0.001);
    }

    #[test]
    fn labels_are_quoted_and_their_names_made_plain() {
        assert_eq!(
            labels([("mount", "/a \"b\"\\c"), ("1st-x", "y\nz")].into_iter()),
            r#"{mount="/a \"b\"\\c",_1st_x="y\nz"}"#
        );
        assert_eq!(labels(std::iter::empty()), "");
    }
}
