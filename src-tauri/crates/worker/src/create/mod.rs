//! Makes one archive: opens or prepares the destination, finds what to compare with, decides whether an increment is still one,
//! has databases copied, writes, reads everything back, and tells what is in it. Decides nothing about when, and removes no archive.

mod destination;
mod difference;
mod source;

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use caretaker_backup::encryption::Recipient;
use caretaker_backup::format::footer::Packing;
use caretaker_backup::format::frame::Check;
use caretaker_backup::format::manifest::Reason;
use caretaker_backup::format::name::{ArchiveName, Type};
use caretaker_backup::read::{Archive, Shelf, state};
use caretaker_backup::source::change::Inodes;
use caretaker_backup::source::{NoReplacements, Replace, Root, Rules};
use caretaker_backup::write::{
    Cancel, Destination, DestinationLock, Order, Outcome, Progress, ReadBack, State, Totals,
};
use caretaker_backup::{BackupError, kit, write};
use caretaker_core::backup::{
    ArchiveFacts, ArchivePath, BAD_DATABASE, CatalogEntry, Chain, Compression, CreateOrder, CreateOutcome,
    CreateResult, ExceptionView, FullBecause, Report, WorkProgress,
};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::Timestamp;

use crate::databases::{Copier, Snapshots};
use crate::facts;
use crate::opening;
use crate::pace::pace;
use crate::postgres::Dumps;
use crate::problem::problem;
use crate::speech::{Voice, telling};
use destination::opened;
use difference::{Difference, difference};

/// Room kept back at a destination, so that a full disk can still be cleared up.
const RESERVE: u64 = 64 << 20;
/// Entries in one report.
const BATCH: usize = 1_000;
/// How hard zstd tries; measured against others in `docs/performance.md`.
const LEVEL: i32 = 3;
/// The level at which bytes are hardly touched.
const HARDLY: i32 = -7;
/// And for gzip.
const GZIP_LEVEL: i32 = 6;
/// Between two reports of progress.
const TICK: Duration = Duration::from_millis(250);

/// Carries out the order.
pub fn create(order: &CreateOrder, copier: &dyn Copier, voice: &Voice, cancel: &Cancel) -> Result<(), Problem> {
    let progress = Progress::default();
    // A look at what would be saved copies nothing.
    let snapshots =
        if order.dry_run { None } else { Some(Snapshots::begin(order, source::named_databases(order), copier)?) };
    let snapshots = snapshots.as_ref();
    let creation = Creation { order, voice, cancel, snapshots, progress: &progress, begun: Instant::now() };
    telling(voice, TICK, || progress_of(&progress, snapshots), || creation.perform())
}

fn progress_of(progress: &Progress, snapshots: Option<&Snapshots<'_>>) -> WorkProgress {
    let read = |figure: &std::sync::atomic::AtomicU64| figure.load(Ordering::Relaxed);
    let expected = read(&progress.files_expected);
    let (files, bytes) = (read(&progress.files), read(&progress.bytes));
    let step = match (expected, files) {
        (0, 0) => "looking",
        (expected, files) if files >= expected => "reading back",
        _ => "reading",
    };
    WorkProgress {
        step: snapshots.and_then(Snapshots::step).unwrap_or_else(|| step.to_owned()),
        files,
        files_expected: expected,
        bytes,
        bytes_expected: read(&progress.bytes_expected),
        written: read(&progress.written),
    }
}

struct Creation<'a> {
    order: &'a CreateOrder,
    voice: &'a Voice,
    cancel: &'a Cancel,
    snapshots: Option<&'a Snapshots<'a>>,
    progress: &'a Progress,
    begun: Instant,
}

impl Creation<'_> {
    fn perform(&self) -> Result<(), Problem> {
        let order = self.order;
        let roots = source::roots(order, self.cancel)?;
        let rules = source::rules(order)?;
        if order.dry_run && roots.is_empty() {
            // Only databases of servers: what their dumps will hold is not known before.
            let outcome = self.expected(first_kind(order.kind), Totals::default(), 0, None);
            self.voice.say(&Report::Created(Box::new(outcome)));
            return Ok(());
        }
        let Some(destination) = opened(order)? else {
            return self.preview_first(&roots);
        };
        let lock = destination.lock("Caretaker").map_err(problem)?;
        if order.dry_run {
            return self.make(&destination, &roots, &rules, &lock, Vec::new());
        }
        destination.clear_leftovers(&lock).map_err(problem)?;
        // Less room than that is no fault: what is there is used for the archive.
        let _ = destination.keep_reserve(RESERVE);
        kit::put(&destination, &lock).map_err(problem)?;
        let dumps = self.dumps(&roots)?;
        let roots: Vec<Root> = roots.into_iter().chain(dumps.root).collect();
        if let (true, Some(exception)) = (roots.is_empty(), dumps.exceptions.first()) {
            let message = format!("failed to back up {}: {}", order.set, exception.reason);
            return Err(Problem::new(Code::SourceMissing, message));
        }
        self.make(&destination, &roots, &rules, &lock, dumps.exceptions)
    }

    /// Dumps of the databases of servers; with none, none.
    fn dumps(&self, roots: &[Root]) -> Result<Dumps, Problem> {
        let Some(snapshots) = self.snapshots.filter(|_| self.order.kind != ArchiveType::Configuration) else {
            return Ok(Dumps::default());
        };
        let step = |database: &str| snapshots.tell(Some(format!("dumping {database}")));
        let dumps = Dumps::make(&self.order.source.postgres, snapshots.folder(), roots, &step, self.cancel);
        snapshots.tell(None);
        let mut dumps = dumps?;
        snapshots.note(std::mem::take(&mut dumps.records));
        Ok(dumps)
    }

    /// A dry run for a folder that is no destination yet: everything would be saved.
    fn preview_first(&self, roots: &[Root]) -> Result<(), Problem> {
        let rules = source::rules(self.order)?;
        let walked = caretaker_backup::source::walk::walk(roots, &rules, &|| self.cancel.is_cancelled());
        let walked = walked.map_err(problem)?;
        let files = walked.found.iter().filter(|found| found.kind == caretaker_backup::format::manifest::Kind::File);
        let bytes = files.clone().map(|found| found.meta.size).sum();
        let count = files.count() as u64;
        let totals = Totals { files: count, bytes, stored: count, stored_bytes: bytes, ..Totals::default() };
        self.voice.say(&Report::Created(Box::new(self.expected(first_kind(self.order.kind), totals, 0, None))));
        Ok(())
    }

    fn make(
        &self,
        destination: &Destination,
        roots: &[Root],
        rules: &Rules,
        lock: &DestinationLock,
        not_saved: Vec<ExceptionView>,
    ) -> Result<(), Problem> {
        let order = self.order;
        let keys = opening::keys(&order.identities);
        let recipients = recipients(&order.recipients)?;
        let shelf = opening::shelf(&destination.path().join(&order.set), &keys).map_err(problem)?;
        let Newest { state: previous, locked } = newest(&shelf, order.kind)?;
        if let Some(locked) = &locked {
            source::refuse_locked(order, locked)?;
        }
        if let Some(previous) = &previous {
            source::refuse_suddenly_empty(order, roots, &previous.entries)?;
        }
        // A source that is meant to be empty begins a new chain: no increment says that everything was deleted.
        let kind = match self.kind(&shelf, previous.as_ref()) {
            ArchiveType::Incremental if order.accept_empty && source::is_any_empty(roots) => ArchiveType::Full,
            other => other,
        };
        let compared = previous.as_ref().filter(|_| kind == ArchiveType::Incremental);
        let replace: &dyn Replace = match self.snapshots {
            Some(snapshots) => {
                snapshots.compare_with(compared);
                snapshots
            }
            None => &NoReplacements,
        };
        let pace = pace(order.hurry);
        let (packing, level) = match (order.compression, kind) {
            (_, ArchiveType::Configuration) | (Compression::Gzip, _) => (Packing::Gzip, GZIP_LEVEL),
            (Compression::Zstd, _) => (Packing::Zstd, LEVEL),
            (Compression::None, _) => (Packing::Zstd, HARDLY),
        };
        let wish = Order {
            destination,
            lock,
            set: &order.set,
            kind: facts::type_of(kind),
            sequence: shelf.next_sequence(),
            roots,
            rules,
            previous: compared,
            inodes: Inodes::Stable,
            replace,
            packing,
            recipients: &recipients,
            keys: &keys,
            level,
            check: Check::Compare,
            read_back: ReadBack::Everything,
            workers: std::thread::available_parallelism().map_or(1, |count| count.get().min(4)),
            host: &order.host,
            now: facts::time_of(order.now),
            pace: &*pace,
            progress: self.progress,
            cancel: self.cancel,
        };
        if order.dry_run {
            let totals = write::preview(&wish).map_err(problem)?;
            let before = previous.as_ref().map_or(0, files_of);
            let free = destination.free().ok();
            let outcome = CreateOutcome {
                destination: destination.id().to_string(),
                ..self.expected(kind, totals, before, free)
            };
            self.voice.say(&Report::Created(Box::new(outcome)));
            return Ok(());
        }
        let outcome = written(&wish, destination)?;
        // Without it the next increment holds whole copies, which is no fault.
        let _ = self.snapshots.map(|snapshots| snapshots.keep(&outcome.state));
        let before = Before { state: previous.as_ref(), is_key_missing: locked.is_some() };
        self.tell(&outcome, &before, destination, kind, not_saved);
        Ok(())
    }

    /// Whether an increment is still one.
    fn kind(&self, shelf: &Shelf, previous: Option<&State>) -> ArchiveType {
        let order = self.order;
        if order.kind != ArchiveType::Incremental {
            return order.kind;
        }
        let because = match (previous, chain(shelf)) {
            (None, _) | (_, None) => Some(FullBecause::First),
            (Some(_), Some(_)) if order.is_full_due => Some(FullBecause::Damaged),
            (Some(_), Some(chain)) => chain.is_over(order.now).filter(|_| !order.is_strict),
        };
        if because.is_some() { ArchiveType::Full } else { ArchiveType::Incremental }
    }

    fn expected(&self, kind: ArchiveType, totals: Totals, before: u64, free: Option<u64>) -> CreateOutcome {
        CreateOutcome {
            result: CreateResult::Complete,
            archive: ArchiveFacts {
                set: self.order.set.clone(),
                kind: Some(kind),
                at: self.order.now,
                bytes_source: totals.bytes,
                files: totals.files,
                host: self.order.host.clone(),
                ..ArchiveFacts::default()
            },
            stored_files: totals.stored,
            stored_bytes: totals.stored_bytes,
            gone: totals.gone,
            altered: totals.altered,
            files_before: before,
            free_bytes: free,
            ..CreateOutcome::default()
        }
    }

    fn tell(
        &self,
        outcome: &Outcome,
        Before { state: previous, is_key_missing }: &Before<'_>,
        destination: &Destination,
        kind: ArchiveType,
        not_saved: Vec<ExceptionView>,
    ) {
        let (state, previous, is_key_missing) = (&outcome.state, *previous, *is_key_missing);
        let none = [];
        let before = previous.map_or(&none[..], |previous| &previous.entries);
        let Difference { changed, gone, altered, gone_files } = difference(before, &state.entries);
        let archive = ArchiveFacts {
            id: outcome.id.to_string(),
            set: self.order.set.clone(),
            kind: Some(kind),
            sequence: state.sequence,
            chain: state.chain.to_string(),
            at: self.order.now,
            file: outcome.path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            bytes_stored: outcome.length,
            bytes_source: outcome.totals.bytes,
            files: outcome.totals.files,
            sha256: facts::digest(&outcome.digest),
            host: self.order.host.clone(),
            needs: facts::needs(&state.holders, state.sequence),
            is_encrypted: !self.order.recipients.is_empty(),
            is_damaged: false,
            against: previous.map(|previous| previous.id.to_string()),
        };
        self.voice.say(&Report::Archive(archive.clone()));
        for batch in changed.chunks(BATCH) {
            let entries: Vec<CatalogEntry> = batch.iter().map(|entry| facts::entry(entry)).collect();
            self.voice.say(&Report::Entries(entries));
        }
        for batch in gone.chunks(BATCH) {
            self.voice.say(&Report::Gone(batch.iter().map(|path| ArchivePath::new(*path)).collect()));
        }
        // A socket has nothing to save; that it is left out is no news.
        let told = outcome.exceptions.iter().filter(|one| one.reason != Reason::Socket);
        let damaged = self.snapshots.map(Snapshots::damaged).unwrap_or_default();
        let told = told.map(facts::exception).map(|mut one| {
            if damaged.contains(&one.path) {
                BAD_DATABASE.clone_into(&mut one.code);
            }
            one
        });
        let exceptions: Vec<_> = told.chain(not_saved).collect();
        let is_complete = exceptions.is_empty();
        self.voice.say(&Report::Created(Box::new(CreateOutcome {
            result: if is_complete { CreateResult::Complete } else { CreateResult::CompleteWithExceptions },
            archive: ArchiveFacts { against: None, ..archive },
            destination: destination.id().to_string(),
            stored_files: outcome.totals.stored,
            stored_bytes: outcome.totals.stored_bytes,
            gone: gone_files,
            altered,
            files_before: previous.map_or(0, files_of),
            is_key_missing,
            exceptions,
            free_bytes: destination.free().ok(),
            took_ms: u64::try_from(self.begun.elapsed().as_millis()).unwrap_or(u64::MAX),
        })));
    }
}

/// Writes; on a full disk the room that was kept back is given up, so that others can clear up.
fn written(wish: &Order<'_>, destination: &Destination) -> Result<Outcome, Problem> {
    match write::run(wish) {
        Err(error @ BackupError::Full { .. }) => {
            destination.release_reserve();
            Err(problem(error))
        }
        other => other.map_err(problem),
    }
}

fn files_of(state: &State) -> u64 {
    state.entries.iter().filter(|entry| entry.kind == caretaker_backup::format::manifest::Kind::File).count() as u64
}

const fn first_kind(wished: ArchiveType) -> ArchiveType {
    match wished {
        ArchiveType::Incremental | ArchiveType::Full => ArchiveType::Full,
        ArchiveType::Configuration => ArchiveType::Configuration,
        ArchiveType::Database => ArchiveType::Database,
    }
}

/// For whom archives are encrypted.
fn recipients(texts: &[String]) -> Result<Vec<Recipient>, Problem> {
    let read = |text: &String| {
        Recipient::parse(text).map_err(|error| {
            Problem::new(Code::InvalidConfiguration, format!("failed to encrypt: {error}"))
                .hint("`caretaker backup key import` makes the file of the public key anew from the recovery sheet")
        })
    };
    texts.iter().map(read).collect()
}

/// Whether two archives belong to the same line of trees.
fn is_alike(found: Type, kind: ArchiveType) -> bool {
    match kind {
        ArchiveType::Full | ArchiveType::Incremental => matches!(found, Type::Full | Type::Incremental),
        ArchiveType::Configuration => found == Type::Configuration,
        ArchiveType::Database => found == Type::Database,
    }
}

/// What a run is compared with.
struct Before<'a> {
    state: Option<&'a State>,
    /// A newer one could not be read.
    is_key_missing: bool,
}

/// The newest state of the same line that can be read.
#[derive(Default)]
struct Newest {
    state: Option<State>,
    /// The newest archive, when it could not be read because its key is not here.
    locked: Option<std::path::PathBuf>,
}

fn newest(shelf: &Shelf, kind: ArchiveType) -> Result<Newest, Problem> {
    let mut newest = Newest::default();
    let alike = shelf.archives().iter().rev().filter(|(name, _)| is_alike(name.kind, kind));
    for (_, path) in alike {
        match Archive::open_with(path, shelf.keys()).and_then(|archive| state(&archive, shelf)) {
            Ok(state) => return Ok(Newest { state: Some(state), ..newest }),
            // What is damaged is for a check to find; the next older one serves as well.
            Err(BackupError::Damaged { .. } | BackupError::Foreign { .. } | BackupError::Tampered { .. }) => {}
            Err(BackupError::Locked { .. }) => {
                newest.locked.get_or_insert_with(|| path.clone());
            }
            Err(error) => return Err(problem(error)),
        }
    }
    Ok(newest)
}

/// The newest full archive with what follows it, by names and lengths.
fn chain(shelf: &Shelf) -> Option<Chain> {
    let named = shelf.archives();
    let full = named
        .iter()
        .rposition(|(name, path)| name.kind == Type::Full && Archive::open_with(path, shelf.keys()).is_ok())?;
    let length = |path: &std::path::Path| std::fs::metadata(path).map_or(0, |found| found.len());
    let (_, path) = named.get(full)?;
    let increments: Vec<&(ArchiveName, std::path::PathBuf)> =
        named.iter().skip(full + 1).filter(|(name, _)| name.kind == Type::Incremental).collect();
    let begun = Archive::header_of(path, shelf.keys())
        .map_or(Timestamp::default(), |header| Timestamp::from_millis(header.started * 1_000));
    Some(Chain {
        begun,
        full_bytes: length(path),
        increments: u32::try_from(increments.len()).unwrap_or(u32::MAX),
        increment_bytes: increments.iter().map(|(_, path)| length(path)).sum(),
    })
}
