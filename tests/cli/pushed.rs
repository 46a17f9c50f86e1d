//! `caretaker metrics record` and `reset`: figures of one's own, with and without an engine.

use std::io::Write;
use std::process::Stdio;

use caretaker_core::metric::SeriesKind;
use caretaker_core::time::{Clock, Span};
use caretaker_core::view::{PointsView, RecordedView, ResetView, SeriesList};
use caretaker_platform::clock::SystemClock;

use crate::world::{Said, World};

fn piped(world: &World, words: &[&str], lines: &str) -> Said {
    let mut child =
        world.command(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // A program that refuses reads no further.
    let _ = child.stdin.take().unwrap().write_all(lines.as_bytes());
    Said::from(child.wait_with_output().unwrap())
}

fn values(world: &World, name: &str) -> Vec<u64> {
    let view: PointsView = world.read(&["metrics", "show", name, "--since", "1h", "--json"]);
    view.points.unwrap().iter().filter_map(|point| point.value).map(f64::to_bits).collect()
}

#[test]
fn every_digit_comes_back_with_an_engine_and_without_one() {
    let world = World::new();
    let hard = [0.1, 1e-9, 1e18, -0.0, f64::MAX, 5e-324, 0.1 + 0.2];
    for (number, value) in hard.iter().enumerate() {
        if number == 3 {
            let engine = world.start(&["run"]);
            let said = world.run(&["metrics", "record", "board.hard", &format!("{value:?}")]);
            assert_eq!(said.code, 0, "{said:?}");
            drop(engine);
            continue;
        }
        let said = world.run(&["metrics", "record", "board.hard", &format!("{value:?}")]);
        assert_eq!(said.code, 0, "{said:?}");
    }
    assert_eq!(values(&world, "board.hard"), hard.map(f64::to_bits));
}

#[test]
fn a_figure_has_a_unit_labels_and_a_service_and_leaves_in_every_format() {
    let world = World::new();
    let words =
        ["metrics", "record", "board.latency", "12.5", "--unit", "ms", "--service", "board", "--label", "shop=n"];
    let said = world.run(&words);
    assert_eq!(said.out, "Recorded 12.5 for board.latency; board.latency{service=board,shop=n} is a new series\n");
    let again: RecordedView = world.read(&[&words[..], &["--json"]].concat());
    assert_eq!((again.recorded, again.created.len(), again.series), (1, 0, 1));
    let list: SeriesList = world.read(&["metrics", "list", "--json"]);
    let entry = &list.series[0];
    assert!(entry.pushed && entry.kind == SeriesKind::Gauge && entry.last == Some(12.5), "{entry:?}");
    for (format, expected) in [
        ("csv", "board.latency"),
        ("json", "\"board.latency\""),
        ("markdown", "board.latency"),
        ("prometheus", "caretaker_board_latency_seconds{service=\"board\",shop=\"n\"} 0.0125"),
    ] {
        let text = world.run(&["metrics", "export", "--format", format, "--name", "board.*"]).out;
        assert!(text.contains(expected), "{format}: {text}");
    }
}

#[test]
fn many_come_through_stdin_and_the_line_that_is_wrong_is_named() {
    let world = World::new();
    let begin = three_hours_ago();
    let line = |n: i64| format!("board.n{{shop=s{}}} {n} {}", n % 3, begin + n * 8);
    let lines = (0..1_200).map(line).collect::<Vec<_>>().join("\n");
    let said = piped(&world, &["metrics", "record", "-", "--kind", "counter", "--json"], &lines);
    let view: RecordedView = said.document();
    assert_eq!((said.code, view.recorded, view.created.len()), (0, 1_200, 3));
    let view: PointsView = world.read(&["metrics", "show", "board.n", "--since", "4h", "--json"]);
    assert_eq!(view.series.iter().map(|series| series.stats.count).sum::<u64>(), 1_200);

    for (lines, code, said_) in [
        (
            "a.b 1\n\n# no line\na.c x\na.d 1\n",
            2,
            "line 4: `x` is no value that can be kept; the sample before it was recorded",
        ),
        ("a.e 1\na.f 2\nhost.load 3\n", 2, "line 3: `host.load` cannot be pushed"),
        ("a.g\n", 2, "line 1: `a.g` has no value; nothing was recorded"),
    ] {
        let said = piped(&world, &["metrics", "record", "-"], lines);
        assert!(said.code == code && said.err.contains(said_), "{said:?}");
    }
    let names: Vec<String> = world
        .read::<SeriesList>(&["metrics", "list", "--json"])
        .series
        .iter()
        .map(|one| one.key.name.clone())
        .collect();
    for (name, there) in [("a.b", true), ("a.d", false), ("a.e", true), ("a.f", true), ("a.g", false)] {
        assert_eq!(names.iter().any(|one| one == name), there, "{name}: {names:?}");
    }
    let endless = piped(&world, &["metrics", "record", "-"], &"x".repeat(100_000));
    assert!(endless.code == 2 && endless.err.contains("line 1: it has more than 8192 bytes"), "{endless:?}");
    let nothing = piped(&world, &["metrics", "record", "-"], "");
    assert_eq!((nothing.code, nothing.out.as_str()), (0, "Recorded 0 samples\n"));
}

/// Seconds since 1970, three hours ago.
fn three_hours_ago() -> i64 {
    (SystemClock::new().moment().wall - Span::from_hours(3)).as_millis() / 1_000
}

#[test]
fn what_cannot_be_kept_says_why_and_exits_2() {
    let world = World::new();
    for (words, said_) in [
        (&["a.b"][..], "the value of `a.b` is missing"),
        (&["a.b", "NaN"], "`NaN` is no value"),
        (&["a.b", "1", "--unit", "furlong"], "no unit `furlong`"),
        (&["a.b", "1", "--kind", "histogram"], "there are gauge and counter"),
        (&["a.b", "1", "--at", "2999-01-01T00:00:00Z"], "lies in the future"),
        (&["a.b", "1", "--at", "1000000000"], "too long ago"),
        (&["a-b", "1"], "`a-b` is no name"),
        (&["caretaker.memory", "1"], "Caretaker itself fills"),
        (&["a.b", "1", "--label", "9=x"], "no name of a label"),
        (&["-", "1"], "stand in the lines of stdin"),
    ] {
        let said = world.run(&[&["metrics", "record"], words].concat());
        assert!(said.code == 2 && said.err.contains(said_), "{words:?}: {said:?}");
    }
}

#[test]
fn a_counter_goes_back_to_zero_and_the_list_of_operations_says_so() {
    let world = World::new();
    for value in ["40", "41"] {
        assert_eq!(world.run(&["metrics", "record", "board.requests", value, "--kind", "counter"]).code, 0);
    }
    assert_eq!(world.run(&["metrics", "reset", "board.requests"]).out, "board.requests is back to 0, from 41\n");
    let again: ResetView = world.read(&["metrics", "reset", "board.requests", "--json"]);
    assert_eq!(again.reset[0].before, 0.0);
    let status: serde_json::Value = world.run(&["status", "--json"]).document();
    assert!(status["operations"].to_string().contains("Reset the counter board.requests from 41 to 0"), "{status}");
    assert_eq!(world.run(&["metrics", "reset", "board.nothing"]).code, 4);
}
