//! Figures in the text format that Prometheus reads
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>). Measures nothing itself.

mod family;
mod help;
mod own;

use std::collections::BTreeMap;

use caretaker_core::metric::exposition;
use caretaker_engine::Figures;

use crate::requests::Counts;
use family::{Family, Kind};

/// The content type of the format.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The whole page.
pub fn page(figures: &Figures, counts: &Counts) -> String {
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    for reading in &figures.readings {
        let (name, factor) = exposition::name(&reading.key.name, reading.unit, reading.kind);
        let family = families.entry(name).or_insert_with(|| Family {
            help: help::of(&reading.key.name),
            kind: Kind::from(reading.kind),
            samples: BTreeMap::new(),
        });
        family.add(reading.key.labels.iter(), reading.value * factor);
    }
    let mut page = String::new();
    for (name, family) in &families {
        family.write(name, &mut page);
    }
    own::write(figures, counts, &mut page);
    page
}

#[cfg(test)]
mod tests {
    use super::*;
    use caretaker_core::metric::{Reading, SeriesKey, Unit};

    #[test]
    fn series_become_families_with_units_and_words() {
        let readings = vec![
            Reading::gauge(SeriesKey::plain("host.cpu.usage"), Unit::Percent, 12.5),
            Reading::gauge(SeriesKey::labelled("host.disk.free", "mount", "/a \"b\"\\\n"), Unit::Bytes, 1e12),
            Reading::gauge(SeriesKey::plain("caretaker.round.time"), Unit::Milliseconds, 4.0),
        ];
        let page = page(&Figures { readings, ..Figures::default() }, &Counts::default());
        for line in [
            "# HELP caretaker_host_cpu_usage_percent CPU in use over all cores.",
            "# TYPE caretaker_host_cpu_usage_percent gauge",
            "caretaker_host_cpu_usage_percent 12.5",
            "caretaker_host_disk_free_bytes{mount=\"/a \\\"b\\\"\\\\\\n\"} 1000000000000",
            "caretaker_round_time_seconds 0.004",
            "caretaker_rounds_seconds_count 0",
        ] {
            assert!(page.lines().any(|found| found == line), "{line}\n{page}");
        }
    }
}
