//! Files of other versions of the program.

use std::path::Path;

use caretaker_core::metric::{Resolution, RoundId};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::{Access, EpochReason, MetricsStore, RolledUp, Selection, StoreError};
use rusqlite::Connection;

use crate::{START, moment, round};

fn with_version(path: &Path, version: u32) {
    let store = MetricsStore::open(path, Access::ReadWrite).unwrap();
    let epoch = store.start_epoch(moment(START), EpochReason::Start).unwrap();
    store.append(&round(epoch, START)).unwrap();
    drop(store);
    Connection::open(path).unwrap().pragma_update(None, "user_version", version).unwrap();
}

#[test]
fn a_database_of_a_newer_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    with_version(&path, 9_009);
    // As a program leaves it that keeps its log another way: nothing of that may change either.
    let connection = Connection::open(&path).unwrap();
    connection.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(())).unwrap();
    drop(connection);
    let before = std::fs::read(&path).unwrap();
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let error = MetricsStore::open(&path, access).err().unwrap();
        assert!(matches!(error, StoreError::Newer { found: 9, supported: 2, .. }), "{error}");
        let problem = Problem::from(error);
        assert_eq!(problem.code, Code::DatabaseNewer);
        assert!(problem.hint.contains("update Caretaker"), "{problem:?}");
    }
    assert!(std::fs::read(&path).unwrap() == before, "the file was changed");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_compatible_newer_database_is_used() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    with_version(&path, 3_002);
    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    assert!(store.newest().unwrap().is_some());
    drop(store);
    let version: u32 = Connection::open(&path).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 3_002);
}

/// A database as schema 1 left it: rolled up, and still with all of its rows.
fn of_schema_1(path: &Path, rounds: i64) -> String {
    let store = MetricsStore::open(path, Access::ReadWrite).unwrap();
    let epoch = store.start_epoch(moment(START), EpochReason::Start).unwrap();
    for number in 0..rounds {
        store.append(&round(epoch, START + number * 30_000)).unwrap();
    }
    let stored = format!("{:?}", store.rounds_after(RoundId::default(), usize::MAX).unwrap());
    let connection = Connection::open(path).unwrap();
    connection
        .execute_batch("CREATE TABLE rows AS SELECT * FROM hot; CREATE TABLE layouts AS SELECT * FROM layout")
        .unwrap();
    store.roll_up(Timestamp::from_millis(START + rounds * 30_000)).unwrap();
    drop(store);
    connection
        .execute_batch(
            "DELETE FROM hot; INSERT INTO hot SELECT * FROM rows; DROP TABLE rows;
             DELETE FROM layout; INSERT INTO layout SELECT * FROM layouts; DROP TABLE layouts;
             DROP TABLE clocks; DROP TABLE chunk; PRAGMA user_version = 1001",
        )
        .unwrap();
    stored
}

#[test]
fn a_database_of_the_first_schema_is_copied_and_its_rows_are_sealed_step_by_step() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let before = of_schema_1(&path, 1_000);
    let refused = MetricsStore::open(&path, Access::ReadOnly).err().unwrap();
    assert!(matches!(refused, StoreError::Older { found: 1, .. }), "{refused}");

    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    let points = || {
        let (from, to) = (Timestamp::from_millis(START), Timestamp::from_millis(START + 86_400_000));
        [Resolution::Raw, Resolution::Step(Span::from_minutes(5)), Resolution::Step(Span::from_hours(1))]
            .map(|resolution| store.points_of(&Selection::All, from, to, resolution).unwrap())
    };
    let rounds = || format!("{:?}", store.rounds_after(RoundId::default(), usize::MAX).unwrap());
    let points_before = points();
    assert!(rounds() == before);
    let now = Timestamp::from_millis(START + 1_000 * 30_000);
    assert_eq!(store.roll_up(now).unwrap(), RolledUp { caught_up: 4, ..RolledUp::default() });
    assert!(rounds() == before && points() == points_before);
    assert_eq!(store.roll_up(now).unwrap(), RolledUp::default());
    let connection = Connection::open(&path).unwrap();
    let count = |table: &str| -> i64 {
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!((count("hot"), count("clocks"), count("chunk"), count("layout")), (40, 4, 160, 1));

    let copy = Connection::open(folder.path().join("metrics.db.schema-1")).unwrap();
    let rows: i64 = copy.query_row("SELECT count(*) FROM hot", [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 1_000, "as it was, for whoever wants to go back");
}

#[test]
fn a_reader_does_not_migrate() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    Connection::open(&path).unwrap().execute_batch("CREATE TABLE something (a); DROP TABLE something").unwrap();
    let error = MetricsStore::open(&path, Access::ReadOnly).err().unwrap();
    assert!(matches!(error, StoreError::Older { found: 0, .. }), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}
