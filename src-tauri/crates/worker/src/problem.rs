//! What the crate `backup` says, as problems for people.

use caretaker_backup::BackupError;
use caretaker_core::problem::{Code, Problem};

/// A failure of work on archives, with what to do next.
pub fn problem(error: BackupError) -> Problem {
    let (code, hint) = match &error {
        BackupError::Full { .. } => {
            (Code::DiskFull, "free some space there, or keep fewer archives; older archives are whole")
        }
        BackupError::Destination { .. } => (
            Code::DestinationMissing,
            "connect the disk; if it is meant to be another one now, `caretaker backup adopt` takes it over",
        ),
        BackupError::Busy { .. } => (Code::Busy, "wait until it has ended, or end it"),
        BackupError::Refused { .. } => (Code::InvalidConfiguration, "change the job, or the request"),
        BackupError::Cancelled => (Code::Interrupted, "nothing half made is left"),
        BackupError::Damaged { .. } | BackupError::Tampered { .. } => {
            (Code::Internal, "`caretaker backup verify --all --deep` lists what is damaged")
        }
        BackupError::Locked { .. } => (
            Code::KeyMissing,
            "type in the key from the recovery sheet: `caretaker backup key import`, with the name of the destination",
        ),
        BackupError::Key { .. } => (Code::Usage, "the recovery sheet has the key: `AGE-SECRET-KEY-1` and 58 letters"),
        BackupError::Newer { .. } => (Code::DatabaseNewer, "update Caretaker; the archive was left alone"),
        BackupError::Missing { .. } => (Code::NotFound, "`caretaker backup rebuild-catalog` looks for it"),
        BackupError::Io { .. } | BackupError::Foreign { .. } => {
            (Code::Internal, "check the disk and the rights of this user")
        }
    };
    Problem::new(code, format!("failed to {error}")).hint(hint)
}
