//! Care of real databases: damage of every kind is found, others go on writing, and what must not be touched is not.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;

use caretaker_core::backup::{ArchivePath, Refusal};
use caretaker_core::database::{
    CareAnswer, CareOrder, CareSteps, CheckDepth, GiveBack, IndexNote, SqliteFacts, Verdict,
};
use caretaker_core::time::Span;
use rusqlite::Connection;

use super::care;
use super::tests::{LOGGED, Scene, WRITER};

/// A writer may wait for so long.
const LONGEST_MS: u64 = 250;

const ALL: CareSteps =
    CareSteps { check: CheckDepth::Full, checkpoint: true, optimise: true, give_back: GiveBack::Pieces };

fn answer(scene: &Scene, steps: CareSteps) -> CareAnswer {
    care(&CareOrder {
        file: ArchivePath::new(scene.path().as_os_str().as_bytes()),
        scratch: scene.folder.path().join("scratch").display().to_string(),
        steps,
        limit: Span::from_seconds(120),
    })
}

fn cared(scene: &Scene, steps: CareSteps) -> SqliteFacts {
    let answer = answer(scene, steps);
    assert!(!scene.folder.path().join("scratch").exists(), "a copy stays behind");
    match answer {
        CareAnswer::Cared(facts) => *facts,
        other => panic!("{other:?}"),
    }
}

fn is_damaged(answer: &CareAnswer) -> bool {
    match answer {
        CareAnswer::Cared(facts) => matches!(facts.verdict, Verdict::Damaged(_)),
        CareAnswer::Refused { because, .. } => *because == Refusal::Damaged,
        CareAnswer::Missing | CareAnswer::Strange(_) | CareAnswer::Failed(_) => false,
    }
}

/// Many letters, so that no look at them is over in a moment.
fn large(scene: &Scene, mode: &str) {
    let connection = scene.database(mode);
    connection
        .execute_batch(
            "PRAGMA synchronous=OFF;
             WITH RECURSIVE n(i) AS (SELECT 2000 UNION ALL SELECT i+1 FROM n WHERE i < 200000)
             INSERT INTO letter SELECT i, hex(i * 7919) || ' and some more words' FROM n;",
        )
        .unwrap();
}

/// Changes one byte of the last letter in the index, and leaves the one in the table.
fn flip_in_index(scene: &Scene) {
    let connection = Connection::open(scene.path()).unwrap();
    connection.execute_batch("INSERT INTO letter (text) VALUES ('zzz the very last')").unwrap();
    drop(connection);
    let bytes = std::fs::read(scene.path()).unwrap();
    let marker = b"zzz the very last";
    let mut places = bytes.windows(marker.len()).enumerate().filter(|(_, window)| window == marker).map(|(at, _)| at);
    // The leaf of an index begins with 10, that of a table with 13.
    let at = places.rfind(|at| bytes[at / 4_096 * 4_096] == 10).unwrap();
    let file = std::fs::File::options().write(true).open(scene.path()).unwrap();
    file.write_all_at(&[bytes[at + 8] ^ 1], at as u64 + 8).unwrap();
}

#[test]
fn damage_in_pages_in_the_header_and_in_an_index_is_found() {
    for mode in ["wal", "delete"] {
        let scene = Scene::new();
        drop(scene.database(mode));
        let whole = cared(&scene, CareSteps::look(CheckDepth::Full));
        assert_eq!((whole.verdict, &*whole.journal), (Verdict::Whole("whole check".to_owned()), mode));
        // An index that says something else than its table: only the whole check compares them.
        flip_in_index(&scene);
        assert!(!is_damaged(&answer(&scene, CareSteps::look(CheckDepth::Quick))), "{mode}");
        assert!(is_damaged(&answer(&scene, CareSteps::look(CheckDepth::Full))), "{mode}");
        let file = std::fs::File::options().write(true).open(scene.path()).unwrap();
        file.write_all_at(&[0xa5; 3_000], 2 * 4_096 + 10).unwrap();
        let found = answer(&scene, CareSteps::look(CheckDepth::Quick));
        assert!(is_damaged(&found), "{mode}: {found:?}");
        // Nothing is written to it, whatever was asked.
        let before = scene.files();
        assert!(is_damaged(&answer(&scene, ALL)), "{mode}");
        assert!(scene.files() == before, "{mode}: a damaged database was written to");
        file.write_all_at(b"T", 2).unwrap();
        assert!(matches!(answer(&scene, ALL), CareAnswer::Strange(_)), "{mode}");
        file.set_len(0).unwrap();
        assert!(matches!(answer(&scene, ALL), CareAnswer::Strange(_)), "{mode}");
        std::fs::remove_file(scene.path()).unwrap();
        assert_eq!(answer(&scene, ALL), CareAnswer::Missing, "{mode}");
    }
}

#[test]
fn a_busy_writer_is_kept_waiting_for_no_more_than_a_moment_with_and_without_a_log() {
    for mode in ["wal", "delete"] {
        let scene = Scene::new();
        large(&scene, mode);
        let writer = scene.other(WRITER);
        let mut longest = 0;
        for _ in 0..2 {
            // Where others write all the time, it may not be had.
            match answer(&scene, ALL) {
                CareAnswer::Cared(facts) => {
                    assert!(matches!(facts.verdict, Verdict::Whole(_)), "{mode}: {facts:?}");
                    longest = longest.max(facts.held_ms);
                }
                CareAnswer::Refused { because: Refusal::Busy, .. } => {}
                other => panic!("{mode}: {other:?}"),
            }
        }
        let rows = writer.end();
        assert!(rows.trim().parse::<u64>().unwrap() > 199_000, "{mode}: it wrote meanwhile");
        assert!(longest <= LONGEST_MS, "{mode}: a lock was held for {longest} ms");
    }
}

#[test]
fn a_log_is_written_into_the_database_and_statistics_are_made_once() {
    let scene = Scene::new();
    drop(scene.database("wal"));
    let other = scene.other(LOGGED);
    let found = cared(&scene, ALL);
    assert!(found.done.checkpointed.unwrap() > 0 && found.journal == "wal", "{found:?}");
    assert_eq!(found.done.analysed, ["`letter`"]);
    assert_eq!(cared(&scene, ALL).done.analysed, [""; 0]);
    other.end();
    let connection = Connection::open(scene.path()).unwrap();
    assert_eq!(connection.query_row("SELECT count(*) FROM letter", [], |row| row.get::<_, i64>(0)).unwrap(), 1_001);
}

#[test]
fn unused_room_goes_back_in_pieces_or_when_nobody_has_the_database_open() {
    let emptied = |auto_vacuum: &str| {
        let scene = Scene::new();
        let connection = Connection::open(scene.path()).unwrap();
        connection.execute_batch(&format!("PRAGMA auto_vacuum={auto_vacuum}")).unwrap();
        drop(connection);
        large(&scene, "wal");
        let connection = Connection::open(scene.path()).unwrap();
        connection.execute_batch("PRAGMA synchronous=OFF; DELETE FROM letter WHERE id > 500").unwrap();
        drop(connection);
        scene
    };
    let size = |scene: &Scene| std::fs::metadata(scene.path()).unwrap().len();
    let pieces = CareSteps { give_back: GiveBack::Pieces, ..CareSteps::look(CheckDepth::None) };
    let scene = emptied("INCREMENTAL");
    let before = size(&scene);
    let found = cared(&scene, pieces);
    assert!(found.done.freed > before / 2 && found.held_ms <= LONGEST_MS, "{found:?}");
    assert!(size(&scene) < before / 2);
    // Another one is written anew, only when that was asked for and nobody is there.
    let scene = emptied("NONE");
    let before = size(&scene);
    assert_eq!(cared(&scene, pieces).done.freed, 0);
    let whole = CareSteps { give_back: GiveBack::Whole, ..pieces };
    let other = scene
        .other("db = sqlite3.connect(path)\ndb.execute('SELECT * FROM letter').fetchone()\nready()\nsys.stdin.read()");
    let found = cared(&scene, whole);
    assert!(found.done.freed == 0 && found.left.iter().any(|text| text.contains("has it open")), "{found:?}");
    other.end();
    assert!(cared(&scene, whole).done.freed > before / 2);
    assert!(size(&scene) < before / 2, "{} of {before}", size(&scene));
    assert_eq!(cared(&scene, CareSteps::look(CheckDepth::Full)).verdict, Verdict::Whole("whole check".to_owned()));
}

#[test]
fn foreign_keys_and_indexes_are_reviewed() {
    let scene = Scene::new();
    let connection = scene.database("wal");
    connection
        .execute_batch(
            "PRAGMA foreign_keys=OFF; CREATE TABLE desk (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
             CREATE TABLE drawer (desk INTEGER REFERENCES desk (id), label TEXT, level INT);
             CREATE TABLE foot (id INTEGER PRIMARY KEY REFERENCES desk (id));
             INSERT INTO desk VALUES (1, 'oak'); INSERT INTO drawer VALUES (1, 'a', 1), (2, 'b', 1), (3, 'c', 1);
             CREATE INDEX by_label ON drawer (label); CREATE INDEX by_label_and_level ON drawer (label, level);
             CREATE INDEX by_name ON desk (name); CREATE INDEX folded ON drawer (label COLLATE NOCASE);
             CREATE INDEX computed ON drawer (lower(label)); CREATE INDEX high ON drawer (label) WHERE level > 7;",
        )
        .unwrap();
    drop(connection);
    let found = cared(&scene, CareSteps::look(CheckDepth::Full));
    let orphans: Vec<_> = found.orphans.iter().map(|one| (&*one.table, &*one.parent, one.rows)).collect();
    assert_eq!(orphans, [("drawer", "desk", 2)]);
    let (mut covered, mut missing) = (Vec::new(), Vec::new());
    for note in &found.indexes {
        match note {
            IndexNote::Covered { index, .. } => covered.push(index.as_str()),
            IndexNote::Missing { table, columns, .. } => missing.push((table.as_str(), columns.join(" "))),
            IndexNote::Flat { .. } => {}
        }
    }
    covered.sort_unstable();
    assert_eq!(covered, ["by_label", "by_name"]);
    // The number of a row needs none.
    assert_eq!(missing, [("drawer", "desk".to_owned())]);
}

#[test]
fn a_column_without_a_value_that_must_have_one_is_no_damage() {
    let scene = Scene::new();
    let connection = scene.database("delete");
    connection
        .execute_batch(
            "CREATE TABLE scale (weight INT); INSERT INTO scale VALUES (NULL); PRAGMA writable_schema=ON;
             UPDATE sqlite_schema SET sql = 'CREATE TABLE scale (weight INT NOT NULL)' WHERE name = 'scale';",
        )
        .unwrap();
    drop(connection);
    let found = cared(&scene, CareSteps::look(CheckDepth::Full));
    assert!(matches!(&found.verdict, Verdict::Odd(what) if what.contains("scale.weight")), "{found:?}");
}

#[test]
fn what_a_crash_left_is_read_in_a_copy_and_stays_as_it_is() {
    let scene = Scene::new();
    drop(scene.database("wal"));
    scene.other(LOGGED).kill();
    let before = scene.files();
    let found = cared(&scene, ALL);
    assert!(matches!(found.verdict, Verdict::Whole(_)), "{found:?}");
    assert!(found.left.iter().any(|text| text.contains("crash")), "{found:?}");
    assert!(scene.files() == before, "the files of the database were touched");
}
