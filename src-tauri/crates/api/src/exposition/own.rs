//! Caretaker's own counts: rounds, alerts, requests.

use std::fmt::Write;

use caretaker_core::metric::Histogram;
use caretaker_core::time::Timestamp;
use caretaker_engine::Figures;

use super::family::{Family, Kind};
use crate::requests::{Counts, Refusal};

/// Writes them behind the series.
pub fn write(figures: &Figures, counts: &Counts, page: &mut String) {
    let gauge = |help| Family::new(help, Kind::Gauge);
    gauge("Always 1; the version is in the label.")
        .with([("version", figures.version.as_str())], 1.0)
        .write("caretaker_build_info", page);
    if let Some(at) = figures.at {
        gauge("When the newest round was made.")
            .with([], seconds(at))
            .write("caretaker_last_round_timestamp_seconds", page);
    }
    if let Some(started) = figures.started {
        gauge("When the engine started.").with([], seconds(started)).write("caretaker_start_timestamp_seconds", page);
    }
    let mut alerts = gauge("Open alerts of each level.");
    for (level, number) in &figures.alerts {
        alerts.add([("level", level.to_string().as_str())].into_iter(), *number as f64);
    }
    alerts.write("caretaker_alerts_open", page);
    gauge("Parts of Caretaker that do not work although they should.")
        .with([], figures.degraded as f64)
        .write("caretaker_degraded_parts", page);
    histogram("caretaker_rounds_seconds", "How long rounds took.", &figures.rounds, page);
    let mut requests = Family::new("Answers of all doors by status.", Kind::Counter);
    for (status, number) in &counts.answered {
        requests.add([("status", status.to_string().as_str())].into_iter(), *number as f64);
    }
    requests.write("caretaker_http_requests_total", page);
    let mut refused = Family::new("Requests that the loopback door refused.", Kind::Counter);
    for reason in Refusal::ALL {
        let number = counts.refused.get(&reason).copied().unwrap_or_default();
        refused.add([("reason", reason.word())].into_iter(), number as f64);
    }
    refused.write("caretaker_http_refused_total", page);
    histogram("caretaker_http_request_seconds", "How long answers took to begin.", &counts.times, page);
}

fn seconds(at: Timestamp) -> f64 {
    at.as_millis() as f64 / 1_000.0
}

fn histogram(name: &str, help: &str, times: &Histogram, page: &mut String) {
    // Writing to a text cannot fail.
    let _ = writeln!(page, "# HELP {name} {help}\n# TYPE {name} histogram");
    for (bound, count) in times.cumulative() {
        let _ = writeln!(page, "{name}_bucket{{le=\"{bound}\"}} {count}");
    }
    let _ = writeln!(page, "{name}_bucket{{le=\"+Inf\"}} {}", times.count());
    let _ = writeln!(page, "{name}_sum {}\n{name}_count {}", times.sum(), times.count());
}
