//! An export in the text format of Prometheus (version 0.0.4): the newest value of each series with its stamp. The format
//! has no place for a history: several values of one series are an error there.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Export;
use crate::metric::{SeriesKind, exposition};

/// One name with its samples, each set of labels once.
struct Family<'a> {
    series: &'a str,
    kind: SeriesKind,
    samples: BTreeMap<String, String>,
}

pub(super) fn write(export: &Export) -> String {
    let mut families: BTreeMap<String, Family<'_>> = BTreeMap::new();
    for series in &export.series {
        let points = &series.points;
        let Some((at, value)) = series.newest else { continue };
        let (name, factor) = exposition::name(&points.key.name, points.unit, series.kind);
        let family = families.entry(name).or_insert_with(|| Family {
            series: &points.key.name,
            kind: series.kind,
            samples: BTreeMap::new(),
        });
        let sample = || format!("{} {}", value * factor, at.as_millis());
        family.samples.entry(exposition::labels(points.key.labels.iter())).or_insert_with(sample);
    }
    let mut text = String::new();
    for (name, Family { series, kind, samples }) in families {
        let kind = if kind == SeriesKind::Counter { "counter" } else { "gauge" };
        // Writing into a text cannot fail.
        let _ = writeln!(text, "# HELP {name} The series `{series}` of Caretaker.");
        let _ = writeln!(text, "# TYPE {name} {kind}");
        for (labels, sample) in samples {
            let _ = writeln!(text, "{name}{labels} {sample}");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use crate::export::{ExportFormat, example};

    #[test]
    fn the_newest_value_stands_with_its_stamp_and_an_empty_series_is_left_out() {
        assert_eq!(
            example::export().write(ExportFormat::Prometheus),
            "# HELP caretaker_host_disk_usage_percent The series `host.disk.usage` of Caretaker.\n\
             # TYPE caretaker_host_disk_usage_percent gauge\n\
             caretaker_host_disk_usage_percent{mount=\"/a, \\\"b\\\"|c\"} 64 1767226440000\n"
        );
    }
}
