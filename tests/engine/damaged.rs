//! A damaged `metrics.db`: at a start and while it is in use, whichever page it is. The engine goes on, and says what it did.

use std::fs;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use caretaker_core::maintenance::RunResult;
use caretaker_core::metric::MarkKind;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Clock as _, Span};
use caretaker_core::view::{ActivityResult, HealthPart, HealthState, Hint, RunTaskRequest};
use caretaker_engine::PointsQuery;
use caretaker_testkit::World;

const PAGE: usize = 4_096;
const RULE: &str = "own-database";

fn database(home: &Path) -> PathBuf {
    home.join("metrics.db")
}

/// Damaged files that were kept.
fn kept(home: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(home).unwrap().map(|entry| entry.unwrap().path());
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    files
        .filter(|path| name(path).starts_with("metrics.damaged-") && path.extension().is_some_and(|end| end == "db"))
        .collect()
}

fn overwrite(path: &Path, page: usize, byte: u8) {
    let mut file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start((page * PAGE) as u64)).unwrap();
    file.write_all(&[byte; PAGE]).unwrap();
}

/// Whether rounds are stored and can be read, and nothing says that samples are lost.
async fn goes_on(world: &World, why: &str) {
    world.pass(Span::from_seconds(60)).await.unwrap_or_else(|problem| panic!("{why}: {problem}"));
    // Who meets damage first is told of it, once.
    for told in [newest(world).await.map(drop), world.status().await.map(drop)] {
        if let Err(problem) = told {
            assert_eq!(problem.code, Code::DatabaseDamaged, "{why}: {problem}");
        }
    }
    world.pass(Span::from_seconds(60)).await.unwrap_or_else(|problem| panic!("{why}: {problem}"));
    let value = newest(world).await.unwrap_or_else(|problem| panic!("{why}: {problem}"));
    assert!(value.is_some(), "{why}: nothing was stored");
    let status = world.status().await.unwrap_or_else(|problem| panic!("{why}: {problem}"));
    assert!(status.degraded.iter().all(|part| part.part == "samples database"), "{why}: {:?}", status.degraded);
    let ready = world.engine().health(Some(HealthPart::Ready), None).await.unwrap();
    assert_ne!(ready.state, HealthState::Critical, "{why}: {ready:?}");
}

/// What was measured at this moment.
async fn newest(world: &World) -> Result<Option<f64>, Problem> {
    let from = world.clock.moment().wall - Span::from_seconds(1);
    let wanted = PointsQuery { name: "host.cpu.usage".to_owned(), from: Some(from), ..PointsQuery::default() };
    match world.engine().points(wanted).await {
        Ok(view) => Ok(view.points.unwrap_or_default().iter().find_map(|point| point.value)),
        // The only round so far went into the file that was set aside.
        Err(problem) if problem.code == Code::NotFound => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// Runs the task that reads every page.
async fn look_at_every_page(world: &World) -> RunResult {
    let mut hints = world.engine().watch();
    let begun = world.engine().run_task("own-databases", RunTaskRequest { dry_run: false }).unwrap();
    loop {
        let all = world.engine().activities().unwrap().activities;
        if let Some(ended) = all.into_iter().find(|one| one.id == begun.id && one.state.is_over()) {
            match ended.result {
                Some(ActivityResult::Maintained(run)) => return run.outcome.result,
                other => panic!("{other:?} {:?}", ended.problem),
            }
        }
        let _: Hint = hints.recv().await.unwrap();
    }
}

#[tokio::test]
async fn whichever_page_is_torn_the_engine_starts_and_stores() {
    let mut world = World::new().unwrap();
    world.pass(Span::from_minutes(20)).await.unwrap();
    let mut whole = Vec::new();
    world.restart_after(|home| whole = fs::read(database(home)).unwrap()).await.unwrap();
    let pages = whole.len() / PAGE;
    assert!(pages > 20, "{pages} pages");
    let mut set_aside = 0;
    for (page, byte) in (0..pages).flat_map(|page| [(page, 0xa5), (page, 0)]) {
        let why = format!("page {page} of {pages} full of {byte:#x}");
        let changed = world.restart_after(|home| {
            for old in kept(home) {
                fs::remove_file(old).unwrap();
            }
            fs::File::create(database(home)).unwrap().write_all(&whole).unwrap();
            overwrite(&database(home), page, byte);
        });
        changed.await.unwrap_or_else(|problem| panic!("{why}: {problem}"));
        goes_on(&world, &why).await;
        look_at_every_page(&world).await;
        let storage = world.engine().health(Some(HealthPart::Storage), None).await.unwrap();
        let databases = storage.checks.iter().find(|check| check.name == "databases").unwrap();
        assert_eq!(databases.state, HealthState::Ok, "{why}: {databases:?}");
        goes_on(&world, &why).await;
        let kept = kept(&world.home());
        set_aside += kept.len();
        for file in &kept {
            let bytes = fs::read(file).unwrap();
            assert_eq!(bytes.len(), whole.len(), "{why}");
            assert!(
                bytes[page * PAGE + 200..(page + 1) * PAGE].iter().all(|one| *one == byte),
                "{why}: the old file is kept"
            );
        }
        assert!(kept.len() <= 1, "{why}: {kept:?}");
    }
    // What lies in no table may be overwritten without loss.
    assert!(set_aside > pages, "{set_aside} of {} were found damaged", pages * 2);
}

#[tokio::test]
async fn damage_while_it_runs_costs_no_round_and_is_told() {
    let mut world = World::new().unwrap();
    world.pass(Span::from_minutes(20)).await.unwrap();
    world.restart().await.unwrap();
    let path = database(&world.home());
    let pages = usize::try_from(fs::metadata(&path).unwrap().len()).unwrap() / PAGE;
    (1..pages).for_each(|page| overwrite(&path, page, 0xa5));
    for round in 0..4 {
        goes_on(&world, &format!("round {round}")).await;
    }
    assert_eq!(kept(&world.home()).len(), 1);
    let status = world.status().await.unwrap();
    let part = status.degraded.iter().find(|part| part.part == "samples database").unwrap();
    assert!(part.hint.contains("metrics.damaged-"), "{part:?}");
    let operation = status.operations.iter().find(|one| one.kind == "database").unwrap();
    assert!(operation.what.contains("`metrics.db` was damaged"), "{operation:?}");
    assert!(status.alerts.iter().any(|alert| alert.rule == RULE), "{:?}", status.alerts);
    assert_eq!(world.told(), ["raise warning"]);
    let now = world.clock.moment().wall;
    let wanted = PointsQuery {
        name: "host.cpu.usage".to_owned(),
        from: Some(now - Span::from_hours(1)),
        ..PointsQuery::default()
    };
    let marks = world.engine().points(wanted).await.unwrap().marks;
    assert!(marks.iter().any(|mark| mark.kind == MarkKind::SetAside), "{marks:?}");

    // It is still so after a restart, and over when the file is gone.
    world.restart().await.unwrap();
    assert!(world.status().await.unwrap().degraded.iter().any(|part| part.part == "samples database"));
    world.restart_after(|home| kept(home).iter().for_each(|old| fs::remove_file(old).unwrap())).await.unwrap();
    world.pass(Span::from_minutes(15)).await.unwrap();
    let status = world.status().await.unwrap();
    assert!(status.degraded.is_empty() && status.alerts.is_empty(), "{:?} {:?}", status.degraded, status.alerts);
}

#[tokio::test]
async fn what_was_raised_stays_raised_when_the_samples_are_gone() {
    let mut world = World::new().unwrap();
    world.set("host.disk.usage", 97.0);
    world.pass(Span::from_minutes(20)).await.unwrap();
    let told = world.told();
    assert!(!told.is_empty(), "a full disk is told");
    world.restart_after(|home| overwrite(&database(home), 0, 0xa5)).await.unwrap();
    world.pass(Span::from_minutes(5)).await.unwrap();
    let open = world.status().await.unwrap().alerts;
    assert!(open.iter().any(|alert| alert.rule == "disk-space"), "{open:?}");
    let news: Vec<String> = world.told().split_off(told.len());
    assert_eq!(news, ["raise warning"], "only that a database was set aside is news");
    // Its rounds are judged after those of the file that is gone, also by the next start.
    world.set("host.disk.usage", 20.0);
    world.pass(Span::from_minutes(20)).await.unwrap();
    world.crash().await.unwrap();
    world.pass(Span::from_minutes(1)).await.unwrap();
    let open = world.status().await.unwrap().alerts;
    assert!(open.iter().all(|alert| alert.rule != "disk-space"), "{open:?}");
}
