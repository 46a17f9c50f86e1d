//! Alerts in words: present tense, numbers with units, no bare codes (`look.md`, Voice).

use super::{Change, Instance, State};
use crate::metric::{SeriesKey, Unit, names};
use crate::rule::{Level, Rule, Threshold};
use crate::time::Timestamp;

/// What a series is about, for people: `CPU`, `Disk /home`, `host.custom (a=b)`.
pub fn subject(series: &SeriesKey) -> String {
    let label = |name: &str| series.labels.get(name).unwrap_or("?");
    match series.name.as_str() {
        names::CPU_USAGE => "CPU".to_owned(),
        names::CPU_CORE_USAGE => format!("Core {}", label("core")),
        names::LOAD_1M => "Load over 1 min".to_owned(),
        names::LOAD_5M => "Load over 5 min".to_owned(),
        names::LOAD_15M => "Load over 15 min".to_owned(),
        names::LOAD_PER_CORE => "Load per core".to_owned(),
        names::MEMORY_USAGE | names::MEMORY_USED => "Memory".to_owned(),
        names::MEMORY_AVAILABLE => "Available memory".to_owned(),
        names::MEMORY_PRESSURE | names::MEMORY_PRESSURE_LEVEL => "Memory pressure".to_owned(),
        names::SWAP_USED => "Swap".to_owned(),
        names::SWAP_OUT => "Swapping out".to_owned(),
        names::DISK_USAGE => format!("Disk {}", label("mount")),
        names::DISK_FREE => format!("Free space on {}", label("mount")),
        names::DISK_READ => format!("Reads from {}", label("disk")),
        names::DISK_WRITTEN => format!("Writes to {}", label("disk")),
        names::NETWORK_RECEIVED => format!("Received on {}", label("interface")),
        names::NETWORK_SENT => format!("Sent on {}", label("interface")),
        names::TEMPERATURE => format!("Temperature {}", label("sensor")),
        names::THERMAL_STATE => "Thermal state".to_owned(),
        names::SAMPLE_AGE => "Newest sample".to_owned(),
        names::COLLECTOR_FAILING => format!("Collector {}", label("collector")),
        names::MODEL_SERVER_UP => format!("Model server {}", label("server")),
        name if series.labels.is_empty() => name.to_owned(),
        name => {
            let labels: Vec<String> = series.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
            format!("{name} ({})", labels.join(", "))
        }
    }
}

/// The judged value as people read it.
pub fn value_text(alert: &Instance) -> String {
    // What is over is told by how bad it was.
    let value = if alert.state == State::Resolved { alert.peak } else { alert.value };
    match (alert.series.name.as_str(), value) {
        (names::THERMAL_STATE, value) if value >= 2.5 => "critical".to_owned(),
        (names::THERMAL_STATE, value) if value >= 1.5 => "serious".to_owned(),
        (names::COLLECTOR_FAILING, value) if value > 0.0 => "failing".to_owned(),
        (names::MODEL_SERVER_UP, value) => if value > 0.5 { "up" } else { "down" }.to_owned(),
        (names::MEMORY_PRESSURE_LEVEL, value) if value >= 3.5 => "critical".to_owned(),
        (names::DISK_USAGE, value) => format!("{} full", alert.unit.format(value)),
        (_, value) if runs_out(alert) => format!("used up in {}", alert.unit.format(value)),
        (names::SAMPLE_AGE, value) => format!("{} old", alert.unit.format(value)),
        (_, value) => alert.unit.format(value),
    }
}

/// Whether it is about when space is used up: the series counts bytes, so seconds come from a forecast.
fn runs_out(alert: &Instance) -> bool {
    alert.series.name == names::DISK_FREE && alert.unit == Unit::Seconds
}

/// `above 90 %`.
pub fn threshold_text(threshold: Threshold, alert: &Instance) -> String {
    let bound = alert.unit.format(threshold.bound());
    match threshold {
        Threshold::Above(_) => format!("above {bound}"),
        Threshold::Below(_) => format!("below {bound}"),
    }
}

/// Subject, value and duration: `CPU 93 % for 4 min`.
pub fn short(alert: &Instance, now: Timestamp) -> String {
    let until = alert.resolved_at.unwrap_or(now);
    let lasted = until.since(alert.since).or_zero();
    let subject = subject(&alert.series);
    if lasted.as_millis() < 1_000 || runs_out(alert) {
        return format!("{subject} {}", value_text(alert));
    }
    format!("{subject} {} for {}", value_text(alert), lasted.in_words())
}

/// The whole sentence: `CPU 93 % for 4 min (critical above 90 %)`.
pub fn summary(alert: &Instance, rule: Option<&Rule>, now: Timestamp) -> String {
    let threshold = rule.and_then(|rule| rule.threshold(alert.level));
    // "Down" says it all; that it is a number below a half helps nobody.
    let is_yes_or_no = alert.series.name == names::MODEL_SERVER_UP;
    let bound = threshold.map(|threshold| {
        let bound = if is_yes_or_no { String::new() } else { format!(" {}", threshold_text(threshold, alert)) };
        format!(" ({}{bound})", alert.level)
    });
    let stale = if alert.no_data { "; no values come any more" } else { "" };
    format!("{}{}{stale}", short(alert, now), bound.unwrap_or_default())
}

/// An entry of a timeline in a sentence.
pub fn change(change: &Change) -> String {
    match change {
        Change::Pended => "Out of bounds for the first time".to_owned(),
        Change::Dropped => "Back in bounds before it was raised".to_owned(),
        Change::Fired { level: Level::Warning } => "Raised as a warning".to_owned(),
        Change::Fired { level: Level::Critical } => "Raised as critical".to_owned(),
        Change::Worsened => "Became critical".to_owned(),
        Change::Eased => "Eased to a warning".to_owned(),
        Change::Recovering => "Back in bounds; waiting whether it stays so".to_owned(),
        Change::Relapsed => "Out of bounds again".to_owned(),
        Change::Resolved { reason } => format!("Resolved: {reason}"),
        Change::DataLost => "Values stopped coming; the alert is kept as it is".to_owned(),
        Change::DataBack => "Values come again".to_owned(),
        Change::Acknowledged { note } if note.is_empty() => "Acknowledged".to_owned(),
        Change::Acknowledged { note } => format!("Acknowledged: {note}"),
        Change::Snoozed { until } => format!("Snoozed until {until}"),
    }
}
