//! Care of databases by the engine: damage becomes an alert that names the backup, healing ends it, expired rows go; real files, real
//! processes, simulated time.

use std::path::Path;
use std::process::Command;

use caretaker_core::maintenance::{RunResult, TaskRun};
use caretaker_core::time::Span;
use caretaker_core::view::{ActivityResult, ActivityView, Hint, RunTaskRequest, TaskState};
use caretaker_testkit::World;

use crate::backup_scene::Scene;

/// What Python's SQLite says to a script about a database.
fn python(file: &Path, script: &str) -> String {
    let text = format!("import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1], isolation_level=None)\n{script}");
    let output = Command::new("python3").args(["-c", &text, file.to_str().unwrap()]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

const LETTERS: &str = "
db.execute('CREATE TABLE letter (id INTEGER PRIMARY KEY, text TEXT)')
db.execute('CREATE INDEX by_text ON letter (text)')
db.executemany('INSERT INTO letter (text) VALUES (?)', [(str(i * 7919) * 9,) for i in range(2000)])
";

fn damage(file: &Path) {
    use std::os::unix::fs::FileExt as _;
    let file = std::fs::File::options().write(true).open(file).unwrap();
    file.write_all_at(&[0xa5; 9_000], 40_000).unwrap();
}

fn begin(world: &World, task: &str, dry_run: bool) -> ActivityView {
    world.engine().run_task(task, RunTaskRequest { dry_run }).unwrap()
}

async fn over(world: &World, begun: ActivityView) -> TaskRun {
    let mut hints = world.engine().watch();
    loop {
        let view = world.engine().activity(&begun.id).unwrap();
        match view.result {
            Some(ActivityResult::Maintained(run)) => return *run,
            _ if view.state.is_over() => panic!("{:?}", view.problem),
            _ => {}
        }
        let _: Hint = hints.recv().await.unwrap();
    }
}

async fn run(world: &World, task: &str) -> TaskRun {
    over(world, begin(world, task, false)).await
}

async fn integrity(world: &World, of: &Path) -> Option<f64> {
    let all = world.engine().series().await.unwrap().series;
    let name = of.to_str().unwrap();
    all.iter().find(|one| one.key.name == "database.integrity" && one.key.labels.get("database") == Some(name))?.last
}

#[tokio::test]
async fn a_damaged_database_raises_an_alert_that_names_the_last_good_backup_and_a_healed_one_ends_it() {
    let mut scene = Scene::new("");
    let file = scene.folder.path().canonicalize().unwrap().join("source/board.sqlite");
    python(&file, LETTERS);
    let whole = std::fs::read(&file).unwrap();
    scene.create().await;
    let saved = scene.world.engine().archives(Some("board".to_owned()), None).await.unwrap().archives[0].facts.at;
    // At its own time, and not at once.
    scene.world.engine().maintenance_due().await.unwrap();
    scene.quiet().await;
    scene.world.round().await.unwrap();
    assert_eq!(integrity(&scene.world, &file).await, None);
    scene.world.clock.advance(Span::from_hours(23));
    scene.world.engine().maintenance_due().await.unwrap();
    scene.quiet().await;
    let history = scene.world.engine().task_history(Some("database-check".to_owned()), None).await.unwrap();
    assert_eq!(history.runs.len(), 1, "{history:?}");
    let first = &history.runs[0].outcome;
    assert_eq!((first.result, &*first.sentence), (RunResult::Done, "1 database looked at; none is damaged."));
    scene.world.pass(Span::from_minutes(5)).await.unwrap();
    assert_eq!(integrity(&scene.world, &file).await, Some(1.0));
    let before = scene.world.told().len();
    damage(&file);
    let found = run(&scene.world, "database-check").await;
    assert_eq!(found.outcome.result, RunResult::Attention, "{found:?}");
    assert!(found.outcome.findings[0].text.starts_with("It is damaged: "), "{found:?}");
    assert!(found.outcome.findings[0].is_new, "{found:?}");
    scene.world.pass(Span::from_minutes(5)).await.unwrap();
    assert_eq!(scene.world.told()[before..], ["raise critical"]);
    let alert = scene.world.status().await.unwrap().alerts[0].clone();
    assert_eq!((&*alert.rule, &*alert.runbook), ("database-damaged", "database-damaged"));
    assert!(alert.summary.starts_with(&format!("Database {} damaged", file.display())), "{alert:?}");
    let names = format!("the last good backup is of {saved}, by the job `board`");
    assert!(alert.summary.contains(&names), "{}", alert.summary);
    let notice = scene.world.notifier.delivered().pop().unwrap();
    assert!(notice.body.contains(&names), "{notice:?}");
    let detail = scene.world.engine().alert(&alert.id.0).await.unwrap();
    assert_eq!(detail.runbooks[0].id, "database-damaged", "{:?}", detail.runbooks);
    // A restart, and a time without a look, change nothing of it.
    scene.world.restart().await.unwrap();
    scene.world.engine().maintenance_due().await.unwrap();
    scene.world.pass(Span::from_hours(1)).await.unwrap();
    assert_eq!(scene.world.status().await.unwrap().alerts.len(), 1);
    // A file that lost its beginning is still that database.
    std::fs::remove_file(&file).unwrap();
    std::io::Write::write_all(&mut std::fs::File::create(&file).unwrap(), &b"no database".repeat(99)).unwrap();
    assert_eq!(run(&scene.world, "database-check").await.outcome.result, RunResult::Attention);
    scene.world.pass(Span::from_minutes(10)).await.unwrap();
    assert_eq!(integrity(&scene.world, &file).await, Some(0.0));
    std::io::Write::write_all(&mut std::fs::File::create(&file).unwrap(), &whole).unwrap();
    assert_eq!(run(&scene.world, "database-check").await.outcome.result, RunResult::Done);
    scene.world.pass(Span::from_minutes(15)).await.unwrap();
    assert!(scene.world.status().await.unwrap().alerts.is_empty(), "a healed database ends it");
    assert_eq!(integrity(&scene.world, &file).await, Some(1.0));
    // So does one that somebody took away.
    damage(&file);
    run(&scene.world, "database-check").await;
    scene.world.pass(Span::from_minutes(5)).await.unwrap();
    assert_eq!(scene.world.status().await.unwrap().alerts.len(), 1);
    std::fs::remove_file(&file).unwrap();
    run(&scene.world, "database-check").await;
    scene.world.pass(Span::from_minutes(30)).await.unwrap();
    assert!(scene.world.status().await.unwrap().alerts.is_empty(), "what is not there is not damaged");
}

#[tokio::test]
async fn care_changes_only_what_was_switched_on_and_says_what_it_did() {
    let scene = Scene::new(
        "\n[[task]]\nid = \"care-board\"\nkind = \"sqlite-care\"\ndatabase = \"/BOARD\"\nevery = \"weekly sun 04:00\"\n",
    );
    let file = scene.source("board.sqlite");
    let configured = std::fs::read_to_string(scene.world.home().join("caretaker.toml")).unwrap();
    scene.world.configure(&configured.replace("/BOARD", file.to_str().unwrap())).unwrap();
    scene.world.engine().reload().await.unwrap();
    python(&file, LETTERS);
    let view = scene.world.engine().maintenance().await.unwrap();
    let state = |id: &str| view.tasks.iter().find(|one| one.task.id == id).unwrap().state;
    assert_eq!((state("database-check"), state("wal-checkpoint")), (TaskState::Scheduled, TaskState::Off));
    assert_eq!((state("expired-rows"), state("care-board")), (TaskState::NotConfigured, TaskState::Scheduled));
    let before = std::fs::read(&file).unwrap();
    let dry = over(&scene.world, begin(&scene.world, "care-board", true)).await;
    assert!(dry.outcome.findings.iter().any(|finding| finding.about == "what it would do"), "{dry:?}");
    assert!(std::fs::read(&file).unwrap() == before, "a dry run changed something");
    let done = run(&scene.world, "care-board").await;
    assert_eq!(done.outcome.result, RunResult::Done, "{done:?}");
    assert!(done.outcome.findings.iter().any(|one| one.text == "The statistics of `letter` are new."), "{done:?}");
    let name = format!("size {}", file.canonicalize().unwrap().display());
    assert!(done.outcome.figures.iter().any(|figure| figure.name == name && figure.value > 50_000.0), "{done:?}");
    let fit = run(&scene.world, "sqlite-fit").await;
    assert!(fit.outcome.sentence.contains("still right for SQLite"), "{fit:?}");
    let none = run(&scene.world, "postgres-review").await;
    assert_eq!(none.outcome.result, RunResult::NotConfigured, "{none:?}");
}

#[tokio::test]
async fn caretakers_own_databases_are_samples_too() {
    let world = World::new().unwrap();
    assert_eq!(run(&world, "own-databases").await.outcome.result, RunResult::Done);
    world.pass(Span::from_minutes(1)).await.unwrap();
    for name in ["metrics.db", "caretaker.db", "catalog.db"] {
        assert_eq!(integrity(&world, &world.home().join(name)).await, Some(1.0), "{name}");
    }
    // Nothing else is known, and that takes nothing away from them.
    assert_eq!(run(&world, "database-check").await.outcome.result, RunResult::NotConfigured);
    world.pass(Span::from_minutes(1)).await.unwrap();
    assert_eq!(integrity(&world, &world.home().join("metrics.db")).await, Some(1.0));
}

#[tokio::test]
async fn expired_rows_are_counted_first_then_copied_then_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().canonicalize().unwrap().join("board.sqlite");
    // Times around the second of March 2026, which is now.
    python(
        &file,
        "
db.execute('CREATE TABLE session (id INTEGER PRIMARY KEY, seen INT)')
db.executemany('INSERT INTO session (seen) VALUES (?)', [(1772438400 - day * 86400,) for day in range(100)])
",
    );
    let text = format!(
        "[[task]]\nid = \"expired-rows\"\nenabled = true\ndatabase = \"{}\"\ntable = \"session\"\ncolumn = \"seen\"\nolder_than = \"30d\"\n",
        file.display()
    );
    let world = World::with_configuration(&text).unwrap();
    let rows = || python(&file, "print(db.execute('SELECT count(*) FROM session').fetchone()[0])");
    let dry = over(&world, begin(&world, "expired-rows", true)).await;
    assert_eq!(dry.outcome.sentence, "69 of 100 rows of `session` would be deleted, after a copy of the database.");
    assert_eq!(rows(), "100");
    let copies = world.home().join("before-cleanup/expired-rows");
    assert!(!copies.exists(), "a dry run lays nothing down");
    let done = run(&world, "expired-rows").await;
    assert_eq!(done.outcome.result, RunResult::Done, "{done:?}");
    assert!(
        done.outcome.sentence.starts_with("69 of 69 expired rows of `session` were deleted in 1 batch"),
        "{done:?}"
    );
    assert_eq!(rows(), "31");
    let figure = |name: &str| done.outcome.figures.iter().find(|figure| figure.name == name).unwrap().value;
    assert_eq!((figure("deleted"), figure("rows")), (69.0, 100.0));
    assert!(figure("longest lock") <= 250.0, "{done:?}");
    let kept = || std::fs::read_dir(&copies).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    assert_eq!(python(&kept()[0], "print(db.execute('SELECT count(*) FROM session').fetchone()[0])"), "100");
    // Only the newest copies stay.
    for _ in 0..3 {
        world.clock.advance(Span::from_days(5));
        assert_eq!(run(&world, "expired-rows").await.outcome.result, RunResult::Done);
    }
    assert_eq!((rows().as_str(), kept().len()), ("16", 2));
    let history = world.engine().task_history(Some("expired-rows".to_owned()), None).await.unwrap();
    assert_eq!(history.runs.len(), 5);
    // What is named and is not there is a failure, and nothing is deleted.
    world.configure(&text.replace("\"seen\"", "\"born\"")).unwrap();
    world.engine().reload().await.unwrap();
    let failed = run(&world, "expired-rows").await;
    assert_eq!(failed.outcome.result, RunResult::Failed);
    assert_eq!(failed.outcome.sentence, "Nothing was deleted: the table `session` has no column `born`.");
    // Caretaker's own go by their own terms.
    let own = text.replace(file.to_str().unwrap(), world.home().join("caretaker.db").to_str().unwrap());
    world.configure(&own).unwrap();
    world.engine().reload().await.unwrap();
    assert_eq!(run(&world, "expired-rows").await.outcome.result, RunResult::NotConfigured);
}
