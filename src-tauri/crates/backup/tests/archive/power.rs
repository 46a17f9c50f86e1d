//! The current goes off after each thing that a run asked of the disk: what the disk may hold then is laid down, and must be whole
//! archives or none. The same acts are also refused one by one.

use std::collections::BTreeMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use caretaker_backup::BackupError;
use caretaker_backup::read::{Archive, Level, Shelf, sidecar, verify};
use caretaker_backup::source::NoReplacements;
use caretaker_backup::write::destination::Durability;
use caretaker_backup::write::{Act, Cancel, Destination, Disk};
use rustix::io::Errno;

use crate::scene::{Scene, noise};

/// An act that can be kept.
#[derive(Debug, Clone)]
enum Kept {
    Create(PathBuf),
    Write(PathBuf, Vec<u8>),
    Sync(PathBuf),
    Rename(PathBuf, PathBuf),
    SyncFolder(PathBuf),
}

/// Remembers all acts.
#[derive(Debug, Default)]
struct Log(Mutex<Vec<Kept>>);

impl Disk for Log {
    fn before(&self, act: Act<'_>) -> io::Result<()> {
        let kept = match act {
            Act::Create(path) => Kept::Create(path.to_owned()),
            Act::Write(path, bytes) => Kept::Write(path.to_owned(), bytes.to_vec()),
            Act::Sync(path) => Kept::Sync(path.to_owned()),
            Act::Rename(from, to) => Kept::Rename(from.to_owned(), to.to_owned()),
            Act::SyncFolder(path) => Kept::SyncFolder(path.to_owned()),
        };
        self.0.lock().unwrap().push(kept);
        Ok(())
    }
}

/// What a disk may have kept of what was not synced.
#[derive(Debug, Clone, Copy)]
enum Luck {
    /// Nothing.
    None,
    /// Names, but no bytes: the order in which a file system writes is its own.
    Names,
    /// Names, and half of the bytes, with zeros behind them.
    Half,
    /// Everything.
    All,
}

/// A file while it is replayed: where it was named last for certain, what of it is certain, and what was written.
#[derive(Debug, Default, Clone)]
struct Replayed {
    synced: usize,
    bytes: Vec<u8>,
}

/// The files of a destination after some acts and a power cut.
fn after(acts: &[Kept], luck: Luck) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files: Vec<Replayed> = Vec::new();
    let mut now: BTreeMap<PathBuf, usize> = BTreeMap::new();
    let mut certain: BTreeMap<PathBuf, usize> = BTreeMap::new();
    for act in acts {
        match act {
            Kept::Create(path) => {
                now.insert(path.clone(), files.len());
                files.push(Replayed::default());
            }
            Kept::Write(path, bytes) => files[now[path]].bytes.extend_from_slice(bytes),
            Kept::Sync(path) => {
                let file = &mut files[now[path]];
                file.synced = file.bytes.len();
            }
            Kept::Rename(from, to) => {
                let file = now.remove(from).unwrap();
                now.insert(to.clone(), file);
            }
            Kept::SyncFolder(folder) => {
                certain.retain(|path, _| path.parent() != Some(folder));
                certain.extend(
                    now.iter()
                        .filter(|(path, _)| path.parent() == Some(folder))
                        .map(|(path, file)| (path.clone(), *file)),
                );
            }
        }
    }
    let names = if matches!(luck, Luck::None) { certain } else { now };
    let kept = |file: &Replayed| match luck {
        Luck::None | Luck::Names => file.bytes[..file.synced].to_vec(),
        Luck::Half => {
            let half = file.synced + (file.bytes.len() - file.synced) / 2;
            let mut bytes = file.bytes[..half].to_vec();
            bytes.resize(file.bytes.len(), 0);
            bytes
        }
        Luck::All => file.bytes.clone(),
    };
    names.into_iter().map(|(path, file)| (path, kept(&files[file]))).collect()
}

/// Whole archives, or none; how many.
fn whole_archives(folder: &Path) -> usize {
    let shelf = Shelf::open(&folder.join("home")).unwrap();
    for (_, path) in shelf.archives() {
        let archive = Archive::open(path).unwrap();
        assert!(verify(&archive, Level::Content, 1, &Cancel::default()).unwrap().is_intact());
        // A hash beside it that was cut off says nothing; it never says that a whole archive is damaged.
        assert_ne!(sidecar(path).unwrap(), Some(false));
    }
    shelf.archives().len()
}

#[test]
fn case_42_after_a_power_cut_at_any_moment_archives_are_whole_or_not_there() {
    let mut scene = Scene::new();
    for number in 0..30 {
        scene.put(format!("{number}"), noise(number, 20_000));
    }
    scene.put("big", noise(7, 9 << 20));
    let log = Arc::new(Log::default());
    let place = scene.path("destination");
    scene.destination = Destination::open(&place, None).unwrap().watched(log.clone());
    let full = scene.full();
    scene.put("more", noise(99, 50_000));
    scene.increment(&full.state);
    let acts = log.0.lock().unwrap().clone();
    let count = |wanted: fn(&Kept) -> bool| acts.iter().filter(|act| wanted(act)).count();
    assert_eq!(count(|act| matches!(act, Kept::Rename(..))), 2);
    assert!(count(|act| matches!(act, Kept::Sync(..))) >= 4 && acts.len() > 30, "{}", acts.len());
    let mut seen = [0; 3];
    for (number, luck) in
        (0..=acts.len()).flat_map(|number| [Luck::None, Luck::Names, Luck::Half, Luck::All].map(|luck| (number, luck)))
    {
        let again = scene.path("again");
        std::fs::create_dir(&again).unwrap();
        let mark = Destination::prepare(&again).unwrap();
        for (path, bytes) in after(&acts[..number], luck) {
            let path = again.join(path.strip_prefix(&place).unwrap());
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::File::create(path).unwrap().write_all(&bytes).unwrap();
        }
        seen[whole_archives(&again)] += 1;
        // What was left behind goes, and nothing else does.
        let lock = mark.lock("the next").unwrap();
        mark.clear_leftovers(&lock).unwrap();
        assert_eq!(std::fs::read_dir(again.join("incoming")).map_or(0, Iterator::count), 0);
        std::fs::remove_dir_all(&again).unwrap();
    }
    assert!(seen.iter().all(|seen| *seen > 0), "{seen:?}");
}

/// Refuses one act.
#[derive(Debug)]
struct Refusing {
    left: Mutex<usize>,
    answer: Errno,
    only: fn(&Act<'_>) -> bool,
}

impl Disk for Refusing {
    fn before(&self, act: Act<'_>) -> io::Result<()> {
        if !(self.only)(&act) {
            return Ok(());
        }
        let mut left = self.left.lock().unwrap();
        *left = left.wrapping_sub(1);
        if *left == 0 { Err(self.answer.into()) } else { Ok(()) }
    }
}

fn refusing(scene: &mut Scene, number: usize, answer: Errno, only: fn(&Act<'_>) -> bool) {
    let disk = Refusing { left: Mutex::new(number), answer, only };
    scene.destination = Destination::open(&scene.path("destination"), None).unwrap().watched(Arc::new(disk));
}

#[test]
fn case_43_whatever_act_fails_no_half_archive_stays_and_the_older_one_is_whole() {
    let mut scene = Scene::new();
    for number in 0..30 {
        scene.put(format!("{number}"), noise(number, 150_000));
    }
    let first = scene.full();
    let (mut failed, mut done) = (0, 0);
    for (number, answer) in (1..).flat_map(|number| [(number, Errno::NOSPC), (number, Errno::IO)]) {
        refusing(&mut scene, number, answer, |_| true);
        let archives = scene.shelf().archives().len();
        match scene.make(None, &NoReplacements) {
            Err(BackupError::Full { .. }) if answer == Errno::NOSPC => failed += 1,
            Err(BackupError::Io { .. }) if answer == Errno::IO => failed += 1,
            Err(error) => panic!("{number}: {error}"),
            // Only the hash beside the archive may be missing.
            Ok(_) => done += 1,
        }
        assert_eq!(std::fs::read_dir(scene.path("destination/incoming")).unwrap().count(), 0, "{number}");
        // A folder that could not be synced holds the archive already; what is there is whole.
        assert!(scene.shelf().archives().len() - archives <= 1);
        whole_archives(&scene.path("destination"));
        assert!(scene.check(&first.path).is_intact());
        if done > 12 {
            break;
        }
    }
    assert!(failed > 12, "{failed}");
}

#[test]
fn case_45_a_disk_that_cannot_sync_is_told_from_one_that_fails() {
    let mut scene = Scene::new();
    scene.put("file", "1");
    let is_sync = |act: &Act<'_>| matches!(act, Act::Sync(_));
    refusing(&mut scene, 1, Errno::IO, is_sync);
    let error = scene.make(None, &NoReplacements).unwrap_err();
    assert!(error.to_string().starts_with("sync `"), "{error}");
    assert_eq!(scene.shelf().archives().len(), 0);
    for answer in [Errno::OPNOTSUPP, Errno::INVAL] {
        refusing(&mut scene, 1, answer, is_sync);
        let outcome = scene.full();
        assert_eq!(outcome.durability, Durability::Unconfirmed);
        assert!(scene.check(&outcome.path).is_intact());
    }
    refusing(&mut scene, 0, Errno::IO, is_sync);
    assert_eq!(scene.full().durability, Durability::Confirmed);
}
