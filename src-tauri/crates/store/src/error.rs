//! What can go wrong with a database, and how it is told to people. It does not decide what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use caretaker_core::problem::{Code, Problem};
use rusqlite::ErrorCode;

use crate::codec::Malformed;

/// Why the store did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file is no database, or its pages contradict each other.
    #[error("read `{path}`: the database is damaged ({detail})")]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What SQLite found.
        detail: String,
    },
    /// A newer program wrote it in a way that this one does not understand.
    #[error("open `{path}`: it has schema {found}, and this program knows schemas up to {supported}")]
    Newer {
        /// The database.
        path: PathBuf,
        /// Schema in the file.
        found: u32,
        /// Newest schema that this program knows.
        supported: u32,
    },
    /// An older program wrote it, and a reader may not migrate it.
    #[error("read `{path}`: it has the older schema {found} and must be opened by an engine once")]
    Older {
        /// The database.
        path: PathBuf,
        /// Schema in the file.
        found: u32,
    },
    /// The disk has no room.
    #[error("write `{path}`: the disk is full")]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// The file, its folder or this handle cannot be written.
    #[error("write `{path}`: it is read-only")]
    ReadOnly {
        /// The database.
        path: PathBuf,
    },
    /// Another process holds a lock for longer than five seconds.
    #[error("use `{path}`: another process holds it")]
    Busy {
        /// The database.
        path: PathBuf,
    },
    /// The file does not exist; only readers say so, a writer creates it.
    #[error("open `{path}`: there is no such database yet")]
    Absent {
        /// The database.
        path: PathBuf,
    },
    /// The handle was closed, or its thread ended.
    #[error("use `{path}`: it was closed")]
    Closed {
        /// The database.
        path: PathBuf,
    },
    /// Closing took longer than allowed; nothing that was committed is lost.
    #[error("close `{path}` in time")]
    TimedOut {
        /// The database.
        path: PathBuf,
    },
    /// A round names an epoch that was never started.
    #[error("store a round: its epoch {epoch} was never started")]
    UnknownEpoch {
        /// The epoch.
        epoch: u32,
    },
    /// Rounds have a series of that name, so nobody else may push to it.
    #[error("record `{name}`: Caretaker measures a series of that name itself")]
    Measured {
        /// The name.
        name: String,
    },
    /// More samples were pushed than are kept until they become part of the history.
    #[error("record samples: {waiting} of at most {most} wait already")]
    InboxFull {
        /// How many wait.
        waiting: usize,
        /// How many may.
        most: usize,
    },
    /// The file system refused.
    #[error("use `{path}`: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Anything else that SQLite says.
    #[error("use `{path}`: {source}")]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A stored row cannot be understood.
    #[error("read a row of `{table}` in `{path}`: {detail}")]
    Row {
        /// The database.
        path: PathBuf,
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        detail: String,
    },
}

impl StoreError {
    /// Sorts an SQLite failure on `path` into what the engine can act on.
    pub(crate) fn from_sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        let Some(code) = source.sqlite_error_code() else { return Self::Sqlite { path, source } };
        match code {
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => Self::Damaged { path, detail: source.to_string() },
            _ if is_full(&source) => Self::Full { path },
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Self::ReadOnly { path },
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy { path },
            _ => Self::Sqlite { path, source },
        }
    }

    /// Sorts a failure of the file system on `path`.
    pub(crate) fn from_io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            io::ErrorKind::ReadOnlyFilesystem | io::ErrorKind::PermissionDenied => Self::ReadOnly { path },
            _ => Self::Io { path, source },
        }
    }

    /// Whether the disk was full.
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Full { .. })
    }

    /// The database whose pages contradict each other, or whose rows are none: trying again brings the same.
    pub fn damaged(&self) -> Option<&Path> {
        match self {
            Self::Damaged { path, .. } | Self::Row { path, .. } => Some(path),
            // All tables are strict, so what has the wrong type was written by nobody.
            Self::Sqlite { path, source } => is_no_value(source).then_some(path.as_path()),
            _ => None,
        }
    }
}

/// What goes wrong below a handle, where nobody knows the path.
#[derive(Debug)]
pub(crate) enum Fault {
    Sqlite(rusqlite::Error),
    Row { table: &'static str, detail: String },
    UnknownEpoch { epoch: u32 },
    Measured { name: String },
    InboxFull { waiting: usize, most: usize },
    Io(io::Error),
}

impl Fault {
    /// A stored blob that is none.
    pub(crate) fn malformed(table: &'static str) -> impl Fn(Malformed) -> Self {
        move |error| Self::Row { table, detail: error.to_string() }
    }

    /// Whether the disk was full.
    pub(crate) fn is_full(&self) -> bool {
        matches!(self, Self::Sqlite(source) if is_full(source))
    }

    /// The failure with the database that it happened in.
    pub(crate) fn at(self, path: &Path) -> StoreError {
        match self {
            Self::Sqlite(source) => StoreError::from_sqlite(path, source),
            Self::Row { table, detail } => StoreError::Row { path: path.to_owned(), table, detail },
            Self::UnknownEpoch { epoch } => StoreError::UnknownEpoch { epoch },
            Self::Measured { name } => StoreError::Measured { name },
            Self::InboxFull { waiting, most } => StoreError::InboxFull { waiting, most },
            Self::Io(source) => StoreError::from_io(path, source),
        }
    }
}

fn is_no_value(source: &rusqlite::Error) -> bool {
    matches!(
        source,
        rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::Utf8Error(..)
    )
}

/// The shared-memory file beside the database is sized up front; that fails only where there is no room.
fn is_full(source: &rusqlite::Error) -> bool {
    source.sqlite_error_code() == Some(ErrorCode::DiskFull)
        || source.sqlite_extended_error_code() == Some(rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}

impl From<rusqlite::Error> for Fault {
    fn from(source: rusqlite::Error) -> Self {
        Self::Sqlite(source)
    }
}

impl From<io::Error> for Fault {
    fn from(source: io::Error) -> Self {
        Self::Io(source)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        let (code, hint) = match &error {
            StoreError::Damaged { path, .. } if path.file_name().is_some_and(|name| name == "metrics.db") => (
                Code::DatabaseDamaged,
                "start Caretaker: `caretaker run` sets the file aside and goes on with a new one".to_owned(),
            ),
            StoreError::Damaged { path, .. } => (
                Code::DatabaseDamaged,
                format!("move `{}` away or restore it from a backup, then start again", path.display()),
            ),
            StoreError::Newer { .. } => {
                (Code::DatabaseNewer, "update Caretaker, or choose another home folder".to_owned())
            }
            StoreError::Older { .. } => {
                (Code::HomeUnusable, "start Caretaker once, so that it updates the database".to_owned())
            }
            StoreError::Full { .. } => (Code::DiskFull, "free some space; Caretaker goes on by itself".to_owned()),
            StoreError::ReadOnly { path } => {
                (Code::HomeUnusable, format!("make `{}` and its folder writable for this user", path.display()))
            }
            StoreError::Busy { .. } => (Code::Busy, "close the program that holds it, or try again".to_owned()),
            StoreError::Absent { .. } => (Code::NotRunning, "start Caretaker: `caretaker run`".to_owned()),
            StoreError::Closed { .. } => (Code::Interrupted, "Caretaker is shutting down".to_owned()),
            StoreError::TimedOut { .. } => (Code::TimedOut, String::new()),
            StoreError::Io { path, .. } => {
                (Code::HomeUnusable, format!("check the disk and the permissions of `{}`", path.display()))
            }
            StoreError::Measured { .. } => {
                (Code::Usage, "choose a name that begins with that of your program".to_owned())
            }
            StoreError::InboxFull { .. } => (
                Code::TooManyRequests,
                "they become part of the history every two hours: record less often until then".to_owned(),
            ),
            StoreError::UnknownEpoch { .. } | StoreError::Sqlite { .. } | StoreError::Row { .. } => {
                (Code::Internal, "`caretaker doctor` checks the databases".to_owned())
            }
        };
        Self { code, message: format!("failed to {message}"), hint }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_problem_names_the_file_and_what_to_do() {
        let path = PathBuf::from("/home/ada/metrics.db");
        let state = PathBuf::from("/home/ada/caretaker.db");
        for (error, code, hint) in [
            (
                StoreError::Damaged { path: path.clone(), detail: "x".into() },
                Code::DatabaseDamaged,
                "sets the file aside",
            ),
            (StoreError::Damaged { path: state, detail: "x".into() }, Code::DatabaseDamaged, "move `/home"),
            (StoreError::Newer { path: path.clone(), found: 3, supported: 1 }, Code::DatabaseNewer, "update"),
            (StoreError::Full { path: path.clone() }, Code::DiskFull, "free some space"),
            (StoreError::ReadOnly { path: path.clone() }, Code::HomeUnusable, "writable"),
        ] {
            let problem = Problem::from(error);
            assert_eq!(problem.code, code);
            assert!(problem.message.starts_with("failed to ") && problem.message.contains(".db`"), "{problem}");
            assert!(problem.hint.contains(hint), "{}", problem.hint);
        }
    }
}
