//! Known faults of backups over the whole engine: sleep in the middle of a run, a clock that goes astray, a catalog that is lost, a
//! disk that lies. The number of a case is that of `docs/archive-faults.md`.

use std::os::unix::fs::FileExt as _;

use caretaker_core::backup::ArchivePath;
use caretaker_core::metric::MarkKind;
use caretaker_core::problem::Code;
use caretaker_core::time::Span;
use caretaker_core::view::{ArchiveDetail, ArchiveView, BrowseView, ProtectionState, QuestionKind};

use crate::backup_scene::{Scene, made, put};

#[tokio::test]
async fn case_50_sleep_in_a_run_and_over_a_slot_is_one_catch_up() {
    let scene = Scene::new("incremental = \"every 24h\"\n");
    scene.write(200, "first");
    scene.pass(Span::from_hours(25)).await;
    assert_eq!(scene.archives().len(), 1);
    put(&scene.source("0.txt"), "second");
    // The next run begins, and the machine falls asleep until after the slot that follows.
    while scene.world.engine().activities().unwrap().activities.iter().all(|one| one.state.is_over()) {
        scene.world.clock.advance(Span::from_minutes(15));
        scene.world.engine().backups_due().await.unwrap();
    }
    scene.world.clock.sleep_machine(Span::from_hours(30));
    scene.quiet().await;
    assert_eq!(scene.archives().len(), 2, "the run that slept ends well");
    scene.pass(Span::from_hours(2)).await;
    let after = scene.archives();
    assert_eq!(after.len(), 3, "one run stands for the slot that was missed: {after:?}");
    scene.pass(Span::from_hours(2)).await;
    assert_eq!(scene.archives(), after);
}

#[tokio::test]
async fn case_51_a_clock_ten_years_ahead_and_back_removes_nothing_and_is_told() {
    let scene = Scene::new("incremental = \"daily 03:00\"\nkeep = { full = \"8d\", incremental = \"8d\" }\n");
    scene.write(5, "first");
    scene.pass(Span::from_days(4)).await;
    let before = scene.archives();
    assert!(before.len() >= 4, "{before:?}");
    let decade = Span::from_days(3_652);
    scene.world.clock.step(decade);
    scene.pass(Span::from_hours(2)).await;
    let ahead = scene.archives();
    assert!(ahead.len() > before.len(), "the slots that seem missed are made up for once");
    assert!(before.iter().all(|name| ahead.contains(name)), "older than 8 days by ten years, and all there: {ahead:?}");
    let view = scene.world.engine().backups().await.unwrap().jobs.remove(0);
    assert_eq!((view.question, view.state), (Some(QuestionKind::ClockJumped), ProtectionState::Warning));
    assert!(view.frozen.unwrap().contains("clock"), "the owner is told why nothing goes");
    scene.world.clock.step(Span::ZERO - decade);
    scene.due().await;
    let view = scene.world.engine().backups().await.unwrap().jobs.remove(0);
    assert_eq!(view.question, None, "it is right again, and nobody has to answer");
    assert!(view.frozen.unwrap().contains("clock does not fit"));
    let last = view.last.unwrap().facts;
    assert!(last.sequence < ahead.len() as u32, "what seems to come from the future is not the newest good one");
    // Order is by sequence: the next one comes after it, and with that the clock fits again.
    put(&scene.source("0.txt"), "second");
    let next = scene.create().await;
    assert_eq!(made(&next).archive.sequence as usize, ahead.len() + 1);
    let view = scene.world.engine().backups().await.unwrap().jobs.remove(0);
    assert_eq!((view.frozen, view.state), (None, ProtectionState::Ok));
    assert_eq!(view.last.unwrap().facts.sequence as usize, ahead.len() + 1);
    assert!(ahead.iter().all(|name| scene.archives().contains(name)));
    // The schedule goes on as if nothing had been.
    scene.pass(Span::from_hours(25)).await;
    assert_eq!(scene.archives().len(), ahead.len() + 2);
}

#[tokio::test]
async fn case_51_a_start_whose_clock_stands_before_the_newest_backup_says_so_and_removes_nothing() {
    for (back, is_answered) in [(Span::from_days(30), false), (Span::from_hours(2), true)] {
        let mut scene = Scene::new("keep = { full = 1, incremental = 1 }\n");
        scene.write(5, "first");
        for round in 0..2 {
            put(&scene.source("0.txt"), &format!("round {round}"));
            scene.create().await;
            scene.world.clock.advance(Span::from_minutes(10));
        }
        assert_eq!(scene.archives().len(), 2);
        // The clock is set back while no engine runs.
        scene.world.clock.step(Span::ZERO - back);
        scene.world.restart().await.unwrap();
        // New archives are made, and none goes, though the newest one fits the clock then; also before anybody looked at schedules.
        put(&scene.source("0.txt"), "under a wrong clock");
        scene.create().await;
        scene.due().await;
        let view = scene.world.engine().backups().await.unwrap().jobs.remove(0);
        assert_eq!((view.question, view.state), (Some(QuestionKind::ClockBehind), ProtectionState::Warning));
        assert!(view.frozen.unwrap().contains("clock stood before the newest backup"));
        scene.world.clock.advance(Span::from_minutes(10));
        put(&scene.source("0.txt"), "still under a wrong clock");
        scene.create().await;
        assert_eq!(scene.archives().len(), 4, "nothing was removed");
        if is_answered {
            scene.world.engine().accept_changes("board").await.unwrap();
            scene.world.restart().await.unwrap();
        } else {
            scene.world.clock.step(back);
        }
        scene.due().await;
        let view = scene.world.engine().backups().await.unwrap().jobs.remove(0);
        assert_eq!(view.question, None, "it is right again, or somebody said so: {view:?}");
        put(&scene.source("0.txt"), "the last");
        scene.world.clock.advance(Span::from_hours(3));
        scene.create().await;
        assert!(scene.archives().len() < 5, "{:?}", scene.archives());
    }
}

/// All that is known of the archives of the job, without when it was learned.
async fn known(scene: &Scene) -> Vec<(ArchiveView, ArchiveDetail, BrowseView)> {
    let engine = scene.world.engine();
    let folder: ArchivePath = scene.source("").display().to_string().trim_matches('/').parse().unwrap();
    let mut known = Vec::new();
    for mut archive in engine.archives(Some("board".to_owned()), None).await.unwrap().archives {
        let id = archive.facts.id.clone();
        let mut detail = engine.archive(&id).await.unwrap();
        let tree = engine.browse(&id, folder.clone()).await.unwrap();
        (archive.took_ms, archive.verified, archive.proven) = (0, None, None);
        detail.archive = archive.clone();
        detail.verifications.clear();
        known.push((archive, detail, tree));
    }
    known
}

#[tokio::test]
async fn case_59_a_catalog_that_is_lost_is_made_anew_by_itself_and_equal() {
    let mut scene = Scene::new("");
    scene.write(4, "first");
    std::fs::create_dir(scene.source("sub")).unwrap();
    put(&scene.source("sub/b.txt"), "two");
    scene.create().await;
    let catalog = scene.world.home().join("catalog.db");
    // Closed, so that the file is all of it.
    scene.world.restart().await.unwrap();
    let older = std::fs::read(&catalog).unwrap();
    put(&scene.source("0.txt"), "second and longer");
    std::fs::remove_file(scene.source("sub/b.txt")).unwrap();
    scene.create().await;
    put(&scene.source("c.txt"), "third");
    scene.create().await;
    let before = known(&scene).await;
    assert_eq!(before.len(), 3);
    let noise: Vec<u8> = (0..40_000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 11) as u8).collect();
    for (name, content) in
        [("deleted", None), ("damaged", Some(noise)), ("empty", Some(Vec::new())), ("older", Some(older))]
    {
        scene.world.restart().await.unwrap();
        for end in ["", "-wal", "-shm"] {
            let _ = std::fs::remove_file(scene.world.home().join(format!("catalog.db{end}")));
        }
        if let Some(content) = content {
            use std::io::Write as _;
            std::fs::File::create(&catalog).unwrap().write_all(&content).unwrap();
        }
        scene.due().await;
        assert_eq!(known(&scene).await, before, "{name}");
        let degraded = scene.world.status().await.unwrap().degraded;
        assert!(degraded.iter().all(|part| part.part != "catalog database"), "{name}: {degraded:?}");
    }
}

#[tokio::test]
async fn case_79_a_planted_fault_fails_the_scheduled_drill_and_the_owner_is_told() {
    let scene = Scene::new("");
    scene.write(5, "first");
    scene.create().await;
    scene.world.clock.advance(Span::from_hours(1));
    scene.world.engine().upkeep_due().await.unwrap();
    scene.quiet().await;
    assert_eq!(scene.reading("backup.proof", "board").await, Some(1.0));
    assert!(scene.world.told().is_empty(), "{:?}", scene.world.told());
    // Same size, same time, another content: something lies.
    let lying = scene.source("3.txt");
    let time = std::fs::metadata(&lying).unwrap().modified().unwrap();
    let file = std::fs::File::options().write(true).open(&lying).unwrap();
    file.write_all_at(b"X", 2).unwrap();
    file.set_modified(time).unwrap();
    scene.world.clock.advance(Span::from_days(7));
    scene.world.engine().upkeep_due().await.unwrap();
    scene.quiet().await;
    assert_eq!(scene.reading("backup.proof", "board").await, Some(0.0));
    scene.world.pass(Span::from_minutes(15)).await.unwrap();
    let alerts = scene.world.status().await.unwrap().alerts;
    assert!(alerts.iter().any(|alert| alert.rule == "proof-failed"), "{alerts:?}");
    let notices = scene.world.notifier.delivered();
    assert!(notices.iter().any(|notice| notice.title.contains("Restore")), "{notices:?}");
}

#[tokio::test]
async fn what_ended_is_not_shown_as_going_on_and_what_changed_is_named() {
    let scene = Scene::new("");
    scene.write(150, "first");
    scene.create().await;
    scene.world.clock.advance(Span::from_minutes(1));
    std::fs::create_dir(scene.source("deep")).unwrap();
    for number in 0..149 {
        put(&scene.source(&format!("{number}.txt")), "encrypted by somebody");
    }
    std::fs::remove_file(scene.source("149.txt")).unwrap();
    put(&scene.source("deep/new.txt"), "new");
    let id = made(&scene.create().await).archive.id.clone();
    let backups = scene.world.status().await.unwrap().backups;
    assert_eq!((backups.running, backups.running_percent), (None, None), "it is over");
    let view = scene.world.engine().backups().await.unwrap().jobs.remove(0);
    assert_eq!(view.question, Some(QuestionKind::MassChange));
    let mass = view.mass_change.unwrap();
    assert_eq!((mass.altered, mass.gone, mass.files, mass.archive.as_deref()), (149, 1, 150, Some(&*id)));
    let detail = scene.world.engine().archive(&id).await.unwrap();
    let changes = detail.changes.unwrap();
    assert_eq!((changes.changed, changes.gone, changes.new), (149, 1, 1));
    assert!(
        changes.files[0].path.to_string().ends_with("149.txt"),
        "what is gone is named first: {:?}",
        changes.files[0]
    );
    assert_eq!(changes.folders[0].files, 150);
    assert_eq!(detail.kept_because, "kept by rule: one of the newest 30 increments");
    let first = scene.world.engine().archives(Some("board".to_owned()), None).await.unwrap().archives.pop().unwrap();
    let first = scene.world.engine().archive(&first.facts.id).await.unwrap();
    assert_eq!((first.changes, first.kept_because.as_str()), (None, "kept by rule: one of the newest 7 fulls"));
    // Who takes the changes for meant says nothing about a source that goes away.
    scene.world.engine().accept_changes("board").await.unwrap();
    std::fs::rename(scene.folder.path().join("source"), scene.folder.path().join("away")).unwrap();
    let failed = scene.create().await;
    assert_eq!(failed.problem.map(|problem| problem.code), Some(Code::SourceMissing));
    let view = scene.world.engine().backups().await.unwrap().jobs.remove(0);
    assert_eq!(view.question, Some(QuestionKind::SourceMissing));
    // Charts reach to the newest round.
    scene.world.clock.advance(Span::from_minutes(5));
    scene.world.round().await.unwrap();
    let marks = scene.world.engine().overview().await.unwrap().marks;
    let kinds: Vec<MarkKind> =
        marks.iter().map(|mark| mark.kind.clone()).filter(|kind| *kind != MarkKind::Start).collect();
    assert_eq!(kinds, [MarkKind::Backup, MarkKind::Backup, MarkKind::BackupFailed], "{marks:?}");
}
