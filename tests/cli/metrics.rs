//! `caretaker metrics`.

use caretaker_core::view::{CostView, ExportView, MetricSummary, PointsView, SeriesList};

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
    let cpu = summary.series.iter().find(|row| row.key.name == "host.cpu.usage").unwrap();
    assert!(cpu.day.p99.is_some() && cpu.week.p95.is_some() && !cpu.points.is_empty(), "{cpu:?}");
    for (window, words) in [("1h", "of the last hour"), ("24h", "of the last 24 hours"), ("7d", "of the last 7 days")] {
        let said = world.run(&["metrics", "summary", "--window", window]).out;
        assert!(said.contains("host.cpu.usage") && said.contains("P99") && said.contains(words), "{said}");
    }
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

#[test]
fn measurements_leave_in_four_formats_to_stdout_and_to_a_file() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let csv = world.run(&["metrics", "export", "--format", "csv", "--name", "host.memory.*"]);
    let mut lines = csv.out.lines();
    assert_eq!((csv.code, lines.next()), (0, Some("at,name,labels,unit,value,min,max")));
    assert!(lines.next().is_some_and(|line| line.contains(",host.memory.")) && !csv.out.contains("host.cpu"));
    let markdown = world.run(&["metrics", "export", "--format", "markdown", "--name", "host.memory.usage"]).out;
    assert!(markdown.contains("| host.memory.usage | "), "{markdown}");
    let page = world.run(&["metrics", "export", "--format", "prometheus", "--name", "host.memory.usage"]).out;
    assert!(page.contains("# TYPE caretaker_host_memory_usage_percent gauge\ncaretaker_host_memory"), "{page}");
    let whole: serde_json::Value = world.read(&["metrics", "export", "--format", "json", "--since", "1h", "--json"]);
    assert!(whole["series"].as_array().is_some_and(|series| series.len() > 5), "{whole}");

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.csv");
    let words = ["metrics", "export", "--format", "csv", "--output", file.to_str().unwrap(), "--json"];
    let written: serde_json::Value = world.read(&words);
    assert_eq!(written["bytes"], std::fs::metadata(&file).unwrap().len());
}

#[test]
fn an_export_of_nothing_or_in_no_format_says_so() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let unknown = world.run(&["metrics", "export", "--format", "csv", "--name", "board.*"]);
    assert!(unknown.code == 4 && unknown.err.contains("board.*"), "{unknown:?}");
    let format = world.run(&["metrics", "export", "--format", "xml"]);
    assert!(format.code == 2 && format.err.contains("prometheus"), "{format:?}");
    let both = world.run(&["metrics", "export", "--format", "csv", "--json"]);
    assert_eq!(both.code, 2, "{both:?}");
    let device = world.run(&["metrics", "export", "--format", "csv", "--output", "/dev/null"]);
    assert!(device.code == 2 && std::path::Path::new("/dev/null").exists(), "{device:?}");
}

#[test]
fn an_export_is_written_at_intervals_and_on_demand() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!(
        "[[export]]\nid = \"day\"\nfolder = \"{}\"\nformat = \"csv\"\nnames = [\"host.memory.*\"]\n",
        folder.path().display()
    );
    let world = World::configured(&text);
    let engine = world.start(&["run"]);
    let files = || std::fs::read_dir(folder.path()).unwrap().count();
    World::wait_until("the first file", || files() == 1);
    let now: ExportView = world.read(&["metrics", "exports", "--now", "day", "--json"]);
    let last = now.last.unwrap();
    let written = std::fs::read_to_string(&last.path).unwrap();
    assert!(written.starts_with("at,name,") && written.contains("host.memory.usage"), "{written}");
    assert!(!written.contains("host.cpu"), "{written}");
    let list = world.run(&["metrics", "exports"]);
    assert!(list.out.contains("of 30") && list.out.contains(folder.path().to_str().unwrap()), "{list:?}");
    let unknown = world.run(&["metrics", "exports", "--now", "month", "--json"]);
    assert_eq!((unknown.code, unknown.error_code().as_str()), (4, "not_found"), "{unknown:?}");
    drop(engine);
    let none = World::new();
    assert_eq!(none.run(&["run", "--once"]).code, 0);
    assert!(none.run(&["metrics", "exports"]).out.contains("No exports are set up"));
}

#[test]
fn what_caretaker_costs_is_told_for_people_and_for_scripts() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let cost: CostView = world.read(&["status", "--self", "--json"]);
    assert_eq!(cost.connections_beyond, 0);
    for id in ["cpu", "round-cpu", "round-time", "memory", "writes", "databases", "wakeups"] {
        assert!(cost.costs.iter().any(|row| row.id == id), "{id}: {cost:?}");
    }
    let memory = cost.costs.iter().find(|row| row.id == "memory").unwrap();
    assert!(memory.now.is_some_and(|bytes| bytes > 1e5), "{memory:?}");
    let text = world.run(&["status", "--self"]).out;
    assert!(text.contains("24 H MEAN") && text.contains("at most 0.1 %"), "{text}");
    assert!(text.contains("No connection to another machine was opened"), "{text}");
}
