//! Exports at intervals over days of simulated time: files, their number, folders that are away, sleep, restarts.

use std::path::Path;

use caretaker_core::export::ExportFormat;
use caretaker_core::metric::{SeriesKind, StatsOf};
use caretaker_core::time::{Clock as _, Span};
use caretaker_core::view::{SampleRequest, SamplesRequest};
use caretaker_engine::{ExportQuery, PointsQuery};
use caretaker_testkit::World;

fn configured(folder: &Path, more: &str) -> String {
    format!(
        "[collect]\ninterval = \"5m\"\n\n[[export]]\nid = \"day\"\nfolder = \"{}\"\nnames = [\"host.cpu.usage\"]\n{more}",
        folder.display()
    )
}

fn files(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_file_a_day_at_the_same_time_of_day_and_no_more_than_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::File::create(folder.path().join("caretaker-day-by-hand.csv")).unwrap();
    let world = World::with_configuration(&configured(folder.path(), "keep = 2\n")).unwrap();
    world.pass(Span::from_minutes(5)).await.unwrap();
    assert_eq!(files(folder.path()), ["caretaker-day-2026-03-02T08-05-00Z.csv", "caretaker-day-by-hand.csv"]);
    world.pass(Span::from_hours(72)).await.unwrap();
    assert_eq!(
        files(folder.path()),
        [
            "caretaker-day-2026-03-04T08-05-00Z.csv",
            "caretaker-day-2026-03-05T08-05-00Z.csv",
            "caretaker-day-by-hand.csv"
        ],
        "two of its own, and what others put there"
    );
    let text = std::fs::read_to_string(folder.path().join("caretaker-day-2026-03-05T08-05-00Z.csv")).unwrap();
    assert!(text.contains("host.cpu.usage") && text.contains("2026-03-04T"), "a day of samples: {text}");
    let view = world.engine().exports().await.unwrap().exports.remove(0);
    assert_eq!((view.files, view.problem), (2, None));
    assert_eq!(view.next.to_string(), "2026-03-06T08:05:00.000Z");
    let status = world.status().await.unwrap();
    let last = status.operations.iter().find(|operation| operation.kind == "export").unwrap();
    assert!(last.what.starts_with("Wrote ") && last.result == "done", "{last:?}");
}

#[tokio::test]
async fn a_folder_that_is_away_is_named_and_what_was_missed_is_in_the_next_file() {
    let base = tempfile::tempdir().unwrap();
    let folder = base.path().join("disk");
    let world = World::with_configuration(&configured(&folder, "every = \"1h\"\n")).unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    let degraded = world.status().await.unwrap().degraded;
    let part = degraded.iter().find(|part| part.part == "export day").unwrap();
    assert!(part.why.contains("disk") && part.hint.contains("mount"), "{part:?}");
    assert!(!folder.exists(), "it may be that of a disk that is not mounted");
    std::fs::create_dir(&folder).unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    assert_eq!(files(&folder).len(), 1);
    assert!(world.status().await.unwrap().degraded.is_empty(), "it works again");
    let aside = base.path().join("aside");
    std::fs::rename(&folder, &aside).unwrap();
    world.pass(Span::from_hours(4)).await.unwrap();
    std::fs::rename(&aside, &folder).unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    let names = files(&folder);
    assert_eq!(names.len(), 2, "one stands for all that were missed: {names:?}");
    let text = std::fs::read_to_string(folder.join(&names[1])).unwrap();
    let values = text.lines().filter(|line| line.contains("host.cpu.usage")).count();
    assert!(values >= 4 * 12, "four hours of samples, not one: {values}");
    let status = world.status().await.unwrap();
    let failed = status.operations.iter().filter(|operation| operation.result == "failed").count();
    assert_eq!(failed, 2, "each time once, however often it is tried: {:?}", status.operations);
}

#[tokio::test]
async fn sleep_and_restarts_lose_no_export_and_double_none() {
    let folder = tempfile::tempdir().unwrap();
    let mut world = World::with_configuration(&configured(folder.path(), "")).unwrap();
    world.pass(Span::from_minutes(5)).await.unwrap();
    world.clock.sleep_machine(Span::from_hours(60));
    world.pass(Span::from_minutes(10)).await.unwrap();
    assert_eq!(files(folder.path()).len(), 2, "{:?}", files(folder.path()));
    let status = world.status().await.unwrap();
    assert!(
        status.operations.iter().any(|operation| operation.what.ends_with("; one before it was missed")),
        "{status:?}"
    );
    for _ in 0..3 {
        world.restart().await.unwrap();
        world.pass(Span::from_minutes(10)).await.unwrap();
    }
    assert_eq!(files(folder.path()).len(), 2, "{:?}", files(folder.path()));
}

#[tokio::test]
async fn one_can_be_had_now_and_what_is_taken_out_of_the_file_is_no_longer_named() {
    let base = tempfile::tempdir().unwrap();
    let world = World::with_configuration(&configured(base.path(), "format = \"json\"\n")).unwrap();
    world.pass(Span::from_minutes(5)).await.unwrap();
    world.clock.advance(Span::from_minutes(7));
    let view = world.engine().export_now("day").await.unwrap();
    assert_eq!(
        view.last.unwrap().path,
        base.path().join("caretaker-day-2026-03-02T08-12-00Z.json").display().to_string()
    );
    assert_eq!(view.next.to_string(), "2026-03-03T08:05:00.000Z", "the schedule stays");
    let unknown = world.engine().export_now("month").await.unwrap_err();
    assert!(unknown.message.contains("month"), "{unknown:?}");
    world.configure(&configured(&base.path().join("away"), "")).unwrap();
    world.engine().reload().await.unwrap();
    world.pass(Span::from_hours(24)).await.unwrap();
    assert_eq!(world.status().await.unwrap().degraded.len(), 1);
    world.configure("[collect]\ninterval = \"5m\"\n").unwrap();
    world.engine().reload().await.unwrap();
    world.pass(Span::from_minutes(5)).await.unwrap();
    assert!(world.status().await.unwrap().degraded.is_empty());
}

async fn exported(world: &World, format: ExportFormat, name: &str, back: Span) -> String {
    let query = ExportQuery {
        format: Some(format),
        names: vec![name.to_owned()],
        from: Some(world.clock.moment().wall - back),
        ..ExportQuery::default()
    };
    world.engine().export(query).await.unwrap().1
}

#[tokio::test]
async fn prometheus_gets_the_newest_sample_however_long_the_range() {
    let world = World::new().unwrap();
    world.pass(Span::from_hours(8)).await.unwrap();
    world.set("host.cpu.usage", 97.25);
    world.pass(Span::from_seconds(30)).await.unwrap();
    let at = world.clock.moment().wall;
    for back in [Span::from_hours(1), Span::from_days(7)] {
        let text = exported(&world, ExportFormat::Prometheus, "host.cpu.usage", back).await;
        let line = text.lines().last().unwrap_or_default();
        assert_eq!(line, format!("caretaker_host_cpu_usage_percent 97.25 {}", at.as_millis()), "{}", back.in_words());
    }
    // A range that ended before the newest sample has its own newest one.
    let earlier = ExportQuery {
        format: Some(ExportFormat::Prometheus),
        names: vec!["host.cpu.usage".to_owned()],
        to: Some(at - Span::from_seconds(1)),
        ..ExportQuery::default()
    };
    let text = world.engine().export(earlier).await.unwrap().1;
    let stamp = (at - Span::from_seconds(30)).as_millis().to_string();
    assert!(text.trim_end().ends_with(&stamp) && !text.contains(" 97.25 "), "{text}");
}

#[tokio::test]
async fn a_counter_leaves_as_what_it_stood_at() {
    let world = World::new().unwrap();
    let push = |value: f64| {
        let sample = SampleRequest {
            name: "board.orders".to_owned(),
            value,
            kind: Some(SeriesKind::Counter),
            ..SampleRequest::default()
        };
        world.engine().record_samples(SamplesRequest { samples: vec![sample] })
    };
    for value in [5.0, 9.0, 14.0] {
        push(value).await.unwrap();
        world.pass(Span::from_seconds(30)).await.unwrap();
    }
    let text = exported(&world, ExportFormat::Csv, "board.orders", Span::from_days(7)).await;
    let values: Vec<&str> = text.lines().skip(1).filter_map(|line| line.split(',').nth(4)).collect();
    assert_eq!(values, ["14"], "one step, and no mean of 5, 9 and 14: {text}");
    let newest = exported(&world, ExportFormat::Prometheus, "board.orders", Span::from_days(7)).await;
    assert!(newest.contains("caretaker_board_orders_total 14 "), "{newest}");
}

#[tokio::test]
async fn two_verbs_say_the_same_of_the_same_day() {
    let world = World::new().unwrap();
    // A busy half minute in every ten: no mean of five minutes comes near it.
    for _ in 0..48 {
        world.set("host.cpu.usage", 96.0);
        world.pass(Span::from_seconds(30)).await.unwrap();
        world.set("host.cpu.usage", 4.0);
        world.pass(Span::from_seconds(570)).await.unwrap();
    }
    let day = PointsQuery { name: "host.cpu.usage".to_owned(), ..PointsQuery::default() };
    let shown = world.engine().points(day).await.unwrap();
    assert!(shown.step_ms.is_some(), "a day is drawn in steps");
    let stats = shown.stats.unwrap();
    let summary = world.engine().summary().await.unwrap();
    let row = summary.series.iter().find(|row| row.key.name == "host.cpu.usage").unwrap();
    assert_eq!((stats.p50, stats.p95, stats.p99), (row.day.p50, row.day.p95, row.day.p99));
    assert_eq!((stats.p50, stats.p95, stats.p99, stats.of), (Some(4.0), Some(4.0), Some(96.0), StatsOf::Samples));
    assert_eq!(row.week.of, StatsOf::Samples);
}
