//! Damaged files are named, set aside with all that belongs to them, and a new one begins.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use caretaker_core::metric::RoundId;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Timestamp;
use caretaker_store::{Access, EpochReason, MetricsStore, StateStore, StoreError};

use crate::{START, moment, round};

fn fill(path: &Path) {
    let store = MetricsStore::open(path, Access::ReadWrite).unwrap();
    let epoch = store.start_epoch(moment(START), EpochReason::Start).unwrap();
    for number in 0..500 {
        store.append(&round(epoch, START + number * 30_000)).unwrap();
    }
    store.close(std::time::Duration::from_secs(10)).unwrap();
}

fn overwrite(path: &Path, from: u64, length: usize) {
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.seek(SeekFrom::Start(from)).unwrap();
    file.write_all(&vec![0xa5; length]).unwrap();
}

#[test]
fn a_file_that_is_no_database_is_set_aside_and_a_new_one_begins() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    fill(&path);
    overwrite(&path, 0, 4_096);
    for access in [Access::ReadWrite, Access::ReadOnly] {
        let error = MetricsStore::open(&path, access).err().unwrap();
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    }
    let problem = Problem::from(MetricsStore::open(&path, Access::ReadWrite).err().unwrap());
    assert_eq!(problem.code, Code::DatabaseDamaged);

    let aside = MetricsStore::set_aside(&path, Timestamp::from_millis(START)).unwrap();
    assert_eq!(aside.file_name().unwrap(), "metrics.damaged-20260131T000000000Z.db");
    let mut kept = Vec::new();
    File::open(&aside).unwrap().read_to_end(&mut kept).unwrap();
    assert_eq!(kept[..16], [0xa5; 16]);
    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    assert_eq!(store.newest().unwrap(), None);
}

#[test]
fn a_torn_page_is_found_at_the_start_after_an_unclean_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    fill(&path);
    let pages = std::fs::metadata(&path).unwrap().len() / 4_096;
    overwrite(&path, pages / 2 * 4_096, 4_096);
    // A log left behind says that nobody closed it.
    File::create(folder.path().join("metrics.db-wal")).unwrap().write_all(b"leftover").unwrap();
    let error = MetricsStore::open(&path, Access::ReadWrite).err().unwrap();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[test]
fn a_torn_page_is_found_by_the_check_and_named_when_it_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    fill(&path);
    let pages = std::fs::metadata(&path).unwrap().len() / 4_096;
    // The last page holds the newest rounds.
    overwrite(&path, (pages - 1) * 4_096, 4_096);
    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    assert!(matches!(store.check(), Err(StoreError::Damaged { .. })));
    let read = store.rounds_after(RoundId::default(), usize::MAX).err().unwrap();
    assert!(matches!(read, StoreError::Damaged { .. }), "{read}");
}

#[test]
fn a_shortened_file_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    fill(&path);
    OpenOptions::new().write(true).open(&path).unwrap().set_len(3 * 4_096).unwrap();
    let error = match MetricsStore::open(&path, Access::ReadWrite) {
        Err(error) => error,
        Ok(store) => store.check().unwrap_err(),
    };
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[test]
fn a_damaged_state_is_refused_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("caretaker.db");
    let store = StateStore::open(&path, Access::ReadWrite).unwrap();
    (0..2_000).for_each(|n| store.put_setting(&format!("name {n}"), Some("value")).unwrap());
    store.close(std::time::Duration::from_secs(10)).unwrap();
    drop(store);
    let pages = std::fs::metadata(&path).unwrap().len() / 4_096;
    overwrite(&path, (pages - 2) * 4_096, 4_096);
    let error = StateStore::open(&path, Access::ReadWrite).err().unwrap();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[test]
fn an_empty_file_becomes_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    File::create(&path).unwrap();
    assert_eq!(MetricsStore::open(&path, Access::ReadWrite).unwrap().newest().unwrap(), None);
}

#[test]
fn a_new_file_is_begun_beneath_everybody_who_has_the_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    fill(&path);
    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    let other = store.clone();
    let before = store.start_epoch(moment(START), EpochReason::Start).unwrap();
    assert!(other.newest().unwrap().is_some());

    let kept = store.begin_anew(Timestamp::from_millis(START)).unwrap().unwrap();
    assert!(kept.exists() && kept.file_name().unwrap().to_string_lossy().starts_with("metrics.damaged-"));
    assert_eq!((other.newest().unwrap(), other.generation()), (None, 1));
    let after = other.start_epoch_after(before, moment(START), EpochReason::Start).unwrap();
    assert!(after > before, "rounds are told apart by their epoch, also across files");
    other.append(&round(after, START)).unwrap();
    assert_eq!(store.newest().unwrap().map(|(id, _)| id.epoch), Some(after));
    store.close(std::time::Duration::from_secs(10)).unwrap();
    assert!(MetricsStore::open(&kept, Access::ReadOnly).unwrap().newest().unwrap().is_some(), "the old file is whole");
}

#[test]
fn what_was_damaged_is_told_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let (path, other) = (folder.path().join("metrics.db"), folder.path().join("caretaker.db"));
    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    let row = |path: &Path| StoreError::Row { path: path.to_owned(), table: "hot", detail: "torn".to_owned() };
    assert!(store.is_damaged_by(&row(&path)) && !store.is_damaged_by(&row(&other)));
    assert!(!store.is_damaged_by(&StoreError::Full { path }));
}
