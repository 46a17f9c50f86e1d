//! A backup job: what is saved, where to, when, and for how long.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::retention::{ArchiveType, Policy};
use crate::schedule::Schedule;

/// The id of the job for Caretaker's own home, which exists without a configuration and says nothing about the owner's data.
pub const OWN_JOB: &str = "caretaker";

/// How archives are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Compression {
    /// zstd.
    #[default]
    Zstd,
    /// gzip, for machines that have no zstd.
    Gzip,
    /// zstd frames that hold the bytes as they are.
    None,
}

/// A job with every default filled in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Job {
    /// Its stable name; also the name of its set of archives.
    pub id: String,
    /// Folders and single files, from `/`. SQLite databases found in them are copied consistently.
    pub folders: Vec<String>,
    /// SQLite databases outside of those folders, from `/`.
    pub sqlite: Vec<String>,
    /// PostgreSQL databases, as addresses.
    pub postgres: Vec<String>,
    /// Names and patterns that are left out, as in `.gitignore`.
    pub exclude: Vec<String>,
    /// Ids of the destinations. The first folder gets the archives, all others copies.
    pub to: Vec<String>,
    /// When everything is saved; on demand without it.
    pub full: Option<Schedule>,
    /// When what changed is saved; on demand without it. Due together with `full`, only that runs.
    pub incremental: Option<Schedule>,
    /// When only the databases are saved; on demand without it.
    pub database: Option<Schedule>,
    /// When only configuration files are saved; on demand without it.
    pub configuration: Option<Schedule>,
    /// How much stays of each type.
    pub keep: Policy,
    /// How archives are packed.
    pub compression: Compression,
    /// Whether archives are encrypted.
    pub encrypt: bool,
}

impl Job {
    /// Whether this is the job for Caretaker's own home.
    pub fn is_own(&self) -> bool {
        self.id == OWN_JOB
    }

    /// When archives of a type are due; none on demand.
    pub fn schedule(&self, kind: ArchiveType) -> Option<&Schedule> {
        match kind {
            ArchiveType::Full => self.full.as_ref(),
            ArchiveType::Incremental => self.incremental.as_ref(),
            ArchiveType::Configuration => self.configuration.as_ref(),
            ArchiveType::Database => self.database.as_ref(),
        }
    }
}
