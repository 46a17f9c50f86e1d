//! What a run of a backup is told, what it tells while it works, and what it leaves.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use super::destination::{Destination, DestinationLock, Durability};
use crate::encryption::{Keys, Recipient};
use crate::format::footer::Packing;
use crate::format::frame::Check;
use crate::format::manifest::{Entry, Exception, Holder};
use crate::format::name::{ArchiveId, Type};
use crate::format::time::Time;
use crate::source::change::Inodes;
use crate::source::{Replace, Root, Rules};

/// The restore point that an increment is compared with. Every file has its digest, wherever it is held.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State {
    /// Its archive.
    pub sequence: u32,
    /// The identity of its archive.
    pub id: ArchiveId,
    /// The full archive that its chain begins with.
    pub chain: ArchiveId,
    /// When its run began.
    pub started: Time,
    /// The archives that hold its files.
    pub holders: Vec<Holder>,
    /// The tree.
    pub entries: Vec<Entry>,
}

/// Asks for an end from another thread.
#[derive(Debug, Default)]
pub struct Cancel(AtomicBool);

impl Cancel {
    /// Ends the work at the next frame; nothing is left of it.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Slows the work down while the machine has something better to do.
pub trait Pace: Sync {
    /// Called between frames by every thread; it may wait as long as it likes.
    fn wait(&self);
}

/// Never waits.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoPace;

impl Pace for NoPace {
    fn wait(&self) {}
}

/// How far the work is; read from any thread.
#[derive(Debug, Default)]
pub struct Progress {
    /// Files that are done.
    pub files: AtomicU64,
    /// Bytes of files that were read.
    pub bytes: AtomicU64,
    /// Files that may have to be read.
    pub files_expected: AtomicU64,
    /// Bytes that may have to be read.
    pub bytes_expected: AtomicU64,
    /// Bytes of the archive so far.
    pub written: AtomicU64,
}

impl Progress {
    pub(crate) fn add(&self, files: u64, bytes: u64) {
        self.files.fetch_add(files, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// How much of a new archive is read again before it gets its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReadBack {
    /// The footer and the manifest.
    #[default]
    Manifest,
    /// Every byte, with the hash of every file.
    Everything,
}

/// Everything that a run needs.
pub struct Order<'a> {
    /// Where the archive goes.
    pub destination: &'a Destination,
    /// The lock on it.
    pub lock: &'a DestinationLock,
    /// The set of archives.
    pub set: &'a str,
    /// What kind of archive.
    pub kind: Type,
    /// Its place in the order; never used before.
    pub sequence: u32,
    /// What is backed up.
    pub roots: &'a [Root],
    /// What is left out.
    pub rules: &'a Rules,
    /// What it is compared with; needed for an increment, not used otherwise.
    pub previous: Option<&'a State>,
    /// Whether numbers of files mean anything.
    pub inodes: Inodes,
    /// What to store in the place of files.
    pub replace: &'a dyn Replace,
    /// zstd, or gzip for machines without it. Configuration is always gzip.
    pub packing: Packing,
    /// For whom the archive is encrypted; for nobody means that everybody can read it.
    pub recipients: &'a [Recipient],
    /// Keys for reading an encrypted archive back. Without one of its own the archive gets a key for just that, which is forgotten.
    pub keys: &'a Keys,
    /// How hard to compress.
    pub level: i32,
    /// Whether every frame is unpacked and compared before it is written.
    pub check: Check,
    /// What is read again at the end.
    pub read_back: ReadBack,
    /// Threads that read and pack.
    pub workers: usize,
    /// The name of the machine.
    pub host: &'a str,
    /// The moment of the start.
    pub now: Time,
    /// Slows down.
    pub pace: &'a dyn Pace,
    /// Tells how far.
    pub progress: &'a Progress,
    /// Ends it.
    pub cancel: &'a Cancel,
}

/// What a run did, or, in a preview, what it would do at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// Everything in the tree.
    pub entries: u64,
    /// Files in the tree.
    pub files: u64,
    /// Bytes of the tree's files.
    pub bytes: u64,
    /// Files whose content the archive holds.
    pub stored: u64,
    /// Bytes of those files.
    pub stored_bytes: u64,
    /// Entries of the state before that are gone.
    pub gone: u64,
    /// Files of the state before that are there with another content.
    pub altered: u64,
    /// Those of them whose bytes look like chance now, as encrypted ones do; told after a run only.
    pub scrambled: u64,
}

/// A finished archive.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its identity.
    pub id: ArchiveId,
    /// Where it lies.
    pub path: PathBuf,
    /// How long it is.
    pub length: u64,
    /// SHA-256 of the file.
    pub digest: [u8; 32],
    /// What it holds.
    pub totals: Totals,
    /// What did not go as planned; empty after a complete run.
    pub exceptions: Vec<Exception>,
    /// Whether the disk confirmed the bytes.
    pub durability: Durability,
    /// The state that the next increment is compared with.
    pub state: State,
}
