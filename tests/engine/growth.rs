//! A disk that fills up: the folder that grew is named. Trees are real ones, time is simulated.

use std::fs::{File, create_dir_all};
use std::io::Write;
use std::path::Path;

use caretaker_core::notice::NoticeKind;
use caretaker_core::time::Span;
use caretaker_core::view::{BacktestRequest, SurveyRequest};
use caretaker_testkit::World;

/// Rounds are five minutes apart, because these tests take days.
const SLOW: &str = "[collect]\ninterval = \"5m\"\n";
const HOUR: Span = Span::from_hours(1);

fn file(folder: &Path, name: &str, megabytes: usize) {
    let path = folder.join(name);
    create_dir_all(path.parent().unwrap()).unwrap();
    File::create(path).unwrap().write_all(&vec![7; megabytes * 1_000_000]).unwrap();
}

/// A machine whose disk is a folder with models, a home and some logs.
fn machine() -> (World, tempfile::TempDir) {
    let world = World::with_configuration(SLOW).unwrap();
    let disk = tempfile::tempdir().unwrap();
    file(disk.path(), "srv/models/first.bin", 12);
    file(disk.path(), "home/ann/film.mp4", 6);
    file(disk.path(), "var/log/syslog", 1);
    world.folders.put("/", disk.path());
    (world, disk)
}

async fn days(world: &World, days: i64, hourly: impl Fn(i64)) {
    for hour in 0..days * 24 {
        hourly(hour);
        world.pass(HOUR).await.unwrap();
        world.engine().survey_due().await.unwrap();
    }
}

#[tokio::test]
async fn a_forecast_names_the_folder_that_grew_also_after_a_restart() {
    let (mut world, disk) = machine();
    let shrink = |world: &World, hour: i64| world.set("host.disk.free", 100e9 - hour as f64 * 0.5e9);
    days(&world, 2, |hour| {
        shrink(&world, hour);
        if hour % 12 == 11 {
            file(disk.path(), &format!("srv/models/more-{hour}.bin"), 4);
        }
    })
    .await;
    world.restart().await.unwrap();
    days(&world, 1, |hour| shrink(&world, 48 + hour)).await;
    let alert = world.status().await.unwrap().alerts[0].clone();
    assert_eq!(alert.rule, "disk-forecast");
    assert!(alert.summary.contains("/srv/models grew by 16 MB in "), "{}", alert.summary);
    let evidence = world.engine().alert(&alert.id.0).await.unwrap().evidence.unwrap();
    let names: Vec<&str> = evidence.grown.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(names, ["/srv/models"], "and nothing else");
    let told = world.notifier.delivered();
    assert!(told.iter().any(|notice| notice.body.contains("/srv/models grew by")), "{told:?}");
}

#[tokio::test]
async fn a_step_of_40_gb_raises_nothing_and_is_seen_all_the_same() {
    let (world, disk) = machine();
    days(&world, 4, |hour| {
        world.set("host.disk.free", if hour < 50 { 195e9 } else { 155e9 });
        if hour == 50 {
            file(disk.path(), "srv/models/large.bin", 20);
        }
    })
    .await;
    assert!(world.told().is_empty(), "{:?}", world.told());
    let view = world.engine().folders().await.unwrap();
    let grown: Vec<&str> = view.disks[0].grown.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(grown, ["/srv/models"]);
}

#[tokio::test]
async fn a_disk_is_looked_at_once_a_day_and_sooner_when_it_fills_up() {
    let (world, _disk) = machine();
    days(&world, 3, |_| {}).await;
    let looks = |view: &caretaker_core::view::FoldersView| view.disks[0].folders[0].course.len();
    let calm = looks(&world.engine().folders().await.unwrap());
    assert!((3..=4).contains(&calm), "{calm}");
    world.set("host.disk.usage", 97.0);
    days(&world, 1, |_| {}).await;
    let near = looks(&world.engine().folders().await.unwrap()) - calm;
    assert!((4..=6).contains(&near), "every six hours, and once at the start: {near}");
}

#[tokio::test]
async fn memory_holds_no_more_looks_than_the_store() {
    let (mut world, _disk) = machine();
    for _ in 0..45 {
        world.clock.advance(Span::from_days(2));
        world.round().await.unwrap();
        world.engine().survey_due().await.unwrap();
    }
    let looks = |view: &caretaker_core::view::FoldersView| view.disks[0].folders[0].course.len();
    assert_eq!(looks(&world.engine().folders().await.unwrap()), 40);
    world.restart().await.unwrap();
    world.round().await.unwrap();
    assert_eq!(looks(&world.engine().folders().await.unwrap()), 40);
}

#[tokio::test]
async fn an_alert_that_was_raised_before_the_look_hears_of_it() {
    let (world, disk) = machine();
    days(&world, 2, |_| {}).await;
    file(disk.path(), "home/ann/backup.tar", 9);
    world.set("host.disk.usage", 97.0);
    world.pass(HOUR).await.unwrap();
    let before = world.status().await.unwrap().alerts[0].clone();
    assert!(!before.summary.contains("grew"), "{}", before.summary);
    world.engine().survey_due().await.unwrap();
    let after = world.status().await.unwrap().alerts[0].clone();
    assert!(after.summary.contains("/home/ann grew by 9 MB in "), "{}", after.summary);
    assert!(!world.engine().alert(&after.id.0).await.unwrap().evidence.unwrap().grown.is_empty());
}

#[tokio::test]
async fn a_person_can_ask_for_a_look_and_a_disk_that_cannot_be_read_says_so() {
    let (world, _disk) = machine();
    world.round().await.unwrap();
    let empty = world.engine().folders().await.unwrap();
    assert!(empty.disks[0].at.is_none() && empty.disks[0].note.contains("not looked at yet"), "{empty:?}");
    let unknown = world.engine().survey(SurveyRequest { mount: Some("/gone".to_owned()) }).await.unwrap_err();
    assert!(unknown.message.contains("/gone") && unknown.hint.contains("measured are: /"), "{unknown:?}");
    let mut hints = world.engine().watch();
    let mut view = world.engine().survey(SurveyRequest::default()).await.unwrap();
    while view.disks[0].is_looking {
        hints.recv().await.unwrap();
        view = world.engine().folders().await.unwrap();
    }
    let names: Vec<&str> = view.disks[0].folders.iter().map(|folder| folder.path.as_str()).collect();
    assert_eq!(names, ["/srv/models", "/home/ann", "/var/log"]);
    world.folders.put("/", "/nowhere/at/all");
    world.clock.advance(Span::from_days(2));
    world.round().await.unwrap();
    world.engine().survey_due().await.unwrap();
    let failed = world.engine().folders().await.unwrap();
    assert!(failed.disks[0].note.contains("could not be looked at"), "{failed:?}");
    assert!(world.status().await.unwrap().degraded.is_empty(), "what cannot be read is no fault of Caretaker");
}

#[tokio::test]
async fn a_download_of_many_hours_warns_at_most() {
    for takes in [6, 8, 12] {
        let (world, _disk) = machine();
        let left = |hour: i64| 100e9 - 40e9 * (hour - 48).clamp(0, takes) as f64 / takes as f64;
        for round in 0..(48 + takes + 6) * 12 {
            let (hour, part) = (round / 12, (round % 12) as f64 / 12.0);
            world.set("host.disk.free", left(hour) + (left(hour + 1) - left(hour)) * part);
            world.pass(Span::from_minutes(5)).await.unwrap();
        }
        let told = world.told();
        assert!(!told.iter().any(|one| one.contains("critical")), "40 of 100 GB in {takes} h: {told:?}");
        let delivered = world.notifier.delivered();
        for notice in delivered.iter().filter(|notice| notice.kind == NoticeKind::Raise) {
            assert!(notice.body.contains("at the pace of the last hours"), "{}", notice.body);
        }
    }
}

#[tokio::test]
async fn a_forecast_says_how_sure_it_is() {
    let (world, _disk) = machine();
    days(&world, 4, |hour| {
        let tide = (hour as f64 / 24.0 * std::f64::consts::TAU).sin() * 4e9;
        world.set("host.disk.free", 100e9 - hour as f64 * 0.5e9 + tide - (hour % 5) as f64 * 1e9);
    })
    .await;
    let alert = world.status().await.unwrap().alerts[0].clone();
    let range = alert.range_text.unwrap();
    assert!(range.contains(" to ") && alert.summary.contains(&format!("({range}, ")), "{}", alert.summary);
}

#[tokio::test]
async fn a_backtest_of_a_forecast_knows_what_the_live_rule_knew() {
    let (world, _disk) = machine();
    days(&world, 5, |hour| world.set("host.disk.free", 80e9 - hour as f64 * 0.35e9)).await;
    assert_eq!(world.status().await.unwrap().alerts[0].rule, "disk-forecast");
    for hours in [6, 12, 20, 48] {
        let since = Some(Span::from_hours(hours));
        let request = BacktestRequest { rule: "disk-forecast".into(), since, ..BacktestRequest::default() };
        let view = world.engine().backtest(request).await.unwrap();
        assert_eq!(view.fired.len(), 1, "over {hours} h: {view:?}");
        assert!(view.fired[0].from.since(view.from) < HOUR, "up from the beginning on, over {hours} h");
    }
}
