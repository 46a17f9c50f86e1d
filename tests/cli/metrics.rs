//! `caretaker metrics`.

use caretaker_core::view::{MetricSummary, PointsView, SeriesList};

use crate::world::World;

#[test]
fn what_was_measured_is_listed_shown_and_summed_up() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let list: SeriesList = world.read(&["metrics", "list", "--json"]);
    for name in ["host.cpu.usage", "host.memory.usage", "host.disk.usage", "host.load.1m", "caretaker.round.time"] {
        let entry = list.series.iter().find(|entry| entry.key.name == name).unwrap_or_else(|| panic!("no {name}"));
        assert!(entry.last.is_some() && entry.at.is_some(), "{entry:?}");
    }
    let text = world.run(&["metrics", "list", "memory"]).out;
    assert!(text.contains("host.memory.usage") && !text.contains("host.cpu.usage"), "{text}");
    let summary: MetricSummary = world.read(&["metrics", "summary", "--json"]);
    assert!(summary.series.iter().any(|row| row.key.name == "host.cpu.usage" && row.hour.count > 0), "{summary:?}");
    assert!(world.run(&["metrics", "summary"]).out.contains("host.cpu.usage"));
}

#[test]
fn one_series_has_its_points_on_top_and_several_do_not() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let one: PointsView = world.read(&["metrics", "show", "host.memory.usage", "--since", "1h", "--json"]);
    let points = one.points.unwrap();
    assert!(points.iter().any(|point| point.value.is_some_and(|value| value > 0.0)), "{points:?}");
    assert!(one.stats.unwrap().count > 0 && one.step_ms.is_none());
    let cores: PointsView = world.read(&["metrics", "show", "host.cpu.core.usage", "--since", "1h", "--json"]);
    if cores.series.len() > 1 {
        assert!(cores.points.is_none() && cores.stats.is_none());
    }
    let words = ["metrics", "show", "host.cpu.core.usage", "--label", "core=0", "--since", "1h", "--json"];
    let first: PointsView = world.read(&words);
    assert_eq!(first.series.len(), 1);
    let stepped: PointsView = world.read(&["metrics", "show", "host.memory.usage", "--step", "5m", "--json"]);
    assert_eq!(stepped.step_ms, Some(300_000));
}

#[test]
fn two_single_rounds_in_a_row_are_samples_with_rising_stamps() {
    let world = World::new();
    for _ in 0..2 {
        assert_eq!(world.run(&["run", "--once"]).code, 0);
    }
    let shown: PointsView = world.read(&["metrics", "show", "host.memory.usage", "--since", "1h", "--json"]);
    let stamps: Vec<_> =
        shown.points.unwrap().into_iter().filter(|point| point.value.is_some()).map(|point| point.at).collect();
    assert!(stamps.len() >= 2, "{stamps:?}");
    assert!(stamps.windows(2).all(|pair| pair[0] < pair[1]), "{stamps:?}");
}

#[test]
fn where_no_person_looks_every_value_is_a_line() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let text = world.run(&["metrics", "show", "host.memory.usage", "--since", "1h"]).out;
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("host.memory.usage"));
    assert!(lines.next().is_some_and(|heads| heads.starts_with("AT ")), "{text}");
    assert!(lines.next().is_some_and(|value| value.contains('%')), "{text}");
}
