//! Everything below the tiles: alerts, what does not work, processes, and a line each for cores, sensors, models and cost.

use caretaker_core::metric::{Unit, names};
use caretaker_core::time::Timestamp;
use caretaker_core::view::{AlertView, ModelServerView, ModelsState, ProtectionState};

use super::row::{Row, length};
use super::snapshot::Snapshot;
use super::state::State;
use crate::render::{BLOCKS, Colour, level_sign};

/// Width of the words before a line.
const LABEL: usize = 13;

/// From this width on, the age of an alert has a column.
const ROOMY: usize = 80;

/// Open alerts below a head, at most so many; the chosen one is among them.
pub fn alerts(state: &State, now: Timestamp, width: usize, most: usize, mark: Mark) -> Vec<Row> {
    let alerts = state.alerts();
    if alerts.is_empty() {
        return vec![Row::in_colour("No alerts are open.", Colour::Dim)];
    }
    let place = state.place().unwrap_or(0);
    let first = place.saturating_sub(most.saturating_sub(1));
    let hidden = alerts.len().saturating_sub(most);
    let head =
        if hidden > 0 { format!("Alerts ({} of {})", most.min(alerts.len()), alerts.len()) } else { "Alerts".into() };
    let mut rows = vec![Row::in_colour(head, Colour::Bold)];
    for (index, alert) in alerts.iter().enumerate().skip(first).take(most) {
        let chosen = index == place && mark == Mark::Chosen;
        let row = alert_row(alert, now, chosen, width);
        rows.push(if chosen { row.fitted(width).chosen() } else { row.cut(width) });
    }
    rows
}

/// Whether one of the alerts is shown as chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A person can act on it.
    Chosen,
    /// It is only read.
    None,
}

fn alert_row(alert: &AlertView, now: Timestamp, chosen: bool, width: usize) -> Row {
    let sign = level_sign(alert.level);
    // Where there is little room, the sentence alone has to say it.
    let age =
        if width < ROOMY { String::new() } else { format!("{:>10}  ", now.since(alert.since).or_zero().in_words()) };
    let remark = match (&alert.acknowledged, alert.silenced_until) {
        (_, Some(_)) => " (silenced)",
        (Some(_), None) => " (acknowledged)",
        (None, None) => "",
    };
    // Where colours and the other way round are not shown, the arrow says which one is chosen.
    Row::new()
        .add(if chosen { "› " } else { "  " }, None)
        .add(format!("{} {:<8}", sign.shape, sign.word), Some(sign.colour))
        .add(format!("  {age}"), Some(Colour::Dim))
        .add(alert.summary.as_str(), None)
        .add(remark, Some(Colour::Dim))
}

/// What does not work, a line each, with what to do.
pub fn degraded(snapshot: &Snapshot, width: usize) -> Vec<Row> {
    let parts = &snapshot.overview.status.degraded;
    parts
        .iter()
        .map(|part| {
            let hint = if part.hint.is_empty() { String::new() } else { format!("; {}", part.hint) };
            Row::new()
                .add("▲ not working  ", Some(Colour::Yellow))
                .add(format!("{}: {}", part.part, part.why), None)
                .add(hint, Some(Colour::Dim))
                .cut(width)
        })
        .collect()
}

/// The busiest processes below a head, at most so many.
pub fn processes(snapshot: &Snapshot, width: usize, most: usize) -> Vec<Row> {
    let Some(table) = &snapshot.overview.processes else { return Vec::new() };
    if table.processes.is_empty() || most == 0 {
        return Vec::new();
    }
    let name = width.saturating_sub(8 + 9 + 10).clamp(8, 40);
    let head = Row::in_colour("Processes", Colour::Bold).fitted(name);
    let mut rows = vec![head.add(format!("{:>8}{:>9}{:>10}", "PID", "CPU", "MEMORY"), Some(Colour::Dim)).cut(width)];
    rows.extend(table.processes.iter().take(most).map(|process| {
        let cpu = process.cpu_percent.map(|percent| Unit::Percent.format(percent)).unwrap_or_default();
        let memory = Unit::Bytes.format(process.memory_bytes as f64);
        let figures = format!("{:>8}{cpu:>9}{memory:>10}", process.pid);
        Row::plain(process.name.as_str()).fitted(name).add(figures, None).cut(width)
    }));
    rows
}

/// Usage of each core as a block and a number; blocks alone where there are many.
pub fn cores(snapshot: &Snapshot, width: usize) -> Option<Row> {
    let cores = snapshot.cores();
    if cores.is_empty() {
        return None;
    }
    let block = |percent: f64| BLOCKS[((percent / 100.0 * 8.0) as usize).min(7)];
    let colour = |percent: f64| if percent >= 90.0 { Some(Colour::Bold) } else { None };
    let each = 10;
    let mut row = labelled("Cores");
    let with_numbers = LABEL + cores.len() * each <= width;
    for (core, percent) in &cores {
        row = if with_numbers {
            let number = format!("{percent:.0} %");
            row.add(format!("{core} "), Some(Colour::Dim))
                .add(format!("{} {number:<6}", block(*percent)), colour(*percent))
        } else {
            row.add(block(*percent).to_string(), colour(*percent))
        };
    }
    if !with_numbers {
        let busiest = cores.iter().map(|(_, percent)| *percent).fold(0.0, f64::max);
        row = row
            .add(format!("  {} cores, the busiest {}", cores.len(), Unit::Percent.format(busiest)), Some(Colour::Dim));
    }
    Some(row.cut(width))
}

/// Every sensor, the hottest first; none where a tile already shows the only one.
pub fn temperatures(snapshot: &Snapshot, width: usize) -> Option<Row> {
    let sensors = snapshot.temperatures();
    if sensors.len() < 2 {
        return None;
    }
    let all: Vec<String> =
        sensors.iter().map(|(sensor, degrees)| format!("{sensor} {}", Unit::Celsius.format(*degrees))).collect();
    Some(labelled("Temperatures").add(all.join("  "), None).cut(width))
}

/// A line for each server of local models.
pub fn models(snapshot: &Snapshot, width: usize) -> Vec<Row> {
    if snapshot.models.state == ModelsState::NotConfigured {
        return Vec::new();
    }
    snapshot.models.servers.iter().map(|server| model_row(server).cut(width)).collect()
}

fn model_row(server: &ModelServerView) -> Row {
    let name = format!("{} {}", server.name, server.address);
    if !server.up {
        let why = if server.note.is_empty() { String::new() } else { format!(": {}", server.note) };
        return labelled("Models").add("▲ down", Some(Colour::Yellow)).add(format!("  {name}{why}"), None);
    }
    let loaded: Vec<String> = server
        .loaded
        .iter()
        .map(|model| {
            let memory = model.memory_bytes.map(|bytes| format!(" {}", Unit::Bytes.format(bytes as f64)));
            format!("{}{}", model.name, memory.unwrap_or_default())
        })
        .collect();
    let loaded = if loaded.is_empty() { "none loaded".to_owned() } else { format!("loaded {}", loaded.join(", ")) };
    let speed = server.tokens_per_second.map(|speed| format!(", {speed:.0} tokens/s")).unwrap_or_default();
    let installed = format!(", {} installed", server.installed.len());
    labelled("Models").add("● up", Some(Colour::Green)).add(format!("  {name}: {loaded}{speed}{installed}"), None)
}

/// How the owner's data are kept.
pub fn backups(snapshot: &Snapshot, width: usize) -> Row {
    let summary = &snapshot.overview.status.backups;
    let (shape, word, colour) = match summary.state {
        ProtectionState::NotConfigured => ("○", "none", Colour::Dim),
        ProtectionState::Ok => ("●", "ok", Colour::Green),
        ProtectionState::Warning => ("▲", "warning", Colour::Yellow),
        ProtectionState::Critical => ("■", "critical", Colour::Red),
    };
    let percent = summary.running_percent.map(|percent| format!(" {percent:.0} %")).unwrap_or_default();
    let running = summary.running.as_ref().map(|job| format!("backing up {job}{percent}; "));
    let text = format!("{}{}", running.unwrap_or_default(), summary.sentence);
    labelled("Backups").add(format!("{shape} {word}"), Some(colour)).add(format!("  {text}"), None).cut(width)
}

/// What Caretaker itself costs.
pub fn cost(snapshot: &Snapshot, width: usize) -> Option<Row> {
    let figures = [
        snapshot.value(names::OWN_CPU_USAGE).map(|percent| format!("{percent:.2} % of a core")),
        snapshot.value(names::OWN_MEMORY).map(|bytes| Unit::Bytes.format(bytes)),
        snapshot.value(names::OWN_WRITTEN_DAY).map(|bytes| format!("{} written in a day", Unit::Bytes.format(bytes))),
        snapshot.value(names::OWN_DATABASE_SIZE).map(|bytes| format!("{} of data", Unit::Bytes.format(bytes))),
        snapshot.value(names::OWN_WAKEUPS).map(|rate| format!("{rate:.1} wake-ups/s")),
    ];
    let figures: Vec<String> = figures.into_iter().flatten().collect();
    (!figures.is_empty()).then(|| labelled("Caretaker").add(figures.join(", "), Some(Colour::Dim)).cut(width))
}

fn labelled(label: &str) -> Row {
    Row::in_colour(format!("{label}{}", " ".repeat(LABEL.saturating_sub(length(label)))), Colour::Dim)
}
