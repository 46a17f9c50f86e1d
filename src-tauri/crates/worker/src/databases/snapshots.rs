//! Puts a consistent copy in the place of each SQLite database that a walk found, or says why it is stored as it lies there.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::BufWriter;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use caretaker_backup::format::manifest::{Entry, Flags, order as path_order};
use caretaker_backup::pages::{self, PageHashes};
use caretaker_backup::source::{Choice, PageSetOf, Replace, Replacement};
use caretaker_backup::write::State;
use caretaker_core::backup::{
    ArchivePath, CopyAnswer, CopyOrder, CreateOrder, DatabaseCopy, DatabaseKind, RecordedDatabase, Refusal,
};
use caretaker_core::problem::Problem;

use super::apart::{COUNTING, Copier, limit};
use super::bases::{Base, Bases};
use super::begins_as_database;
use crate::drill::Scratch;

/// A smaller database is stored whole each time that it changed.
const SMALL: u64 = 256 << 10;
/// Changed pages of more than this share of all are stored as a whole copy, %.
const MOST_CHANGED: u64 = 50;

/// Copies of databases for one archive.
pub(crate) struct Snapshots<'a> {
    copier: &'a dyn Copier,
    scratch: Scratch,
    /// Databases that the job names.
    named: HashSet<PathBuf>,
    bases: Option<Bases>,
    made: Mutex<Made>,
}

#[derive(Default)]
struct Made {
    count: u32,
    /// What an increment is compared with.
    before: Option<HashMap<Box<[u8]>, Stood>>,
    /// What is copied at the moment.
    now: Option<String>,
    records: Vec<RecordedDatabase>,
    damaged: Vec<ArchivePath>,
    bases: Vec<(Box<[u8]>, Base)>,
}

impl<'a> Snapshots<'a> {
    /// Lays copies into the staging folder of the order, which is made here and removed at the end.
    pub(crate) fn begin(
        order: &'a CreateOrder,
        named: HashSet<PathBuf>,
        copier: &'a dyn Copier,
    ) -> Result<Self, Problem> {
        Ok(Self {
            copier,
            scratch: Scratch::make(Path::new(&order.staging))?,
            named,
            bases: order.cache.as_ref().map(|folder| Bases::new(Path::new(folder))),
            made: Mutex::default(),
        })
    }

    /// The archive is an increment to this state; with none, it holds everything.
    pub(crate) fn compare_with(&self, previous: Option<&State>) {
        self.made().before = previous.map(stood);
    }

    /// What is copied at the moment.
    pub(crate) fn step(&self) -> Option<String> {
        self.made().now.as_ref().map(|name| format!("copying {name}"))
    }

    /// The folder that copies lie in while the archive is made.
    pub(crate) fn folder(&self) -> &Path {
        self.scratch.path()
    }

    /// Says what is done at the moment.
    pub(crate) fn tell(&self, what: Option<String>) {
        self.made().now = what;
    }

    /// Notes databases that others copied.
    pub(crate) fn note(&self, records: Vec<RecordedDatabase>) {
        self.made().records.extend(records);
    }

    /// Databases that were found damaged.
    pub(crate) fn damaged(&self) -> Vec<ArchivePath> {
        self.made().damaged.clone()
    }

    /// Keeps what the next increment is made against, once the archive stands. Without it that holds whole copies.
    pub(crate) fn keep(&self, state: &State) -> Result<(), Problem> {
        let Some(bases) = &self.bases else { return Ok(()) };
        let mut made = self.made();
        let mut kept: Vec<Box<[u8]>> = Vec::new();
        for (path, base) in std::mem::take(&mut made.bases) {
            let Some(entry) = find(state, &path) else { continue };
            // A copy that turned out to be stored already stands where it stood.
            let is_base = entry.flags.has(Flags::PAGES) || entry.digest == Some(base.hashes.digest);
            let Some(sequence) = whole(entry).filter(|_| is_base) else { continue };
            let Some(holder) = state.holders.iter().find(|holder| holder.sequence == sequence) else { continue };
            bases.keep(&path, &Base { archive: holder.id.0, sequence, ..base })?;
            kept.push(path);
        }
        if made.before.is_none() {
            bases.forget_others(kept.iter().map(|path| &**path));
        }
        Ok(())
    }

    fn made(&self) -> MutexGuard<'_, Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of the database, or why there is none, after "the database".
    fn copy(&self, path: &Path) -> Result<Choice, String> {
        let inside = inside(path);
        let target = {
            let mut made = self.made();
            made.count += 1;
            self.scratch.path().join(made.count.to_string())
        };
        let length = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let bytes = length(path) + length(Path::new(&log));
        let room = self.scratch.room();
        if bytes > room {
            return Err(format!(
                "has no room for its copy: {bytes} bytes are needed beside Caretaker's home, {room} are free"
            ));
        }
        let order = CopyOrder {
            source: ArchivePath::new(path.as_os_str().as_bytes()),
            target: target
                .to_str()
                .ok_or("cannot be copied: the folder for copies has a name that is no text")?
                .to_owned(),
            limit: limit(bytes),
            counting: COUNTING,
        };
        let copy = match self.copier.copy(&order) {
            Ok(CopyAnswer::Copied(copy)) => copy,
            Ok(CopyAnswer::Refused { because, why }) => {
                if because == Refusal::Damaged {
                    self.made().damaged.push(ArchivePath::new(&*inside));
                }
                return Err(why);
            }
            Ok(CopyAnswer::Failed(problem)) | Err(problem) => {
                return Err(format!("could not be copied ({})", problem.message));
            }
        };
        let DatabaseCopy { page, tables, detail: _, held_ms: _ } = copy;
        let pages = self.pages(&inside, &target, page).map_err(|error| format!("could not be compared ({error})"))?;
        self.made().records.push(RecordedDatabase {
            path: ArchivePath::new(inside),
            kind: DatabaseKind::Sqlite,
            tables,
        });
        Ok(Choice::Instead(Replacement { content: target, pages }))
    }

    /// Changed pages, where they are worth it and their base is known; and what the next increment needs.
    fn pages(&self, inside: &[u8], copy: &Path, page: u32) -> std::io::Result<Option<PageSetOf>> {
        let Some(bases) = self.bases.as_ref().filter(|_| copy.metadata().is_ok_and(|found| found.len() >= SMALL))
        else {
            return Ok(None);
        };
        if let Some(base) = self.base(bases, inside).filter(|base| base.has_room() && base.hashes.page == page) {
            let file = copy.with_extension("ctpages");
            let (summary, _) = pages::make(&base.hashes, File::open(copy)?, BufWriter::new(File::create(&file)?))?;
            let all = summary.size.div_ceil(u64::from(page));
            if summary.changed * 100 <= all * MOST_CHANGED {
                // Its changed pages stand for it.
                std::fs::remove_file(copy)?;
                let of = PageSetOf { file, base: base.sequence };
                self.made().bases.push((inside.into(), Base { sets: base.sets + 1, ..base }));
                return Ok(Some(of));
            }
            std::fs::remove_file(&file)?;
        }
        let hashes = PageHashes::of(std::io::BufReader::with_capacity(1 << 20, File::open(copy)?), page)?;
        self.made().bases.push((inside.into(), Base { archive: [0; 16], sequence: 0, sets: 0, hashes }));
        Ok(None)
    }

    /// The whole copy that the state before stands on, if its hashes are those that are kept.
    fn base(&self, bases: &Bases, inside: &[u8]) -> Option<Base> {
        let base = bases.find(inside)?;
        let made = self.made();
        made.before.as_ref()?.get(inside)?.is(&base).then_some(base)
    }
}

/// The whole copy that a database of the state before stands on.
struct Stood {
    archive: [u8; 16],
    sequence: u32,
    /// Its hash, where the state names it.
    digest: Option<[u8; 32]>,
}

impl Stood {
    fn is(&self, base: &Base) -> bool {
        (self.archive, self.sequence) == (base.archive, base.sequence)
            && self.digest.is_none_or(|digest| digest == base.hashes.digest)
    }
}

/// What the databases of a state stand on, by their paths.
fn stood(state: &State) -> HashMap<Box<[u8]>, Stood> {
    let copies = state.entries.iter().filter(|entry| entry.flags.has(Flags::SNAPSHOT) && entry.holder != 0);
    copies
        .filter_map(|entry| {
            let is_paged = entry.flags.has(Flags::PAGES);
            let sequence = whole(entry)?;
            let holder = state.holders.iter().find(|holder| holder.sequence == sequence)?;
            let digest = if is_paged { None } else { entry.digest };
            Some((entry.path.clone(), Stood { archive: holder.id.0, sequence, digest }))
        })
        .collect()
}

/// The sequence of the archive with the whole copy of an entry.
fn whole(entry: &Entry) -> Option<u32> {
    if entry.flags.has(Flags::PAGES) { entry.base } else { Some(entry.holder) }
}

fn find<'s>(state: &'s State, path: &[u8]) -> Option<&'s Entry> {
    let at = state.entries.binary_search_by(|entry| path_order(&entry.path, path)).ok()?;
    state.entries.get(at)
}

/// Where a file of this machine is in archives.
fn inside(path: &Path) -> Box<[u8]> {
    path.as_os_str().as_bytes().iter().copied().skip_while(|byte| *byte == b'/').collect()
}

fn unguaranteed(why: &str) -> Choice {
    Choice::Unguaranteed(format!("the database {why}; it was copied byte by byte, which is not guaranteed to be whole"))
}

impl Replace for Snapshots<'_> {
    fn by_path(&self, path: &Path) -> Choice {
        let is_odd = || path.metadata().is_ok_and(|found| found.len() > 0) && !begins_as_database(path);
        if self.named.contains(path) && is_odd() {
            return unguaranteed("does not begin as SQLite's do: it is encrypted, or none");
        }
        Choice::Read
    }

    fn database(&self, path: &Path) -> Choice {
        self.made().now = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let copied = self.copy(path);
        self.made().now = None;
        copied.unwrap_or_else(|why| unguaranteed(&why))
    }

    fn notes(&self) -> Option<Vec<u8>> {
        let made = self.made();
        if made.records.is_empty() { None } else { serde_json::to_vec(&made.records).ok() }
    }
}
