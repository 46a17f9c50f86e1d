//! Lets the owner of this crate put something else in the place of a file: a consistent copy of a database, or nothing.
//! Asked by name before any file is opened, so that files whose locks would be lost by opening them stay closed.

use std::path::{Path, PathBuf};

/// What to store for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// The file itself.
    Read,
    /// The file itself, although somebody may write to it; it is flagged, not guaranteed. The words say why.
    Unguaranteed(String),
    /// Nothing; the words say why.
    Leave(String),
    /// Something else, in its place and under its name.
    Instead(Replacement),
}

/// What takes the place of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replacement {
    /// A complete file that nobody changes any more.
    pub content: PathBuf,
    /// If only changed pages are to be stored.
    pub pages: Option<PageSetOf>,
}

/// Changed pages of an older copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageSetOf {
    /// The page set, as [`crate::pages::make`] wrote it.
    pub file: PathBuf,
    /// The sequence of the archive with the whole copy.
    pub base: u32,
}

/// Decides about replacements.
pub trait Replace: Sync {
    /// Asked for each file by its name; a file that is not to be opened gets another answer than [`Choice::Read`].
    fn by_path(&self, path: &Path) -> Choice;

    /// Asked for each file whose bytes the system takes to be here: whether they lie with a provider all the same, so that opening
    /// the file would fetch them. macOS tells by itself; elsewhere providers have ways of their own.
    fn is_elsewhere(&self, _path: &Path) -> bool {
        false
    }

    /// Asked for a file that begins as SQLite databases do and that may have changed.
    fn database(&self, path: &Path) -> Choice;

    /// Asked once after all files were read: what is to be known of the databases in this archive, in JSON.
    fn notes(&self) -> Option<Vec<u8>> {
        None
    }
}

/// Stores every file as it is, and flags databases.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoReplacements;

impl Replace for NoReplacements {
    fn by_path(&self, _path: &Path) -> Choice {
        Choice::Read
    }

    fn database(&self, _path: &Path) -> Choice {
        Choice::Unguaranteed("a database was copied byte by byte; this is not guaranteed to be whole".to_owned())
    }
}

/// How SQLite databases begin.
pub const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// What SQLite keeps beside a database.
pub const COMPANIONS: [&[u8]; 3] = [b"-journal", b"-shm", b"-wal"];
