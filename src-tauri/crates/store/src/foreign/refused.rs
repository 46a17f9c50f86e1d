//! Why there is no consistent copy, sorted from what SQLite and the system say.

use std::io;

use caretaker_core::backup::{CopyAnswer, Refusal};
use rusqlite::{ErrorCode, ffi};

/// No copy, or not this time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// The database moved under the look at it: another look tells.
    Moved,
    /// There is none, and why, after "it".
    For(Refusal, String),
}

impl Refused {
    /// Another program keeps it.
    pub fn locked() -> Self {
        Self::For(Refusal::Busy, "is locked by another program".to_owned())
    }

    /// Work took too long.
    pub fn slow() -> Self {
        Self::For(Refusal::TooSlow, "could not be copied in time".to_owned())
    }

    /// What whoever asked is told.
    pub fn answer(self) -> CopyAnswer {
        let (because, why) = match self {
            Self::Moved => (Refusal::Busy, "changed each time that it was looked at".to_owned()),
            Self::For(because, why) => (because, why),
        };
        CopyAnswer::Refused { because, why }
    }
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        let extended = error.sqlite_error().map_or(0, |error| error.extended_code);
        // Somebody died meanwhile and left a journal that must be rolled back first.
        if extended == ffi::SQLITE_READONLY_ROLLBACK || extended == ffi::SQLITE_READONLY_RECOVERY {
            return Self::Moved;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked | ErrorCode::FileLockingProtocolFailed) => {
                Self::locked()
            }
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::For(Refusal::Damaged, format!("is damaged ({error})"))
            }
            Some(ErrorCode::DiskFull) => Self::For(Refusal::NoRoom, "has no room for its copy".to_owned()),
            Some(ErrorCode::OperationInterrupted) => Self::slow(),
            Some(ErrorCode::ConstraintViolation) => {
                Self::For(Refusal::Unreadable, format!("refuses a change ({error})"))
            }
            _ => Self::For(Refusal::Unreadable, format!("cannot be read by SQLite ({error})")),
        }
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                Self::For(Refusal::NoRoom, "has no room for its copy".to_owned())
            }
            io::ErrorKind::NotFound => Self::Moved,
            _ => Self::For(Refusal::Unreadable, format!("cannot be read ({error})")),
        }
    }
}
