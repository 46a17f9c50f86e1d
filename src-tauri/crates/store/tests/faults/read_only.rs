//! Readers without rights, folders without rights, and readers beside an engine.

use std::path::Path;
use std::time::Duration;

use caretaker_core::problem::{Code, Problem};
use caretaker_store::{Access, EpochReason, MetricsStore, StateStore, StoreError};

use crate::tmpfs::Tmpfs;
use crate::{START, moment, round};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn fill(path: &Path) -> MetricsStore {
    let store = MetricsStore::open(path, Access::ReadWrite).unwrap();
    let epoch = store.start_epoch(moment(START), EpochReason::Start).unwrap();
    store.append(&round(epoch, START)).unwrap();
    store
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let Some(disk) = Tmpfs::mount("2m") else { return };
    let path = disk.path().join("metrics.db");
    fill(&path).close(Duration::from_secs(5)).unwrap();
    disk.make_read_only();
    for name in ["metrics.db", "new.db"] {
        let error = MetricsStore::open(&disk.path().join(name), Access::ReadWrite).err().unwrap();
        assert!(matches!(error, StoreError::ReadOnly { .. }), "{error:?}");
        assert_eq!(Problem::from(error).code, Code::HomeUnusable);
    }
    let reader = MetricsStore::open(&path, Access::ReadOnly).unwrap();
    assert_eq!(reader.series().unwrap().len(), 40);
}

#[test]
fn a_reader_without_an_engine_leaves_no_trace() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    fill(&path).close(Duration::from_secs(5)).unwrap();
    let before = (names(folder.path()), std::fs::metadata(&path).unwrap().modified().unwrap());
    assert_eq!(before.0, ["metrics.db"]);
    let reader = MetricsStore::open(&path, Access::ReadOnly).unwrap();
    assert_eq!(reader.series().unwrap().len(), 40);
    assert_eq!((names(folder.path()), std::fs::metadata(&path).unwrap().modified().unwrap()), before);
}

#[test]
fn a_reader_that_was_there_first_sees_what_an_engine_writes_later() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    fill(&path).close(Duration::from_secs(5)).unwrap();
    let reader = MetricsStore::open(&path, Access::ReadOnly).unwrap();
    let first = reader.newest().unwrap().unwrap().0;
    let engine = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    let epoch = engine.start_epoch(moment(START + 60_000), EpochReason::Start).unwrap();
    let second = engine.append(&round(epoch, START + 60_000)).unwrap();
    assert_ne!(first, second);
    assert_eq!(reader.newest().unwrap().unwrap().0, second);
    let third = engine.append(&round(epoch, START + 90_000)).unwrap();
    assert_eq!(reader.newest().unwrap().unwrap().0, third);
}

#[test]
fn readers_of_what_does_not_exist_create_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let metrics = MetricsStore::open(&folder.path().join("metrics.db"), Access::ReadOnly).err().unwrap();
    let state = StateStore::open(&folder.path().join("caretaker.db"), Access::ReadOnly).err().unwrap();
    assert!(matches!((metrics, state), (StoreError::Absent { .. }, StoreError::Absent { .. })));
    assert!(names(folder.path()).is_empty());
    let missing = MetricsStore::open(&folder.path().join("nowhere/metrics.db"), Access::ReadWrite).err().unwrap();
    assert!(missing.to_string().contains("nowhere"), "{missing}");
}

#[test]
fn closing_empties_the_log_and_later_calls_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let store = fill(&path);
    let clone = store.clone();
    store.close(Duration::from_secs(5)).unwrap();
    assert_eq!(names(folder.path()), ["metrics.db"]);
    assert!(matches!(clone.append(&round(1, START)), Err(StoreError::Closed { .. })));
    clone.close(Duration::from_secs(5)).unwrap();
}

#[test]
fn a_name_with_signs_of_an_address_is_a_name() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("odd ?name#100%&immutable=1 ü");
    std::fs::create_dir(&home).unwrap();
    let path = home.join("metrics.db");
    let engine = fill(&path);
    assert_eq!(MetricsStore::open(&path, Access::ReadOnly).unwrap().newest().unwrap(), engine.newest().unwrap());
    drop(engine);
    assert!(MetricsStore::open(&path, Access::ReadOnly).unwrap().newest().unwrap().is_some());
}
