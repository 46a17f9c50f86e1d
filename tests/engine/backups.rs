//! Backups by the engine: schedules over days and sleep, what waits for an answer, what retention removes, disks that are away.
//! Real folders, real archives, real workers; only the time is simulated.

use caretaker_core::backup::CreateResult;
use caretaker_core::problem::Code;
use caretaker_core::time::Span;
use caretaker_core::view::{ActivityState, CreateRequest, Hint, ProtectionState, PruneRequest};
use caretaker_testkit::World;

use crate::backup_scene::{Scene, made, put};

#[tokio::test]
async fn every_day_has_its_increment_every_sunday_its_full_and_a_week_asleep_one_catch_up() {
    // 2026-03-02 is a Monday.
    let scene = Scene::new("full = \"weekly sun 03:00\"\nincremental = \"daily 03:00\"\n");
    scene.write(3, "first");
    scene.pass(Span::from_hours(26)).await;
    assert_eq!(scene.archives().len(), 1, "{:?}", scene.archives());
    assert!(scene.archives()[0].contains("_full_"), "the first one has nothing to be compared with");
    put(&scene.source("0.txt"), "second");
    scene.pass(Span::from_hours(24)).await;
    assert!(scene.archives()[1].contains("_incremental_"), "{:?}", scene.archives());
    scene.world.clock.sleep_machine(Span::from_days(7));
    scene.pass(Span::from_hours(2)).await;
    let after = scene.archives();
    assert!(after[2].contains("_full_"), "the Sunday that was slept through: {after:?}");
    // The increment of the days since is due once as well; nothing is made up for twice.
    assert!(after.len() <= 4, "{after:?}");
    scene.pass(Span::from_hours(1)).await;
    assert_eq!(scene.archives(), after);
}

#[tokio::test]
async fn a_mass_change_stops_retention_until_somebody_has_looked() {
    let scene = Scene::new("keep = { full = 1, incremental = 1 }\n");
    scene.write(150, "first");
    assert_eq!(made(&scene.create().await).result, CreateResult::Complete);
    scene.write(150, "encrypted by somebody");
    let outcome = made(&scene.create().await).clone();
    assert_eq!((outcome.altered, outcome.files_before), (150, 150));
    for round in 0..3 {
        put(&scene.source("0.txt"), &format!("everyday {round}"));
        scene.create().await;
    }
    assert_eq!(scene.archives().len(), 5, "nothing was removed");
    assert_eq!(scene.reading("backup.mass_change", "board").await, Some(1.0));
    let view = scene.world.engine().retention(Some("board".to_owned())).await.unwrap();
    assert!(view.removed.is_empty() && view.frozen[0].1.contains("most files changed"), "{view:?}");
    scene.world.engine().accept_changes("board").await.unwrap();
    let begun = scene.world.engine().prune(PruneRequest { job: None, dry_run: false }).unwrap();
    assert_eq!(scene.over(begun).await.state, ActivityState::Done);
    assert!(scene.archives().len() < 5, "{:?}", scene.archives());
    assert_eq!(scene.reading("backup.mass_change", "board").await, Some(0.0));
}

#[tokio::test]
async fn case_24_a_source_that_is_suddenly_empty_or_gone_asks_and_saves_no_deletion() {
    let scene = Scene::new("");
    scene.write(5, "first");
    scene.create().await;
    let away = scene.folder.path().join("away");
    std::fs::rename(scene.folder.path().join("source"), &away).unwrap();
    let failed = scene.create().await;
    assert_eq!(failed.problem.as_ref().map(|problem| problem.code), Some(Code::SourceMissing), "{failed:?}");
    std::fs::create_dir(scene.folder.path().join("source")).unwrap();
    let failed = scene.create().await;
    let problem = failed.problem.unwrap();
    assert_eq!(problem.code, Code::SourceMissing);
    assert!(problem.message.contains("is empty") && problem.hint.contains("accept-changes board"), "{problem:?}");
    assert_eq!(scene.archives().len(), 1);
    assert_eq!(scene.reading("backup.failing", "board").await, Some(1.0));
    scene.world.engine().accept_changes("board").await.unwrap();
    let made_after = scene.create().await;
    assert_eq!(made(&made_after).gone, 5);
    assert_eq!(scene.reading("backup.failing", "board").await, Some(0.0));
}

#[tokio::test]
async fn case_46_nothing_is_written_where_another_disk_should_be() {
    let scene = Scene::new("incremental = \"daily 03:00\"\n");
    scene.write(3, "first");
    scene.create().await;
    let away = scene.folder.path().join("unplugged");
    std::fs::rename(scene.disk(), &away).unwrap();
    // What an unmounted disk leaves: an empty folder of the system's own disk.
    std::fs::create_dir(scene.disk()).unwrap();
    let failed = scene.create().await;
    assert_eq!(failed.problem.map(|problem| problem.code), Some(Code::DestinationMissing));
    scene.pass(Span::from_hours(30)).await;
    assert_eq!(std::fs::read_dir(scene.disk()).unwrap().count(), 0, "nothing was written to it");
    assert_eq!(scene.reading("backup.destination.present", "disk").await, Some(0.0));
    let view = scene.world.engine().backups().await.unwrap();
    assert_eq!(view.destinations[0].state, "waiting for disk");
    std::fs::remove_dir(scene.disk()).unwrap();
    std::fs::rename(&away, scene.disk()).unwrap();
    scene.pass(Span::from_hours(1)).await;
    assert_eq!(scene.archives().len(), 2, "what was due is made when the disk is back");
    assert_eq!(scene.reading("backup.destination.present", "disk").await, Some(1.0));
}

#[tokio::test]
async fn case_26_a_destination_inside_of_what_is_saved_is_refused() {
    let scene = Scene::new("");
    scene.write(1, "x");
    let inside = scene.source("archives");
    std::fs::create_dir(&inside).unwrap();
    let text = format!(
        "[[destination]]\nid = \"inside\"\npath = \"{}\"\n\n[[backup]]\nid = \"board\"\nfolders = [\"{}\"]\nto = [\"inside\"]\n",
        inside.display(),
        scene.folder.path().join("source").display()
    );
    scene.world.configure(&text).unwrap();
    scene.world.engine().reload().await.unwrap();
    let refused = scene.world.engine().create_backup("board", CreateRequest::default()).unwrap_err();
    assert!(refused.message.contains("lies inside"), "{refused:?}");
}

#[tokio::test]
async fn case_48_two_at_once_wait_for_each_other_and_both_end_well() {
    let scene = Scene::new("");
    scene.write(20, "first");
    let first = scene.world.engine().create_backup("board", CreateRequest::default()).unwrap();
    let second = scene.world.engine().create_backup("board", CreateRequest::default()).unwrap();
    assert_eq!(second.state, ActivityState::Waiting);
    let (first, second) = (scene.over(first).await, scene.over(second).await);
    assert_eq!((made(&first).archive.sequence, made(&second).archive.sequence), (1, 2));
}

#[tokio::test]
async fn what_is_cancelled_leaves_nothing_half_made_and_is_no_failure() {
    let scene = Scene::new("");
    put(&scene.source("large"), &"x".repeat(40_000_000));
    let begun = scene.world.engine().create_backup("board", CreateRequest::default()).unwrap();
    scene.world.engine().cancel_activity(&begun.id[..13]).unwrap();
    let view = scene.over(begun).await;
    assert_eq!(view.state, ActivityState::Cancelled, "{view:?}");
    let incoming = std::fs::read_dir(scene.disk().join("incoming")).into_iter().flatten().count();
    assert_eq!((scene.archives().len(), incoming), (0, 0));
    scene.world.clock.advance(Span::from_seconds(1));
    assert_eq!(scene.reading("backup.failing", "board").await, Some(0.0));
}

#[tokio::test]
async fn without_a_job_the_owner_is_told_that_nothing_is_backed_up() {
    let world = World::new().unwrap();
    let backups = world.status().await.unwrap().backups;
    assert_eq!(
        (backups.state, backups.sentence.as_str()),
        (ProtectionState::NotConfigured, "Your data is not backed up")
    );
    let jobs = world.engine().backups().await.unwrap().jobs;
    assert_eq!(jobs.iter().map(|job| job.job.id.as_str()).collect::<Vec<_>>(), ["caretaker"]);
    // Its own home is saved by itself, and says nothing about the owner's data.
    let begun = world.engine().create_backup("caretaker", CreateRequest::default()).unwrap();
    let mut hints = world.engine().watch();
    while !world.engine().activity(&begun.id).unwrap().state.is_over() {
        let _: Hint = hints.recv().await.unwrap();
    }
    let ended = world.engine().activity(&begun.id).unwrap();
    assert_eq!(ended.state, ActivityState::Done, "{ended:?}");
    assert_eq!(world.status().await.unwrap().backups.state, ProtectionState::NotConfigured);
}

#[tokio::test]
async fn a_catalog_that_is_lost_or_damaged_holds_up_no_backup() {
    let mut scene = Scene::new("");
    scene.write(3, "first");
    scene.create().await;
    let catalog = scene.world.home().join("catalog.db");
    scene.world.restart().await.unwrap();
    put(&catalog, "this is no database");
    let _ = std::fs::remove_file(scene.world.home().join("catalog.db-wal"));
    put(&scene.source("0.txt"), "second");
    let view = scene.create().await;
    assert_eq!(made(&view).archive.sequence, 2, "the archives say what comes next, not the catalog");
    let list = scene.world.engine().archives(None, None).await.unwrap();
    assert_eq!(list.archives.len(), 1, "the other one is found again by a rebuild");
}

#[tokio::test]
async fn a_database_that_is_not_saved_is_said_without_its_password() {
    let scene = Scene::new("postgres = [\"postgres://owner:pa55@localhost/board?sslmode=off\"]\n");
    scene.write(3, "text");
    let ended = scene.create().await;
    let outcome = made(&ended);
    assert_eq!(outcome.result, CreateResult::CompleteWithExceptions);
    assert!(outcome.exceptions[0].reason.contains("`board`"), "{:?}", outcome.exceptions);
    assert!(!format!("{:?}", outcome.exceptions).contains("pa55"));
}
