//! What takes up a disk and what grew on it, as doors show it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::folder::Grown;
use crate::time::Timestamp;

/// The size of a folder at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FolderPoint {
    /// When.
    pub at: Timestamp,
    /// Bytes.
    pub bytes: u64,
}

/// One of the largest folders of a disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FolderView {
    /// Its path.
    pub path: String,
    /// What it takes up, bytes.
    pub bytes: u64,
    /// How much more than a day before, bytes; absent while no look is that old.
    pub day_bytes: Option<i64>,
    /// How much more than a week before, bytes; absent while no look is that old.
    pub week_bytes: Option<i64>,
    /// Its size at every look that is kept, the oldest first; looks at which it was too small to be listed are left out.
    pub course: Vec<FolderPoint>,
}

/// The folders of one disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiskFolders {
    /// Its mount point, as in the label of its series.
    pub mount: String,
    /// When it was last looked at; null before the first time.
    pub at: Option<Timestamp>,
    /// How long that took, in milliseconds, pauses included.
    pub took_ms: Option<i64>,
    /// Whether it is being looked at now.
    pub is_looking: bool,
    /// Everything that was seen, bytes.
    pub bytes: u64,
    /// Files that were seen.
    pub files: u64,
    /// Folders that Caretaker may not read.
    pub unreadable: u64,
    /// Bytes that the system would free by itself (macOS); they are in no folder's favour.
    pub purgeable_bytes: Option<u64>,
    /// The largest folders, the largest first.
    pub folders: Vec<FolderView>,
    /// Folders that grew within a week, the most first.
    pub grown: Vec<Grown>,
    /// Why nothing is known, or not all; empty when all is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// The folders of every judged disk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FoldersView {
    /// By mount point.
    pub disks: Vec<DiskFolders>,
}

/// Looks at a disk now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SurveyRequest {
    /// Its mount point; every judged disk without one.
    #[serde(default)]
    pub mount: Option<String>,
}
