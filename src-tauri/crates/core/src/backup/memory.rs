//! What is remembered of a job and of a destination between runs. Archives say most of it themselves; this is what they cannot
//! say: failures, what waits for an answer, and which disk is the right one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::ConfirmedKey;
use crate::retention::ArchiveType;
use crate::time::Timestamp;

/// Most files changed at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MassChange {
    /// When it was seen.
    pub at: Timestamp,
    /// Files with another content.
    pub altered: u64,
    /// Files that are gone.
    pub gone: u64,
    /// Files before.
    pub files: u64,
    /// The archive that has them as they are now; the one before it has them as they were.
    #[serde(default)]
    pub archive: Option<String>,
}

/// What is remembered of a job.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct JobMemory {
    /// When the job was first known: a schedule begins then.
    pub since: Option<Timestamp>,
    /// The newest run of each type that succeeded.
    pub good: BTreeMap<ArchiveType, Timestamp>,
    /// The newest run of any type that succeeded.
    pub last_good: Option<Timestamp>,
    /// Runs that failed since.
    pub failures: u32,
    /// When the newest of them failed, and why.
    pub failed_at: Option<Timestamp>,
    /// Why.
    pub failure: Option<String>,
    /// Whether it failed because a source was missing or empty: that may be meant.
    pub is_source_missing: bool,
    /// Whether it failed because the archives before are encrypted, and their key is not here.
    pub is_key_missing: bool,
    /// Somebody said that the key is lost: runs begin anew though they cannot read the archives before. Over when one can again.
    pub accept_lost_key: bool,
    /// The occasion of each schedule that was dealt with last: it does not come twice, whatever clocks do.
    pub occasions: BTreeMap<ArchiveType, Timestamp>,
    /// Nothing is removed until somebody has looked.
    pub mass_change: Option<MassChange>,
    /// When the clock was set forward by more than a day. Nothing is removed until somebody has looked, or it is set back.
    pub clock_jumped: Option<Timestamp>,
    /// The newest good run, which lay ahead of the clock when Caretaker started. Nothing is removed until the clock has passed it, or
    /// somebody has looked.
    pub clock_behind: Option<Timestamp>,
    /// The newest run found a database damaged where it lies; older archives have it whole.
    pub has_bad_database: bool,
    /// The next run takes a source that is missing or empty for meant.
    pub accept_empty: bool,
    /// The full archive of the newest chain is known to be damaged.
    pub is_full_due: bool,
}

impl JobMemory {
    /// Whether the newest run failed.
    pub const fn is_failing(&self) -> bool {
        self.failures > 0
    }
}

/// What is remembered of a destination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DestinationMemory {
    /// Its identity.
    pub identity: Option<String>,
    /// Where it was.
    pub path: String,
    /// When it was last there.
    pub seen: Option<Timestamp>,
    /// Bytes free then.
    pub free_bytes: Option<u64>,
    /// Bytes in all then.
    pub total_bytes: Option<u64>,
    /// The key whose recovery sheet a person has shown to have.
    pub confirmed: Option<ConfirmedKey>,
    /// Of a store: tries that failed one after the other.
    pub failures: u32,
    /// Of a store: when the newest of them did.
    pub failed_at: Option<Timestamp>,
    /// Of a store: why.
    pub failure: Option<String>,
    /// Of a store: when what lies there was last compared with what should.
    pub surveyed: Option<Timestamp>,
    /// Of a store: when a part of the copies was last fetched and read.
    pub part_at: Option<Timestamp>,
}
