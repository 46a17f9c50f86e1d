//! An export in the text format of Prometheus (version 0.0.4): the newest value of each series with its stamp. The format
//! has no place for a history: several values of one series are an error there.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Export;
use crate::metric::{Labels, SeriesKind, Unit};

pub(super) fn write(export: &Export) -> String {
    let mut families: BTreeMap<String, (SeriesKind, BTreeMap<String, String>)> = BTreeMap::new();
    for series in &export.series {
        let points = &series.points;
        let Some((at, value)) = points.points.iter().rev().find_map(|point| Some((point.at, point.value?))) else {
            continue;
        };
        let (name, factor) = name(&points.key.name, points.unit, series.kind);
        let (_, samples) = families.entry(name).or_insert_with(|| (series.kind, BTreeMap::new()));
        samples.entry(written(&points.key.labels)).or_insert_with(|| format!("{} {}", value * factor, at.as_millis()));
    }
    let mut text = String::new();
    for (name, (kind, samples)) in families {
        let kind = if kind == SeriesKind::Counter { "counter" } else { "gauge" };
        // Writing into a text cannot fail.
        let _ = writeln!(text, "# TYPE {name} {kind}");
        for (labels, sample) in samples {
            let _ = writeln!(text, "{name}{labels} {sample}");
        }
    }
    text
}

/// `host.cpu.usage` in percent is `caretaker_host_cpu_usage_percent`; times are seconds, as Prometheus wants them. Also
/// what a value is to be multiplied with.
fn name(series: &str, unit: Unit, kind: SeriesKind) -> (String, f64) {
    let (unit, factor) = match unit {
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
    let mut name = plain(series);
    if !name.starts_with("caretaker_") {
        name.insert_str(0, "caretaker_");
    }
    for suffix in [unit, if kind == SeriesKind::Counter { "total" } else { "" }] {
        if !suffix.is_empty() && !name.ends_with(&format!("_{suffix}")) {
            name.push('_');
            name.push_str(suffix);
        }
    }
    (name, factor)
}

fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect()
}

fn written(labels: &Labels) -> String {
    let pairs: Vec<String> = labels
        .iter()
        .map(|(name, value)| {
            let digit = if name.starts_with(|letter: char| letter.is_ascii_digit()) { "_" } else { "" };
            let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
            format!("{digit}{}=\"{value}\"", plain(name))
        })
        .collect();
    if pairs.is_empty() { String::new() } else { format!("{{{}}}", pairs.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::{ExportFormat, example};

    #[test]
    fn the_newest_value_stands_with_its_stamp_and_an_empty_series_is_left_out() {
        assert_eq!(
            example::export().write(ExportFormat::Prometheus),
            "# TYPE caretaker_host_disk_usage_percent gauge\n\
             caretaker_host_disk_usage_percent{mount=\"/a, \\\"b\\\"|c\"} 63 1767226200000\n"
        );
    }

    #[test]
    fn names_carry_their_unit_once_and_times_are_seconds() {
        assert_eq!(
            name("caretaker.cpu.time", Unit::Milliseconds, SeriesKind::Gauge),
            ("caretaker_cpu_time_seconds".to_owned(), 0.001)
        );
        assert_eq!(name("board.sent-bytes", Unit::Bytes, SeriesKind::Counter).0, "caretaker_board_sent_bytes_total");
    }
}
