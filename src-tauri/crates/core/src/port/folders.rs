//! How sizes of folders come to be known: somebody walks a disk in the background, and asks now and then whether he may go on.

use std::sync::Arc;

use super::PortFuture;
use crate::folder::Survey;

/// Whether the machine has time for a walk at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// It has.
    Go,
    /// Others need it; ask again soon.
    Wait,
    /// Nobody wants the result any more.
    Stop,
}

/// Asked by the walker between two pieces of work; must not block.
pub type Pacer = Arc<dyn Fn() -> Pace + Send + Sync>;

/// Why there is no survey.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WalkError {
    /// It was told to stop, or its future was dropped.
    #[error("it was stopped")]
    Stopped,
    /// The disk itself could not be read.
    #[error("read {path}: {why}")]
    Failed {
        /// Its mount point.
        path: String,
        /// What the system said.
        why: String,
    },
}

/// Walks disks: on a thread of its own, at background priority for processor and disk, in bounded memory. It stays on one
/// file system, follows no link, opens no file and counts a file with several names once.
pub trait FolderWalk: Send + Sync + 'static {
    /// The largest folders below a mount point. The stamps of the survey are the caller's to set.
    fn survey<'a>(&'a self, mount: &'a str, pacer: Pacer) -> PortFuture<'a, Result<Survey, WalkError>>;
}
