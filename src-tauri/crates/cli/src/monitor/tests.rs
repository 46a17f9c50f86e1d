//! Screens as text: what stands where on small and large terminals, and what is said when there is little to show.

use caretaker_core::metric::{Point, SeriesKey, Unit};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::Overview;
use serde_json::{Value, json};

use super::page;
use super::row::Row;
use super::state::{Key, Link, State};
use crate::render::{Colours, Terminal};

pub use super::snapshot::{Range, Snapshot};

/// 2026-03-02 at 08:00 UTC.
const NOW: i64 = 1_772_438_400_000;

pub fn now() -> Timestamp {
    Timestamp::from_millis(NOW)
}

fn points(of: impl Fn(i64) -> f64) -> Vec<Point> {
    (0..120)
        .map(|n| {
            let value = Some(of(n));
            Point { at: now() - Span::from_seconds(30 * (119 - n)), value, min: value, max: value }
        })
        .collect()
}

fn tile(id: &str, title: &str, unit: Unit, state: &str, points: Vec<Point>, bounds: [Option<f64>; 2]) -> Value {
    let value = points.last().and_then(|point| point.value);
    let above = |bound: Option<f64>| bound.map(|bound| json!({ "above": bound }));
    json!({
        "id": id, "title": title, "series": { "name": format!("host.{id}") }, "unit": unit, "value": value,
        "text": unit.format(value.unwrap_or_default()), "state": state,
        "reason": if state == "ok" { "" } else { "5-min mean 93 %" },
        "details": [{ "label": "Load 1 min", "text": "0.42" }], "points": points,
        "warning": above(bounds[0]), "critical": above(bounds[1]),
    })
}

fn alert(number: usize) -> Value {
    let (rule, title, level, summary) = if number == 0 {
        ("cpu-high", "CPU busy", "critical", "CPU 93 % for 4 min (5-min mean, critical above 90 %)")
    } else {
        ("disk-space", "Disk nearly full", "warning", "Disk /data 88 % full for 2 h (warning above 85 %)")
    };
    json!({
        "id": format!("alert-{number}"), "rule": rule, "title": title, "level": level, "state": "firing",
        "since": Timestamp::from_millis(NOW - 240_000), "fired_at": null, "recovering_since": null, "resolved_at": null,
        "metric": "host.cpu.usage", "labels": {}, "unit": "percent", "judged": "", "value": 93.0, "value_text": "93 %",
        "peak": 95.0, "threshold": null, "summary": summary, "runbook": rule, "acknowledged": null,
        "silenced_until": null, "no_data": false,
    })
}

/// A machine with so many open alerts.
pub fn snapshot(alerts: usize) -> Snapshot {
    let state = if alerts == 0 { "ok" } else { "critical" };
    let mut status = serde_json::to_value(caretaker_core::view::Status::default()).unwrap();
    status["state"] = json!(state);
    status["verdict"] = json!(if alerts == 0 { "All is well".to_owned() } else { format!("{alerts} things need you") });
    status["at"] = json!(now());
    status["host"]["name"] = json!("mini");
    status["host"]["os"] = json!("macOS");
    status["host"]["os_version"] = json!("26.1");
    status["host"]["boot_at"] = json!(now() - Span::from_hours(50));
    status["engine"]["running"] = json!(true);
    status["engine"]["interval_ms"] = json!(30_000);
    status["engine"]["last_round"] = json!(now() - Span::from_seconds(4));
    status["backups"]["state"] = json!("ok");
    status["backups"]["sentence"] = json!("Backed up 2 h ago, proven restorable 3 d ago");
    status["alerts"] = (0..alerts).map(alert).collect();
    let overview: Overview = serde_json::from_value(json!({
        "status": status,
        "tiles": [
            tile("cpu", "CPU", Unit::Percent, state, points(|n| (n * n % 97) as f64), [Some(75.0), Some(90.0)]),
            tile("memory", "Memory pressure", Unit::Percent, "ok", points(|n| 20.0 + n as f64 / 6.0), [Some(80.0), None]),
            tile("disk:/", "Disk /", Unit::Percent, "ok", points(|_| 61.0), [Some(85.0), Some(95.0)]),
            tile("network", "Network en0", Unit::BytesPerSecond, "ok", points(|n| (n % 40) as f64 * 2e5), [None, None]),
        ],
        "processes": { "at": now(), "processes": [
            { "pid": 812, "name": "ollama", "cpu_percent": 187.0, "memory_bytes": 8_100_000_000_u64 },
            { "pid": 1, "name": "launchd", "cpu_percent": null, "memory_bytes": 12_000_000 },
        ] },
        "marks": [], "from": now() - Span::from_hours(1), "to": now(),
    }))
    .unwrap();
    let entry = |name: &str, labels: Value, unit: Unit, last: f64| {
        json!({ "name": name, "labels": labels, "unit": unit, "kind": "gauge", "last": last,
                "at": now() - Span::from_seconds(4) })
    };
    let series = json!([
        entry("host.cpu.core.usage", json!({ "core": "0" }), Unit::Percent, 12.0),
        entry("host.cpu.core.usage", json!({ "core": "1" }), Unit::Percent, 97.0),
        entry("caretaker.cpu.usage", json!({}), Unit::Percent, 0.02),
        entry("caretaker.memory", json!({}), Unit::Bytes, 5.3e6),
        entry("caretaker.disk.written_day", json!({}), Unit::Bytes, 12.4e6),
        entry("caretaker.wakeups", json!({}), Unit::Ratio, 0.4),
    ]);
    Snapshot {
        overview,
        series: serde_json::from_value(series).unwrap(),
        models: caretaker_core::view::ModelsView::default(),
        range: Range::Hour,
        longer: std::collections::HashMap::new(),
    }
}

fn state(alerts: usize) -> State {
    let mut state = State::new(Link::Engine);
    state.take(snapshot(alerts));
    state
}

/// The screen as text. The clock is local; tests run wherever they like.
fn shown(state: &State, width: usize, height: usize) -> String {
    let rows = page::screen(state, now(), width, height);
    assert_eq!(rows.len(), height, "every row is drawn");
    assert!(rows.iter().all(|row| row.width() <= width), "nothing is wider than the screen");
    let text: Vec<String> = rows.iter().map(|row| row.text().trim_end().to_owned()).collect();
    let clock = crate::render::local(now(), Span::ZERO);
    text.join("\n").replace(&clock, "HH:MM:SS")
}

#[test]
fn a_usual_terminal_shows_everything() {
    insta::assert_snapshot!(shown(&state(2), 100, 36));
}

#[test]
fn a_small_terminal_shows_alerts_first_and_figures_in_a_line_each() {
    let text = shown(&state(2), 60, 20);
    let line = |words: &str| text.lines().position(|line| line.contains(words)).unwrap_or(usize::MAX);
    assert!(line("CPU 93 %") < line("Memory pressure") && line("Memory pressure") < line("ollama"), "{text}");
    insta::assert_snapshot!(text);
}

#[test]
fn a_wide_terminal_puts_lists_beside_each_other() {
    let text = shown(&state(2), 150, 30);
    assert!(text.lines().any(|line| line.contains("Alerts") && line.contains("Processes")), "{text}");
}

#[test]
fn every_size_is_drawn_and_no_alert_is_lost_on_the_way_down() {
    for alerts in [0, 1, 30] {
        for (width, height) in [(40, 8), (60, 20), (61, 21), (80, 24), (100, 30), (119, 60), (120, 20), (240, 80)] {
            let mut state = state(alerts);
            for _ in 0..alerts {
                state.press(Key::Down);
            }
            let text = shown(&state, width, height);
            assert_eq!(
                text.contains('›'),
                alerts > 0,
                "the chosen alert is on the screen of {width}x{height}:\n{text}"
            );
        }
    }
}

#[test]
fn what_is_shown_says_where_it_comes_from() {
    for (link, words) in [
        (Link::Alone, "No engine runs: this was measured 4 s ago. Start the tray app, or `caretaker run`."),
        (Link::Lost(now() - Span::from_seconds(9)), "It went away 9 s ago; this is what it said before."),
        (Link::Engine, "a round every 30 s, the last 4 s ago"),
    ] {
        let text = shown(&State { link, ..state(0) }, 110, 30);
        assert!(text.contains(words), "{text}");
        assert_eq!(text.contains("All is well"), !matches!(link, Link::Lost(_)), "{text}");
    }
    assert!(shown(&State::new(Link::Engine), 80, 24).contains("Asking the engine"));
    let mut paused = state(0);
    paused.press(Key::Letter('p'));
    assert!(shown(&paused, 80, 24).lines().next().is_some_and(|line| line.ends_with("paused")));
}

#[test]
fn questions_and_answers_stand_where_the_keys_were() {
    let mut state = state(1);
    assert!(shown(&state, 100, 30).lines().last().is_some_and(|line| line.starts_with("q leave  ? help")));
    state.press(Key::Letter('s'));
    let text = shown(&state, 100, 30);
    assert!(text.ends_with("Silence “CPU busy” for 1 h?  y yes, any other key no"), "{text}");
}

#[test]
fn one_frame_for_a_reader_is_whole_and_plain() {
    let terminal = Terminal::detect(false, Colours::Never);
    let text = page::once(&terminal, snapshot(30), Link::Engine, now(), 100);
    assert!(!text.contains('\u{1b}') && !text.contains("q leave"), "{text}");
    assert_eq!(text.matches("■ critical").count() + text.matches("▲ warning").count(), 1 + 30, "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100 && line.trim_end() == line), "{text}");
    let mut empty = snapshot(0);
    empty.overview.tiles.clear();
    assert!(page::once(&terminal, empty, Link::Alone, now(), 100).contains("Nothing measured yet."));
}

#[test]
fn a_longer_range_takes_its_own_points() {
    let mut snapshot = snapshot(0);
    snapshot.range = Range::Day;
    let tile = snapshot.overview.tiles[0].clone();
    assert_eq!(snapshot.points(&tile).0.len(), 120, "what could not be asked for is drawn as far as it is known");
    snapshot.longer.insert(SeriesKey::plain("host.cpu"), points(|_| 1.0)[..5].to_vec());
    let (points, from) = snapshot.points(&tile);
    assert_eq!((points.len(), from), (5, now() - Span::from_hours(24)));
}

#[test]
fn rows_of_tiles_are_as_many_as_was_said() {
    for (tiles, width) in [(1, 60), (4, 60), (7, 100), (9, 200)] {
        let mut snapshot = snapshot(0);
        let one = snapshot.overview.tiles[0].clone();
        snapshot.overview.tiles = vec![one; tiles];
        let rows: Vec<Row> = super::tiles::large(&snapshot, width);
        assert_eq!(rows.len(), super::tiles::large_rows(tiles, width), "{tiles} on {width}");
    }
}
