//! Long work that is going on or just ended: backups, checks, restores, drills. Every door sees the same list.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::backup::{PruneView, RebuildView};
use crate::backup::{CreateOutcome, DrillOutcome, RestoreOutcome, VerifyOutcome, WorkProgress};
use crate::maintenance::TaskRun;
use crate::problem::Problem;
use crate::time::Timestamp;

/// What kind of long work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivityKind {
    /// A backup is made.
    #[default]
    Create,
    /// Archives are checked.
    Verify,
    /// Files are brought back.
    Restore,
    /// It is proven that they would come back.
    Drill,
    /// Archives beyond their term are removed.
    Prune,
    /// The catalog is made anew from the archives of a destination.
    Rebuild,
    /// Archives are copied to another destination.
    Replicate,
    /// A command of a runbook is run.
    Runbook,
    /// A maintenance task runs.
    Maintain,
}

/// How long work stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivityState {
    /// It waits for other work.
    #[default]
    Waiting,
    /// It goes on.
    Running,
    /// It was asked to end and will soon.
    Cancelling,
    /// It is over and did what it should.
    Done,
    /// It is over and did not.
    Failed,
    /// Somebody ended it; nothing half made is left.
    Cancelled,
}

impl ActivityState {
    /// Whether it will not change any more.
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

/// What came of it; the key says of what.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ActivityResult {
    /// An archive.
    Created(Box<CreateOutcome>),
    /// Checked archives.
    Verified(Vec<VerifyOutcome>),
    /// Restored files.
    Restored(Box<RestoreOutcome>),
    /// A proof, or why there is none.
    Drilled(Box<DrillOutcome>),
    /// Removed archives.
    Pruned(Box<PruneView>),
    /// A catalog.
    Rebuilt(RebuildView),
    /// A copy lies elsewhere.
    Replicated,
    /// A command of a runbook; the run of the same identity has what it printed.
    Ran,
    /// A run of a maintenance task, however it came out.
    Maintained(Box<TaskRun>),
}

/// One piece of long work.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActivityView {
    /// Its identity.
    pub id: String,
    /// What kind.
    pub kind: ActivityKind,
    /// The job that it belongs to, if any.
    pub job: Option<String>,
    /// What it does, in words: `Backing up board`.
    pub title: String,
    /// How it stands.
    pub state: ActivityState,
    /// When it began.
    pub started: Timestamp,
    /// When it was over.
    pub ended: Option<Timestamp>,
    /// How far it is.
    pub progress: WorkProgress,
    /// Bytes a second, lately.
    pub bytes_per_s: Option<f64>,
    /// Time left at this pace, in milliseconds.
    pub left_ms: Option<u64>,
    /// What came of it.
    pub result: Option<ActivityResult>,
    /// Why it failed.
    #[schema(value_type = Option<Object>)]
    pub problem: Option<Problem>,
}

/// All long work that goes on, and what ended in the last minutes, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ActivitiesView {
    /// When this was put together.
    pub at: Timestamp,
    /// The list.
    pub activities: Vec<ActivityView>,
}
