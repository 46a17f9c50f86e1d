//! Files of other versions of the program.

use std::path::Path;

use caretaker_core::problem::{Code, Problem};
use caretaker_store::{Access, EpochReason, MetricsStore, StoreError};
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
        assert!(matches!(error, StoreError::Newer { found: 9, supported: 1, .. }), "{error}");
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
    with_version(&path, 2_001);
    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    assert!(store.newest().unwrap().is_some());
    drop(store);
    let version: u32 = Connection::open(&path).unwrap().query_row("PRAGMA user_version", [], |row| row.get(0)).unwrap();
    assert_eq!(version, 2_001);
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
