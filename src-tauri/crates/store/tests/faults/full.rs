//! A full disk: what was acknowledged stays, decisions still find room, and all goes on when there is room again.

use std::collections::BTreeMap;
use std::sync::Arc;

use caretaker_core::alert::{AlertId, Instance, State};
use caretaker_core::metric::{Labels, Resolution, RoundId, SeriesKey, Unit};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::rule::Level;
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::{Access, Decision, EpochReason, MetricsStore, StateStore};

use crate::tmpfs::Tmpfs;
use crate::{START, moment, pushed, round};

#[test]
fn rounds_stop_when_the_disk_is_full_and_go_on_when_it_is_not() {
    let Some(disk) = Tmpfs::mount("1m") else { return };
    let path = disk.path().join("metrics.db");
    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    let epoch = store.start_epoch(moment(START), EpochReason::Start).unwrap();
    let mut stored = Vec::new();
    let mut at = START;
    let error = loop {
        at += 30_000;
        match store.append(&round(epoch, at)) {
            Ok(id) => stored.push(id),
            Err(error) => break error,
        }
        assert!(stored.len() < 100_000, "a disk of 1 MiB never was full");
    };
    assert!(error.is_full(), "{error}");
    let problem = Problem::from(error);
    assert_eq!(problem.code, Code::DiskFull);
    assert!(problem.message.contains("metrics.db") && problem.hint.contains("space"), "{problem:?}");

    let ids = |store: &MetricsStore| -> Vec<RoundId> {
        store.rounds_after(RoundId::default(), usize::MAX).unwrap().iter().map(|round| round.id).collect()
    };
    assert_eq!(ids(&store), stored);
    // Room comes back: here by emptying the log, whose pages then lie in the file.
    store.close(std::time::Duration::from_secs(5)).ok();
    drop(store);
    assert!(
        std::process::Command::new("mount")
            .args(["-o", "remount,size=4m"])
            .arg(disk.path())
            .status()
            .unwrap()
            .success()
    );
    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    store.check().unwrap();
    assert_eq!(ids(&store), stored);
    stored.push(store.append(&round(epoch, at + 30_000)).unwrap());
    assert_eq!(ids(&store), stored);
}

#[test]
fn the_same_handle_goes_on_when_there_is_room_again() {
    let Some(disk) = Tmpfs::mount("2m") else { return };
    let store = MetricsStore::open(&disk.path().join("metrics.db"), Access::ReadWrite).unwrap();
    let epoch = store.start_epoch(moment(START), EpochReason::Start).unwrap();
    store.append(&round(epoch, START)).unwrap();
    let filler = disk.fill();
    let mut at = START;
    let mut acknowledged = 1;
    loop {
        at += 30_000;
        match store.append(&round(epoch, at)) {
            Ok(_) => acknowledged += 1,
            Err(error) => break assert!(error.is_full(), "{error}"),
        }
    }
    std::fs::remove_file(filler).unwrap();
    // A series that is new in this very round must not be lost with the transaction that failed.
    store.append(&round(epoch, at + 30_000)).unwrap();
    let rounds = store.rounds_after(RoundId::default(), usize::MAX).unwrap();
    assert_eq!(rounds.len(), acknowledged + 1);
    assert!(rounds.iter().all(|round| round.readings.len() == 40));
}

#[test]
fn what_is_pushed_onto_a_full_disk_is_refused_whole_and_taken_when_there_is_room() {
    let Some(disk) = Tmpfs::mount("2m") else { return };
    let store = MetricsStore::open(&disk.path().join("metrics.db"), Access::ReadWrite).unwrap();
    let batch =
        |number: i64| -> Vec<_> { (0..50).map(|one| START + number * 60_000 + one).map(|at| pushed(at, at)).collect() };
    store.push(&batch(0)).unwrap();
    let filler = disk.fill();
    let mut taken = 1;
    let error = loop {
        match store.push(&batch(taken)) {
            Ok(()) => taken += 1,
            Err(error) => break error,
        }
        assert!(taken < 10_000, "a disk of 2 MiB never was full");
    };
    assert!(error.is_full(), "{error}");
    let count = |store: &MetricsStore| -> u64 {
        let (from, to) = (Timestamp::from_millis(START), Timestamp::from_millis(START * 2));
        let points = store.points("board.sales", &Labels::none(), from, to, Resolution::Raw).unwrap();
        points[0].stats.count
    };
    assert_eq!(count(&store), taken as u64 * 50, "all of a batch or nothing");
    std::fs::remove_file(filler).unwrap();
    store.push(&batch(taken)).unwrap();
    let now = Timestamp::from_millis(START + (taken + 200) * 60_000);
    store.roll_up(now).unwrap();
    assert_eq!(count(&store), (taken as u64 + 1) * 50);
    store.check().unwrap();
}

#[test]
fn a_seal_that_finds_no_room_leaves_the_inbox_as_it_was() {
    let Some(disk) = Tmpfs::mount("3m") else { return };
    let store = MetricsStore::open(&disk.path().join("metrics.db"), Access::ReadWrite).unwrap();
    let all: Vec<_> = (0..20_000).map(|one| START + one * 300).map(|at| pushed(at, at)).collect();
    store.push(&all).unwrap();
    let filler = disk.fill();
    let now = Timestamp::from_millis(START + 4 * 3_600_000);
    let values = || {
        let to = Timestamp::from_millis(START * 2);
        let from = Timestamp::from_millis(START);
        store.points("board.sales", &Labels::none(), from, to, Resolution::Raw).unwrap()
    };
    let before = values();
    let error = store.roll_up(now).unwrap_err();
    assert!(error.is_full(), "{error}");
    assert!(values() == before);
    std::fs::remove_file(filler).unwrap();
    assert_eq!(store.roll_up(now).unwrap().pushed, 1);
    assert!(values() == before);
}

fn decision(number: i64) -> Decision {
    let instance = Instance {
        id: AlertId(format!("alert-{number}")),
        rule: "disk-full".to_owned(),
        meaning: 1,
        series: Arc::new(SeriesKey::labelled("host.disk.usage", "mount", "/")),
        unit: Unit::Percent,
        state: State::Firing,
        level: Level::Critical,
        since: Timestamp::from_millis(START + number),
        fired_at: None,
        resolved_at: None,
        value: 100.0,
        peak: 100.0,
        up: Span::ZERO,
        held: Span::ZERO,
        held_critical: None,
        calm: Span::ZERO,
        calm_critical: None,
        no_data: false,
        acknowledged: None,
        snoozed_until: None,
        told: BTreeMap::new(),
        flapping: false,
        turns: Vec::new(),
        recent: 0,
        outlook: None,
        cause: None,
    };
    Decision { instances: vec![instance], ..Decision::default() }
}

#[test]
fn a_decision_on_a_full_disk_takes_the_reserve() {
    let Some(disk) = Tmpfs::mount("8m") else { return };
    let path = disk.path().join("caretaker.db");
    let store = StateStore::open(&path, Access::ReadWrite).unwrap();
    let reserve = disk.path().join("reserve");
    assert_eq!(std::fs::metadata(&reserve).unwrap().len(), 4 << 20);
    let filler = disk.fill();
    let mut used = 0;
    for number in 0..200 {
        used += usize::from(store.commit(decision(number)).unwrap().reserve_used);
    }
    assert_eq!(used, 1, "the first that found no room took it, and there was room for the rest");
    assert!(!reserve.exists());
    assert_eq!(store.open_alerts().unwrap().len(), 200);
    let again = disk.fill();
    assert!(!store.restore_reserve().unwrap(), "no room for it yet");
    assert!(!reserve.exists());
    std::fs::remove_file(filler).unwrap();
    std::fs::remove_file(again).ok();
    assert!(store.restore_reserve().unwrap());
    assert!(reserve.exists());
    store.check().unwrap();
}

#[test]
fn a_disk_without_room_for_the_reserve_still_opens() {
    let Some(disk) = Tmpfs::mount("1m") else { return };
    let store = StateStore::open(&disk.path().join("caretaker.db"), Access::ReadWrite).unwrap();
    store.commit(decision(1)).unwrap();
    let mut names: Vec<_> = std::fs::read_dir(disk.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["caretaker.db", "caretaker.db-shm", "caretaker.db-wal"]);
}
