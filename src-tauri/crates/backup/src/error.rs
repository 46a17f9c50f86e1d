//! What can go wrong with an archive, in words that fit after "failed to".

use std::io;
use std::path::{Path, PathBuf};

/// Why an operation on archives failed.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The operating system refused.
    #[error("{action} `{}`: {source}", path.display())]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No space is left where the archive is written.
    #[error("write to `{}`: the disk is full", path.display())]
    Full {
        /// What was written.
        path: PathBuf,
    },
    /// The bytes are not what they were when they were written.
    #[error("read `{}`: {what}", path.display())]
    Damaged {
        /// Which archive.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// The archive contradicts itself as no fault of a disk does.
    #[error("trust `{}`: {what}; somebody may have tampered with it", path.display())]
    Tampered {
        /// Which archive.
        path: PathBuf,
        /// What contradicts what.
        what: String,
    },
    /// The file is no archive of ours.
    #[error("open `{}`: this is no archive of Caretaker", path.display())]
    Foreign {
        /// Which file.
        path: PathBuf,
    },
    /// It is encrypted, and nothing here opens it.
    #[error("open `{}`: {why}", path.display())]
    Locked {
        /// Which archive.
        path: PathBuf,
        /// Whether there is no key, or another one.
        why: &'static str,
    },
    /// What should be a key is none.
    #[error("use a key: {why}")]
    Key {
        /// What is wrong with it, without the key.
        why: String,
    },
    /// A newer program wrote it.
    #[error("open `{}`: it has format {found}, this program reads up to {known}", path.display())]
    Newer {
        /// Which archive.
        path: PathBuf,
        /// The version found.
        found: u32,
        /// The newest version known here.
        known: u32,
    },
    /// The destination is not there, or it is another one.
    #[error("use the destination `{}`: {what}", path.display())]
    Destination {
        /// Where it should be.
        path: PathBuf,
        /// What is there instead.
        what: String,
    },
    /// Somebody else works at the destination.
    #[error("lock the destination `{}`: {owner} is using it", path.display())]
    Busy {
        /// Which destination.
        path: PathBuf,
        /// Who holds it.
        owner: String,
    },
    /// The wish itself cannot be fulfilled.
    #[error("{what}")]
    Refused {
        /// Why, fitting after "failed to".
        what: String,
    },
    /// Archives that hold wanted files are not there.
    #[error("find archive {sequence} ({id}), which holds {files} of the files")]
    Missing {
        /// Place in the order of archives.
        sequence: u32,
        /// Its identity.
        id: String,
        /// How many wanted files only it holds.
        files: usize,
    },
    /// Somebody asked for an end.
    #[error("finish: it was cancelled")]
    Cancelled,
}

/// What the operations of this crate return.
pub type Result<T> = std::result::Result<T, BackupError>;

impl BackupError {
    /// A failure of the operating system; a full disk gets a name of its own.
    pub fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        if is_full(&source) {
            return Self::Full { path: path.to_owned() };
        }
        Self::Io { action, path: path.to_owned(), source }
    }

    /// Damage with words.
    pub fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }

    /// A contradiction with words.
    pub fn tampered(path: &Path, what: impl Into<String>) -> Self {
        Self::Tampered { path: path.to_owned(), what: what.into() }
    }

    /// A wish that is not fulfilled.
    pub fn refused(what: impl Into<String>) -> Self {
        Self::Refused { what: what.into() }
    }
}

fn is_full(error: &io::Error) -> bool {
    let full = [rustix::io::Errno::NOSPC.raw_os_error(), rustix::io::Errno::DQUOT.raw_os_error()];
    error.raw_os_error().is_some_and(|code| full.contains(&code))
}
