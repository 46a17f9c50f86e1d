//! The whole screen as rows: what stands where, and what gives way when there is little room.

use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{OverallState, Status};

use super::help::help;
use super::panels::{self, Mark};
use super::row::{Row, beside, length};
use super::snapshot::Snapshot;
use super::state::{Link, Page, State};
use super::{detail, tiles};
use crate::render::{Colour, Terminal, ago, local, overall_sign};

/// From this width on, alerts and processes stand beside each other.
const WIDE: usize = 120;
const GAP: usize = 3;
/// A list of processes on one printed frame.
const PROCESSES_ONCE: usize = 10;

/// Every row of a screen of this size.
pub fn screen(state: &State, now: Timestamp, width: usize, height: usize) -> Vec<Row> {
    let mut rows = head(state, now, width);
    let foot = foot(state, width);
    let room = height.saturating_sub(rows.len() + 1);
    let body = match (&state.page, &state.snapshot) {
        (Page::Help, _) => help(),
        (Page::Alert(alert, top), _) => scrolled(detail::detail(alert, now, width), *top, room),
        (Page::Overview, Some(snapshot)) => overview(state, snapshot, now, width, room),
        (Page::Overview, None) => vec![Row::in_colour("Asking the engine…", Colour::Dim)],
    };
    rows.extend(body.into_iter().take(room));
    rows.resize(height.saturating_sub(1), Row::new());
    rows.push(foot);
    rows.truncate(height);
    rows.into_iter().map(|row| row.cut(width)).collect()
}

/// How far the page of an alert can be scrolled on a screen of this size.
pub fn deepest(state: &State, now: Timestamp, width: usize, height: usize) -> usize {
    match &state.page {
        Page::Alert(alert, _) => {
            let room = height.saturating_sub(head(state, now, width).len() + 1);
            detail::detail(alert, now, width).len().saturating_sub(room)
        }
        Page::Overview | Page::Help => 0,
    }
}

/// One frame for a reader: everything, however long, and no keys.
pub fn once(terminal: &Terminal, snapshot: Snapshot, link: Link, now: Timestamp, width: usize) -> String {
    let mut state = State::new(link);
    state.range = snapshot.range;
    state.take(snapshot);
    let mut rows = head(&state, now, width);
    if let Some(snapshot) = &state.snapshot {
        rows.extend(blocks(&[
            if snapshot.overview.tiles.is_empty() { nothing_yet() } else { tiles::large(snapshot, width) },
            lines(snapshot, width),
            panels::degraded(snapshot, width),
            panels::alerts(&state, now, width, usize::MAX, Mark::None),
            panels::processes(snapshot, width, PROCESSES_ONCE),
        ]));
    }
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for piece in row.cut(width).pieces {
            line.push_str(&piece.colour.map_or(piece.text.clone(), |colour| terminal.paint(colour, &piece.text)));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// The verdict and the time; then the machine, or why what is shown is not new.
fn head(state: &State, now: Timestamp, width: usize) -> Vec<Row> {
    let Some(snapshot) = &state.snapshot else { return vec![Row::in_colour("Caretaker", Colour::Bold), Row::new()] };
    let status = &snapshot.overview.status;
    let (sign, verdict) = match state.link {
        Link::Engine | Link::Alone => (overall_sign(status.state), status.verdict.as_str()),
        // What was heard before says nothing about now.
        Link::Lost(_) => (overall_sign(OverallState::Unknown), "The engine does not answer"),
    };
    let clock = if state.paused { "paused" } else { &local(now, Span::ZERO) };
    let verdict = Row::new()
        .add(format!("{} {}", sign.shape, sign.word), Some(sign.colour))
        .add("  ", None)
        .add(verdict, Some(Colour::Bold));
    let clock = Row::in_colour(clock, if state.paused { Colour::Yellow } else { Colour::Dim });
    vec![verdict.with_right(clock, width), source(state, status, now, width).cut(width), Row::new()]
}

fn source(state: &State, status: &Status, now: Timestamp, width: usize) -> Row {
    let last = status.engine.last_round;
    match (state.link, last) {
        (Link::Lost(since), _) => Row::in_colour(
            format!("It went away {}; this is what it said before. Waiting for it to come back.", ago(since, now)),
            Colour::Yellow,
        ),
        (Link::Alone, Some(last)) => Row::in_colour(
            format!("No engine runs: this was measured {}. Start the tray app, or `caretaker run`.", ago(last, now)),
            Colour::Yellow,
        ),
        (Link::Alone, None) => {
            Row::in_colour("No engine runs. Start the tray app, or `caretaker run`.", Colour::Yellow)
        }
        (Link::Engine, last) => {
            let every = Span::from_millis(status.engine.interval_ms).in_words();
            let last = last.map(|last| format!(", the last {}", ago(last, now))).unwrap_or_default();
            let host = &status.host;
            let up = host.boot_at.map(|boot| format!("up {}", now.since(boot).or_zero().in_words()));
            let system = format!("{} {}", host.os, host.os_version).trim().to_owned();
            let rounds = format!("a round every {every}{last}");
            let all = [host.name.clone(), system, up.unwrap_or_default(), rounds];
            // The name says which machine it is, the last round how new all this is; the rest gives way.
            let kept = |from: usize| all.iter().take(1).chain(all.iter().skip(from)).filter(|part| !part.is_empty());
            let line = |from: usize| kept(from).cloned().collect::<Vec<_>>().join(" · ");
            let fitting = (1..all.len()).map(line).find(|text| length(text) <= width);
            Row::in_colour(fitting.unwrap_or_else(|| line(all.len() - 1)), Colour::Dim)
        }
    }
}

/// What may be pressed, or what is asked, or what was done.
fn foot(state: &State, width: usize) -> Row {
    if let Some(title) = state.asked_title() {
        return Row::in_colour(format!("Silence “{title}” for 1 h?"), Colour::Bold)
            .add("  y yes, any other key no", None)
            .cut(width);
    }
    if let Some(message) = &state.message {
        return Row::in_colour(message.as_str(), Colour::Bold).cut(width);
    }
    let keys: &[(&str, &str)] = match &state.page {
        Page::Overview if state.alerts().is_empty() => &[("q", "leave"), ("?", "help"), ("r", "range"), ("p", "pause")],
        Page::Overview => &[
            ("q", "leave"),
            ("?", "help"),
            ("↑↓", "choose"),
            ("Enter", "show"),
            ("a", "acknowledge"),
            ("s", "silence"),
            ("r", "range"),
            ("p", "pause"),
        ],
        Page::Alert(..) => &[("Esc", "back"), ("↑↓", "scroll"), ("a", "acknowledge"), ("s", "silence"), ("q", "leave")],
        Page::Help => &[("Esc", "back"), ("q", "leave")],
    };
    let mut row = Row::new();
    for (index, (key, meaning)) in keys.iter().enumerate() {
        let more = Row::new()
            .add(if index == 0 { "" } else { "  " }, None)
            .add(*key, Some(Colour::Bold))
            .add(format!(" {meaning}"), Some(Colour::Dim));
        // A key that is half there is of no use; `?` has them all.
        if row.width() + more.width() <= width {
            row = row.join(more);
        }
    }
    let range = Row::in_colour(format!("graphs {}", state.range.in_words()), Colour::Dim);
    if state.page == Page::Overview && row.width() + range.width() + 2 <= width {
        row.with_right(range, width)
    } else {
        row
    }
}

fn nothing_yet() -> Vec<Row> {
    vec![Row::in_colour("Nothing measured yet.", Colour::Dim)]
}

/// A line each: backups, cores, sensors, models, cost.
fn lines(snapshot: &Snapshot, width: usize) -> Vec<Row> {
    let mut rows = vec![panels::backups(snapshot, width)];
    rows.extend(panels::cores(snapshot, width));
    rows.extend(panels::temperatures(snapshot, width));
    rows.extend(panels::models(snapshot, width));
    rows.extend(panels::cost(snapshot, width));
    rows
}

/// Blocks with a blank row between those that say something.
fn blocks(parts: &[Vec<Row>]) -> Vec<Row> {
    let shown: Vec<&[Row]> = parts.iter().filter(|part| !part.is_empty()).map(Vec::as_slice).collect();
    shown.join(&Row::new())
}

fn scrolled(rows: Vec<Row>, top: usize, room: usize) -> Vec<Row> {
    let last = rows.len().saturating_sub(room);
    rows.into_iter().skip(top.min(last)).collect()
}

/// What fits, the most important first: alerts, the figures, what does not work, then lines, processes and large graphs.
fn overview(state: &State, snapshot: &Snapshot, now: Timestamp, width: usize, room: usize) -> Vec<Row> {
    let side_by_side = width >= WIDE;
    let tile_count = snapshot.overview.tiles.len();
    let small = if tile_count == 0 { nothing_yet() } else { tiles::small(snapshot, width) };
    let lines = lines(snapshot, width);
    let mut degraded = panels::degraded(snapshot, width);
    degraded.truncate((room / 6).max(1));
    let alerts = state.alerts().len();
    let alert_rows = 1 + alerts.min((room / 4).max(2)).max(usize::from(alerts > 0));
    let alert_rows = if alerts == 0 { 1 } else { alert_rows };
    // Blank rows are the first to go.
    let airy = room >= 24;
    let joined = |parts: &[Vec<Row>]| if airy { blocks(parts) } else { parts.concat() };
    let air = if airy { 4 } else { 0 };

    let fixed = alert_rows + degraded.len() + lines.len() + air;
    let large_rows = tiles::large_rows(tile_count, width);
    let least_processes = if side_by_side { 0 } else { 4 };
    let grown = tile_count > 0 && room >= fixed + large_rows + least_processes;
    let figures = if grown { tiles::large(snapshot, width) } else { small };
    let left = room.saturating_sub(figures.len() + lines.len() + degraded.len() + air);
    if side_by_side {
        let half = (width - GAP) / 2;
        let lists = beside(
            panels::alerts(state, now, half, left.saturating_sub(1).max(1), Mark::Chosen),
            panels::processes(snapshot, width - half - GAP, left.saturating_sub(1)),
            half,
            GAP,
        );
        return joined(&[figures, lines, degraded, lists]);
    }
    let most_alerts = alerts.min(left.saturating_sub(5).max(alert_rows.saturating_sub(1))).max(1);
    let alert_list = panels::alerts(state, now, width, most_alerts, Mark::Chosen);
    let processes = panels::processes(snapshot, width, left.saturating_sub(alert_list.len() + 1));
    // On a small screen, alerts must not be what falls off its end.
    if airy {
        joined(&[figures, lines, degraded, alert_list, processes])
    } else {
        joined(&[alert_list, degraded, figures, lines, processes])
    }
}
