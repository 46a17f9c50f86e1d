//! What is frozen when an alert is raised: the rule, the samples before, the top processes, the state of the machine.

use caretaker_core::alert::{Companion, Evidence, Instance, RecentChange};
use caretaker_core::config::rule_text;
use caretaker_core::metric::{Point, ProcessReading, Reading, Resolution, Round, names};
use caretaker_core::rule::Rule;
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::{MetricsStore, StateStore};

use crate::latest::Latest;

const SAMPLES: usize = 30;
const PROCESSES: usize = 10;
const BEFORE: Span = Span::from_minutes(60);
const LATELY: Span = Span::from_hours(24);
const MOST_CHANGES: usize = 10;

/// Names of series that explain most alerts, in the order of the page.
const COMPANIONS: [&str; 13] = [
    names::CPU_USAGE,
    names::LOAD_1M,
    names::LOAD_15M,
    names::MEMORY_USAGE,
    names::MEMORY_PRESSURE,
    names::MEMORY_AVAILABLE,
    names::SWAP_USED,
    names::SWAP_OUT,
    names::IO_PRESSURE,
    names::THERMAL_STATE,
    names::DISK_USAGE,
    names::DISK_FREE,
    names::PROCESS_COUNT,
];

/// Takes the evidence for `alert`, raised by `round`. What cannot be read is left out; the alert matters more.
pub fn freeze(
    (metrics, state): (&MetricsStore, &StateStore),
    rule: &Rule,
    alert: &Instance,
    round: &Round,
    latest: &Latest,
) -> Evidence {
    let at = round.id.at;
    let labels = &alert.series.labels;
    let stored = metrics.points(&alert.series.name, labels, at - BEFORE, at + Span::from_millis(1), Resolution::Raw);
    let mut samples: Vec<Point> = stored
        .unwrap_or_default()
        .into_iter()
        .find(|series| series.key == *alert.series)
        .map(|series| series.points)
        .unwrap_or_default();
    samples.drain(..samples.len().saturating_sub(SAMPLES));
    let companions = round.readings.iter().filter(|reading| COMPANIONS.contains(&reading.key.name.as_str()));
    Evidence {
        at,
        rule: rule.clone(),
        rule_text: rule_text(rule),
        samples,
        processes: top(latest.processes.as_ref().map(|(_, processes)| processes.as_slice()).unwrap_or_default()),
        companions: companions.map(companion).collect(),
        marks: metrics.marks(at - BEFORE, at).unwrap_or_default(),
        changes: changes(state, at),
        after: Vec::new(),
    }
}

/// What was done lately, the newest first.
fn changes(state: &StateStore, at: Timestamp) -> Vec<RecentChange> {
    let operations = state.operations(MOST_CHANGES).unwrap_or_default();
    let lately = operations.into_iter().filter(|operation| operation.at <= at && at.since(operation.at) <= LATELY);
    lately.map(|operation| RecentChange { at: operation.at, text: operation.what }).collect()
}

fn companion(reading: &Reading) -> Companion {
    Companion {
        name: reading.key.name.clone(),
        labels: reading.key.labels.clone(),
        unit: reading.unit,
        value: reading.value,
    }
}

/// The busiest and the largest processes, each at most ten.
fn top(processes: &[ProcessReading]) -> Vec<ProcessReading> {
    let mut busiest: Vec<&ProcessReading> = processes.iter().collect();
    busiest.sort_by(|a, b| b.cpu_percent.unwrap_or(0.0).total_cmp(&a.cpu_percent.unwrap_or(0.0)));
    let mut largest = busiest.clone();
    largest.sort_by_key(|process| std::cmp::Reverse(process.memory_bytes));
    let mut chosen: Vec<ProcessReading> = Vec::new();
    for process in busiest.into_iter().take(PROCESSES).chain(largest.into_iter().take(PROCESSES)) {
        if !chosen.iter().any(|one| one.pid == process.pid) {
            chosen.push(process.clone());
        }
    }
    chosen
}
