//! What changed between two restore points, what a job asks its owner, and when it saves everything anew.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::backup::{ArchivePath, DriftKind};
use crate::time::Timestamp;

/// What changed since the restore point before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangesView {
    /// Files with another content, size or time.
    pub changed: u64,
    /// Files that are new.
    pub new: u64,
    /// Files that are gone.
    pub gone: u64,
    /// The folders that they lie in, those with the most first.
    pub folders: Vec<ChangedFolder>,
    /// Some of them by name: what is gone first, then what changed, then what is new.
    pub files: Vec<ChangedFile>,
}

/// A folder in which files changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangedFolder {
    /// Which.
    pub path: ArchivePath,
    /// Files directly in it that changed, are new or are gone.
    pub files: u64,
}

/// A file that is not as it was at the restore point before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangedFile {
    /// Which.
    pub path: ArchivePath,
    /// How.
    pub kind: DriftKind,
}

/// When everything is saved anew, and why then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct NextFull {
    /// By the schedules; without it with the next backup that somebody asks for.
    pub at: Option<Timestamp>,
    /// In words, after "because".
    pub because: String,
}

/// What a job waits for an answer to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// Most files changed at once.
    MassChange,
    /// A source is missing, or suddenly empty.
    SourceMissing,
    /// The clock was set forward by more than a day.
    ClockJumped,
    /// The clock stood before the newest backup when Caretaker started.
    ClockBehind,
    /// The archives before are encrypted, and their key is not here.
    KeyMissing,
}

/// A file or folder that grew since the archive before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GrownView {
    /// Which.
    pub path: ArchivePath,
    /// Bytes more than before; negative when it shrank.
    pub grown_bytes: i64,
    /// Bytes now.
    pub bytes: u64,
}
