//! Exports at intervals over days of simulated time: files, their number, folders that are away, sleep, restarts.

use std::path::Path;

use caretaker_core::time::Span;
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
