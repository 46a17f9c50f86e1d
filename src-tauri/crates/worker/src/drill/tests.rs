use std::io::Write as _;
use std::os::unix::fs::{FileExt as _, PermissionsExt as _};
use std::sync::Mutex;

use caretaker_core::backup::{DatabaseCheck, DatabaseKind, Drift, DriftKind, RecordedDatabase, TableRows};

use super::*;
use crate::testing::{Noting, Scene, flip, heard, noise, put};

/// Answers as it is told, and remembers what it was asked.
#[derive(Default)]
struct Scripted {
    rows: u64,
    asked: Mutex<Vec<String>>,
}

impl Scripted {
    fn answer(&self, what: &str, file: &Path) -> DatabaseCheck {
        assert!(file.is_file());
        self.asked.lock().unwrap().push(format!("{what} {}", file.file_name().unwrap().display()));
        DatabaseCheck { is_sound: true, detail: String::new(), tables: Some(tables(self.rows)) }
    }
}

impl Opener for Scripted {
    fn sqlite(&self, file: &Path) -> Result<DatabaseCheck, Problem> {
        Ok(self.answer("sqlite", file))
    }

    fn dump(&self, file: &Path, server: Option<&str>) -> Result<DatabaseCheck, Problem> {
        Ok(self.answer(server.unwrap_or("list"), file))
    }
}

fn tables(rows: u64) -> Vec<TableRows> {
    vec![TableRows { name: "letters".to_owned(), rows: Some(rows) }]
}

fn order(scene: &Scene, archive: &Path) -> DrillOrder {
    DrillOrder {
        archive: archive.display().to_string(),
        shelf: scene.text("destination/home"),
        source: scene.source(),
        scratch: scene.text("scratch"),
        most_bytes: None,
        turn: 0,
        scratch_postgres: None,
        identities: Vec::new(),
        hurry: true,
    }
}

fn carried_out(order: &DrillOrder, opener: &dyn Opener) -> DrillOutcome {
    let said = heard(|voice| drill(order, opener, voice, &Cancel::default()).unwrap());
    assert!(!Path::new(&order.scratch).exists(), "the scratch folder stays");
    match said.into_iter().next_back() {
        Some(Report::Drilled(outcome)) => *outcome,
        other => panic!("{other:?}"),
    }
}

fn proven(scene: &Scene, archive: &Path) -> DrillOutcome {
    carried_out(&order(scene, archive), &NoOpener)
}

#[test]
fn a_good_archive_is_proven_with_all_its_kinds_of_files() {
    let mut scene = Scene::new();
    scene.put("small", "one");
    scene.put("large", noise(1, 9 << 20));
    scene.put("closed/inner", "two");
    std::fs::set_permissions(scene.path("source/closed"), std::fs::Permissions::from_mode(0o500)).unwrap();
    std::fs::hard_link(scene.path("source/small"), scene.path("source/second name")).unwrap();
    std::os::unix::fs::symlink("small", scene.path("source/link")).unwrap();
    let sparse = std::fs::File::create(scene.path("source/sparse")).unwrap();
    sparse.write_all_at(b"island", 40 << 20).unwrap();
    sparse.set_len(80 << 20).unwrap();
    let full = scene.full();
    scene.put("added", "three");
    let next = scene.increment(&full.state);
    for made in [&full, &next] {
        let outcome = proven(&scene, &made.path);
        assert_eq!(outcome.failures, Vec::<String>::new());
        assert!(outcome.is_proven);
        assert_eq!(outcome.archive, made.id.to_string());
        assert_eq!(outcome.checked_files, if made.id == full.id { 5 } else { 6 });
        assert!(outcome.checked_bytes > 9 << 20 && outcome.restore_mb_per_s > 0.0);
        let expected: &[Drift] =
            &[Drift { path: scene.inside("added"), kind: DriftKind::New }][..usize::from(made.id == full.id)];
        assert_eq!(outcome.drift, expected);
    }
}

#[test]
fn what_changed_since_is_told_and_proves_nothing_wrong() {
    let mut scene = Scene::new();
    for name in ["stays", "changes", "goes", "becomes a folder"] {
        scene.put(name, name);
    }
    let made = scene.full();
    scene.put("changes", "now longer");
    std::fs::remove_file(scene.path("source/goes")).unwrap();
    std::fs::remove_file(scene.path("source/becomes a folder")).unwrap();
    scene.put("becomes a folder/inner", "x");
    let outcome = proven(&scene, &made.path);
    assert_eq!((outcome.is_proven, outcome.drifted), (true, 4));
    let drift: Vec<_> = outcome.drift.iter().map(|one| (one.path.name().to_string(), one.kind)).collect();
    let expected = [
        ("becomes a folder", DriftKind::Changed),
        ("changes", DriftKind::Changed),
        ("goes", DriftKind::Gone),
        ("inner", DriftKind::New),
    ];
    assert_eq!(drift, expected.map(|(name, kind)| (name.to_owned(), kind)));
}

#[test]
fn case_79_planted_faults_make_the_drill_fail() {
    // In the archive.
    let mut scene = Scene::new();
    scene.put("small", "one");
    scene.put("large", noise(1, 9 << 20));
    let made = scene.full();
    flip(&made.path, made.length / 2);
    let outcome = proven(&scene, &made.path);
    assert!(!outcome.is_proven);
    assert!(outcome.failures[0].contains("source/large"), "{:?}", outcome.failures);
    // In the live file: same size, same time, another byte.
    let mut scene = Scene::new();
    scene.put("quiet", "content");
    let made = scene.full();
    let path = scene.path("source/quiet");
    let time = path.metadata().unwrap().modified().unwrap();
    let mut file = std::fs::File::options().write(true).open(&path).unwrap();
    file.write_all(b"C").unwrap();
    file.set_modified(time).unwrap();
    let outcome = proven(&scene, &made.path);
    assert!(!outcome.is_proven);
    assert_eq!(outcome.drift, [Drift { path: scene.inside("quiet"), kind: DriftKind::Silent }]);
    // An archive that others need is gone.
    let mut scene = Scene::new();
    scene.put("a", "one");
    let full = scene.full();
    scene.put("b", "two");
    let next = scene.increment(&full.state);
    std::fs::remove_file(&full.path).unwrap();
    let outcome = proven(&scene, &next.path);
    assert!(!outcome.is_proven);
    assert_eq!(outcome.failures.len(), 1);
}

#[test]
fn databases_open_and_have_the_rows_that_were_counted() {
    let mut scene = Scene::new();
    scene.put("board.sqlite", [b"SQLite format 3\0", &noise(1, 5_104)[..]].concat());
    scene.put("board.dump", "a dump");
    let record = |name: &str, kind| RecordedDatabase { path: scene.inside(name), kind, tables: tables(7) };
    let records = [record("board.sqlite", DatabaseKind::Sqlite), record("board.dump", DatabaseKind::Postgres)];
    let notes = Noting(serde_json::to_vec(&records).unwrap());
    let full = scene.make(None, &notes);
    scene.put("other", "x");
    // The increment holds neither of them; the notes of the full archive stand for both.
    let next = scene.increment(&full.state);
    let order = DrillOrder { scratch_postgres: Some("server".to_owned()), ..order(&scene, &next.path) };
    for rows in [7, 6] {
        let opener = Scripted { rows, ..Scripted::default() };
        let outcome = carried_out(&order, &opener);
        let asked = opener.asked.into_inner().unwrap();
        assert_eq!(asked, ["server board.dump", "sqlite board.sqlite"]);
        assert_eq!(outcome.is_proven, rows == 7, "{:?}", outcome.failures);
        assert!(outcome.databases.iter().all(|one| one.is_good == (rows == 7) && one.rows == rows));
    }
    // Nothing here can open them: that is no proof, except for the copy that never had a guarantee.
    let outcome = carried_out(&order, &NoOpener);
    assert_eq!(outcome.failures.len(), 1, "{:?}", outcome.failures);
}

#[test]
fn a_large_archive_is_proven_part_by_part() {
    let mut scene = Scene::new();
    for number in 0..60 {
        scene.put(&format!("{number}"), noise(number, 10_000));
    }
    let made = scene.full();
    let mut files = 0;
    for turn in 0..3 {
        let order = DrillOrder { most_bytes: Some(200_000), turn, ..order(&scene, &made.path) };
        let outcome = carried_out(&order, &NoOpener);
        assert!(outcome.is_proven, "{:?}", outcome.failures);
        let words = outcome.sample.unwrap();
        assert!(words.starts_with(&format!("part {} of 3", turn + 1)), "{words}");
        assert!((5..55).contains(&outcome.checked_files));
        files += outcome.checked_files;
    }
    assert_eq!(files, 60);
}

#[test]
fn a_drill_touches_nothing_that_is_there_and_leaves_nothing() {
    let mut scene = Scene::new();
    scene.put("a", "one");
    let made = scene.full();
    put(&scene.path("scratch/mine"), "mine");
    let result = drill(&order(&scene, &made.path), &NoOpener, &Voice::new(std::io::sink()), &Cancel::default());
    assert_eq!(result.unwrap_err().code, Code::Busy);
    assert!(scene.path("scratch/mine").exists());
    std::fs::remove_dir_all(scene.path("scratch")).unwrap();
    let cancel = Cancel::default();
    cancel.cancel();
    let result = drill(&order(&scene, &made.path), &NoOpener, &Voice::new(std::io::sink()), &cancel);
    assert_eq!(result.unwrap_err().code, Code::Interrupted);
    assert!(!scene.path("scratch").exists());
}
