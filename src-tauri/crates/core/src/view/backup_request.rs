//! What doors ask of backups, and what is suggested to somebody who sets up a job.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::backup::{ArchivePath, Conflict, VerifyDepth};
use crate::retention::{ArchiveType, Policy};

/// Make a backup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CreateRequest {
    /// What type; by default an increment, or a full one when that is needed.
    #[serde(default)]
    pub r#type: Option<ArchiveType>,
    /// At full speed.
    #[serde(default)]
    pub now: bool,
    /// Only tell what would be done.
    #[serde(default)]
    pub dry_run: bool,
}

/// Check archives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifyRequest {
    /// Which; all when empty.
    #[serde(default)]
    pub ids: Vec<String>,
    /// How deep.
    #[serde(default)]
    pub depth: VerifyDepth,
    /// The store whose copies are meant: they are fetched and read to the last byte.
    #[serde(default)]
    pub at: Option<String>,
}

/// Bring files back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RestoreRequest {
    /// Where to, from `/`.
    pub to: String,
    /// What; everything when empty.
    #[serde(default)]
    pub paths: Vec<ArchivePath>,
    /// What happens where something is already.
    #[serde(default)]
    pub on_conflict: Conflict,
    /// Whether owners come back too; needs root.
    #[serde(default)]
    pub owners: bool,
    /// Only tell what would change.
    #[serde(default)]
    pub dry_run: bool,
    /// At full speed; otherwise it slows down while other programs are held up.
    #[serde(default)]
    pub now: bool,
}

/// Remove archives beyond their term.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PruneRequest {
    /// Of which job; of all without it.
    #[serde(default)]
    pub job: Option<String>,
    /// Only tell what would be removed.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a first job may save and where to, found on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BackupSuggestions {
    /// Folders that are likely to hold what matters, with the reason.
    pub folders: Vec<SuggestedPath>,
    /// Disks and folders that could be destinations, with the reason.
    pub destinations: Vec<SuggestedPath>,
    /// What is usually left out, ready to tick.
    pub excludes: Vec<SuggestedExclude>,
}

/// A path that may be meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SuggestedPath {
    /// From `/`.
    pub path: String,
    /// Why it is suggested.
    pub why: String,
    /// Bytes in it, or free on it, when known.
    pub bytes: Option<u64>,
}

/// Patterns that are usually left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SuggestedExclude {
    /// What they are, for people: `Packages of Node`.
    pub title: String,
    /// The patterns.
    pub patterns: Vec<String>,
    /// Whether it is ticked at first.
    pub is_usual: bool,
}

/// A job that is set up in the window: written to the configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct JobRequest {
    /// Folders and files.
    pub folders: Vec<String>,
    /// SQLite databases.
    #[serde(default)]
    pub sqlite: Vec<String>,
    /// PostgreSQL databases.
    #[serde(default)]
    pub postgres: Vec<String>,
    /// What is left out.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Destinations that the configuration names.
    #[serde(default)]
    pub to: Vec<String>,
    /// A folder that becomes a new destination.
    #[serde(default)]
    pub new_destination: Option<String>,
    /// `weekly sun 03:00`.
    #[serde(default)]
    pub full: Option<String>,
    /// `daily 03:00`.
    #[serde(default)]
    pub incremental: Option<String>,
    /// How much stays of each type; what is usual without it.
    #[serde(default)]
    pub keep: Option<Policy>,
    /// Whether archives are encrypted.
    #[serde(default)]
    pub encrypt: bool,
}
