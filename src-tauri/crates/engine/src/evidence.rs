//! What is frozen when an alert is raised: the rule, the samples before, the top processes, the state of the machine.

use caretaker_core::alert::{Companion, Evidence, Instance, RecentChange};
use caretaker_core::config::rule_text;
use caretaker_core::folder::Grown;
use caretaker_core::metric::{MarkKind, Point, ProcessReading, Reading, Resolution, Round, names};
use caretaker_core::rule::Rule;
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::{MetricsStore, StateStore};

use crate::latest::Latest;

const SAMPLES: usize = 30;
const PROCESSES: usize = 10;
const BEFORE: Span = Span::from_minutes(60);
pub(crate) const LATELY: Span = Span::from_hours(24);
pub(crate) const MOST_CHANGES: usize = 12;

/// Names of series that explain most alerts, in the order of the page.
const COMPANIONS: [&str; 16] = [
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
    names::CPU_THROTTLED,
    names::GPU_USAGE,
    names::POWER,
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
    grown: Vec<Grown>,
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
    let place = |reading: &&Reading| COMPANIONS.iter().position(|name| *name == reading.key.name);
    let mut companions: Vec<&Reading> = round.readings.iter().filter(|reading| place(reading).is_some()).collect();
    companions.sort_by_key(place);
    Evidence {
        at,
        rule: rule.clone(),
        rule_text: rule_text(rule),
        samples,
        processes: top(latest.processes.as_ref().map(|(_, processes)| processes.as_slice()).unwrap_or_default()),
        companions: companions.into_iter().map(companion).collect(),
        marks: metrics.marks(at - BEFORE, at).unwrap_or_default(),
        changes: changes(metrics, state, at),
        after: Vec::new(),
        grown,
        log: None,
    }
}

/// What happened to this machine and its Caretaker lately, the newest first: what people did, starts, boots, sleeps, changes of
/// the clock. The marks of the last hour stand by themselves.
fn changes(metrics: &MetricsStore, state: &StateStore, at: Timestamp) -> Vec<RecentChange> {
    let operations = state.operations(MOST_CHANGES).unwrap_or_default().into_iter();
    let operations = operations.filter(|operation| operation.at <= at && at.since(operation.at) <= LATELY);
    let done = operations.map(|operation| RecentChange { at: operation.at, text: operation.what });
    let marks = metrics.marks(at - LATELY, at).unwrap_or_default().into_iter();
    let marks =
        marks.filter(|mark| mark.at <= at && at.since(mark.until.unwrap_or(mark.at)) > BEFORE).filter_map(|mark| {
            let (at, text) = match mark.kind {
                MarkKind::Boot | MarkKind::PowerLoss | MarkKind::ClockStep => (mark.at, mark.text),
                // What counts is when it was there again.
                MarkKind::Sleep => (mark.until.unwrap_or(mark.at), format!("Woke: {}", mark.text.to_lowercase())),
                // Starts, ends, changes of the configuration and backups are among what was done.
                MarkKind::Start
                | MarkKind::Stop
                | MarkKind::Stall
                | MarkKind::Configuration
                | MarkKind::Backup
                | MarkKind::BackupFailed
                | MarkKind::SetAside => return None,
            };
            Some(RecentChange { at, text })
        });
    let mut changes: Vec<RecentChange> = done.chain(marks).collect();
    changes.sort_by_key(|change| std::cmp::Reverse(change.at));
    changes.truncate(MOST_CHANGES);
    changes
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
