//! A power cut: of what was written since the last sync, each sector of the disk is there or is not. The files are copied
//! at every sync and at moments after it, and mixed sector by sector; a database must open on every mixture with all that
//! was promised. That the syncs happen is SQLite's work, as the settings in `src/connections.rs` ask for it.

use std::path::Path;

use caretaker_core::alert::{AlertId, Change};
use caretaker_core::metric::RoundId;
use caretaker_core::time::Timestamp;
use caretaker_store::{Access, Decision, EpochReason, MetricsStore, StateStore};

use crate::{START, moment, round};

const SECTOR: usize = 512;
/// Bytes of a log before its first page; SQLite syncs them before it writes over older pages.
const HEADER: usize = 32;

/// A database and its log as they lie on the disk.
#[derive(Clone)]
struct Files {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Files {
    fn of(path: &Path) -> Self {
        let log = path.with_file_name(format!("{}-wal", path.file_name().unwrap().to_string_lossy()));
        Self { database: std::fs::read(path).unwrap(), log: std::fs::read(log).unwrap_or_default() }
    }

    fn put(&self, path: &Path) {
        let log = path.with_file_name(format!("{}-wal", path.file_name().unwrap().to_string_lossy()));
        for (path, bytes) in [(path, &self.database), (&log, &self.log)] {
            std::fs::File::create(path).and_then(|mut file| std::io::Write::write_all(&mut file, bytes)).unwrap();
        }
    }
}

/// The same noise in every run.
struct Noise(u64);

impl Noise {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    /// Sectors of `new` over those of `old`: each reached the disk with that many chances in eight; and sometimes the file
    /// did not become longer.
    fn mixed(&mut self, old: &[u8], new: &[u8], chances: u64) -> Vec<u8> {
        let mut bytes = new.to_vec();
        for (number, sector) in bytes.chunks_mut(SECTOR).enumerate() {
            if self.below(8) >= chances {
                let at = number * SECTOR;
                for (place, byte) in sector.iter_mut().enumerate() {
                    *byte = old.get(at + place).copied().unwrap_or_default();
                }
            }
        }
        if new.len() > old.len() && self.below(3) == 0 {
            bytes.truncate(old.len() + self.below((new.len() - old.len()) as u64) as usize);
        }
        bytes
    }
}

#[test]
fn a_power_cut_costs_no_sample_from_before_the_last_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    let epoch = store.start_epoch(moment(START), EpochReason::Start).unwrap();
    store.checkpoint().unwrap();
    let (mut safe, mut promised) = (Files::of(&path), 0);
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let (mut acknowledged, mut lost, mut most) = (Vec::new(), 0, 0);
    let cut = tempfile::tempdir().unwrap();
    let cut = cut.path().join("metrics.db");
    for number in 0..320 {
        let at = START + 3_600_000 + number * 30_000;
        acknowledged.push(store.append(&round(epoch, at)).unwrap());
        if number % 3 == 2 {
            let now = Files::of(&path);
            // What was moved into the file is there already when the log is synced: nothing in between writes to it.
            assert!(safe.database == now.database, "the file was written between two checkpoints, round {number}");
            for chances in [0, 4, 7] {
                let log = noise.mixed(&safe.log, &now.log, chances);
                Files { database: now.database.clone(), log }.put(&cut);
                let store = MetricsStore::open(&cut, Access::ReadWrite).unwrap();
                store.check().unwrap();
                let found = store.rounds_after(RoundId::default(), usize::MAX).unwrap();
                let found: Vec<RoundId> = found.into_iter().map(|round| round.id).collect();
                assert!(found == acknowledged[..found.len()], "what is there has no hole");
                assert!(found.len() >= promised, "round {number}: {} of {promised} promised ones", found.len());
                lost += acknowledged.len() - found.len();
                most = most.max(acknowledged.len() - found.len());
                drop(store);
            }
        }
        // As the engine does it, every five minutes.
        if number % 10 == 9 {
            store.checkpoint().unwrap();
            (safe, promised) = (Files::of(&path), acknowledged.len());
            store.roll_up(Timestamp::from_millis(at)).unwrap();
        }
    }
    assert!(lost > 100, "the cuts took something: {lost}");
    assert!(most <= 10, "five minutes of rounds at most: {most}");
}

#[test]
fn a_power_cut_costs_no_decision() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("caretaker.db");
    let store = StateStore::open(&path, Access::ReadWrite).unwrap();
    let decide = |number: i64| {
        let at = Timestamp::from_millis(START + number * 30_000);
        let events = (0..40).map(|n| (AlertId(format!("a{number}-{n}")), at, Change::Pended)).collect();
        let judged = Some((RoundId { epoch: 1, at }, moment(at.as_millis())));
        store.commit(Decision { judged, events, ..Decision::default() }).unwrap();
    };
    decide(0);
    let mut safe = Files::of(&path);
    let mut noise = Noise(0x2545_f491_4f6c_dd1d);
    let cut = tempfile::tempdir().unwrap();
    let cut = cut.path().join("caretaker.db");
    let (mut moved, mut begun_anew, mut taken) = (0, 0, 0);
    for number in 1..160 {
        decide(number);
        let now = Files::of(&path);
        let anew = safe.log.get(..HEADER) != now.log.get(..HEADER);
        let file_changed = safe.database != now.database;
        moved += i32::from(file_changed);
        begun_anew += i32::from(anew);
        for chances in if file_changed || anew || number % 5 == 0 { &[0, 4, 7][..] } else { &[] } {
            // The power goes while this decision is being stored, so the one before it was acknowledged. The file is
            // written only when all of the log is on the disk.
            let mut mixed = Files { database: safe.database.clone(), log: noise.mixed(&safe.log, &now.log, *chances) };
            if anew && *chances > 0 {
                mixed.log[..HEADER].copy_from_slice(&now.log[..HEADER]);
            } else if anew {
                mixed.log.clone_from(&safe.log);
            }
            let mut cuts = vec![(mixed, number - 1)];
            if file_changed {
                let database = noise.mixed(&safe.database, &now.database, *chances);
                cuts.push((Files { database, log: now.log.clone() }, number));
            }
            for (files, least) in cuts {
                files.put(&cut);
                let store = StateStore::open(&cut, Access::ReadWrite).unwrap();
                store.check().unwrap();
                let at = store.judged().unwrap().unwrap().0.at.as_millis();
                let found = (at - START) / 30_000;
                assert!(found >= least && found <= number, "{found} after {number} with at least {least}");
                assert_eq!(
                    store.events(&AlertId(format!("a{found}-39"))).unwrap().len(),
                    1,
                    "with all that belongs to it"
                );
                taken += i32::from(found < number);
            }
        }
        safe = now;
    }
    assert!(moved > 1 && begun_anew > 1 && taken > 20, "{moved} {begun_anew} {taken}");
}
