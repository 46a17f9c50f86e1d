//! Which archives stay and which may go: counts or ages for each type, and everything that a kept archive needs stays with it.
//! Pure: what exists and what time it is are arguments, and the plan that is shown is the plan that is carried out.

mod plan;
mod policy;
#[cfg(test)]
mod tests;

pub use plan::{Kept, Plan, Reason, Removed, plan};
pub use policy::{BadPolicy, Keep, Policy};

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Timestamp;

/// What an archive is to the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ArchiveType {
    /// Everything.
    Full,
    /// What changed since another.
    Incremental,
    /// Definitions.
    Configuration,
    /// Copies of databases.
    Database,
}

impl ArchiveType {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Full, Self::Incremental, Self::Configuration, Self::Database];

    /// So many of them: `1 full`, `9 fulls`, `3 increments`.
    pub fn counted(self, count: usize) -> String {
        let (one, several) = match self {
            Self::Full => ("full", "fulls"),
            Self::Incremental => ("increment", "increments"),
            Self::Configuration => ("configuration", "configurations"),
            Self::Database => ("database copy", "database copies"),
        };
        format!("{count} {}", if count == 1 { one } else { several })
    }

    /// The word for one.
    pub fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Incremental => "incremental",
            Self::Configuration => "configuration",
            Self::Database => "database",
        }
    }
}

/// Whether a copy lies elsewhere too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OffSite {
    /// No second place is configured.
    NotWanted,
    /// It is not there yet: this is the only copy.
    Pending,
    /// It is there.
    Done,
}

/// An archive, as far as keeping it is concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Archive {
    /// Its place in the order. Clocks may lie; this does not.
    pub sequence: u32,
    /// What it is.
    pub kind: ArchiveType,
    /// When it was made, as its clock said.
    pub made: Timestamp,
    /// Whether every byte of it was read back and found right.
    pub is_verified: bool,
    /// Its second copy.
    pub off_site: OffSite,
    /// The sequences of archives that hold something of its tree, its own aside.
    pub needs: Vec<u32>,
    /// How long it is.
    pub bytes: u64,
}

/// Why nothing is removed at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Frozen {
    /// Most files changed at once: what looks like a backup may be damage, and older archives are the way back.
    MassChange,
    /// The clock stands before the newest archive, or it jumped.
    Clock,
    /// The clock was set forward by more than a day: what seems old may be of yesterday.
    ClockJumped,
    /// The clock stood before the newest archive when Caretaker started.
    ClockBehind,
    /// The archives before cannot be read, and what changed since cannot be told.
    KeyLost,
    /// The last run failed.
    LastRunFailed,
    /// A database was damaged where it lies: older archives have it whole.
    BadDatabase,
}

impl Frozen {
    /// The reason for people.
    pub fn words(self) -> &'static str {
        match self {
            Self::MassChange => "most files changed at once; nothing is removed until somebody has looked",
            Self::Clock => "the clock does not fit the archives; nothing is removed until it does",
            Self::ClockJumped => {
                "the clock was set forward by more than a day; nothing is removed until somebody has looked"
            }
            Self::ClockBehind => {
                "the clock stood before the newest backup when Caretaker started; nothing is removed until it has passed that, or \
                 somebody has looked"
            }
            Self::KeyLost => {
                "the key of older archives is not here, so nobody can tell what changed; nothing is removed until it is here again"
            }
            Self::LastRunFailed => "the last backup failed; nothing is removed until one succeeds",
            Self::BadDatabase => {
                "a database is damaged where it lies; nothing is removed until a backup finds it whole again"
            }
        }
    }
}

/// What is true besides the archives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// The moment.
    pub now: Timestamp,
    /// What else speaks against removing anything.
    pub brake: Option<Frozen>,
}
