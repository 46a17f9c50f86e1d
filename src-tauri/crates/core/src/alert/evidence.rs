//! What is frozen when an alert is raised, so that it can be understood later.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::folder::Grown;
use crate::metric::{Labels, Mark, Point, ProcessReading, Unit};
use crate::record::LogEvidence;
use crate::rule::Rule;
use crate::time::Timestamp;

/// A value of another series at the same moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Companion {
    /// Name of the series.
    pub name: String,
    /// Its labels.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// Its unit.
    pub unit: Unit,
    /// Its value.
    pub value: f64,
}

/// Something that was done to this machine's Caretaker shortly before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecentChange {
    /// When.
    pub at: Timestamp,
    /// What, in a sentence.
    pub text: String,
}

/// Taken in the round that raised the alert. What a log said until then follows within seconds; once, two minutes later, the
/// samples and the lines after it are added. Nothing else changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// When it was taken.
    pub at: Timestamp,
    /// The rule as it stood.
    pub rule: Rule,
    /// The rule in a sentence.
    pub rule_text: String,
    /// The last samples of the series, the raising one last.
    pub samples: Vec<Point>,
    /// Top processes by CPU and memory.
    pub processes: Vec<ProcessReading>,
    /// What the machine as a whole did: load, memory, swap, disks.
    pub companions: Vec<Companion>,
    /// Sleeps, boots and clock steps shortly before.
    pub marks: Vec<Mark>,
    /// What was changed within the day before, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<RecentChange>,
    /// The samples of the two minutes after it was raised; empty until then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Point>,
    /// Folders of the disk that grew before, the most first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grown: Vec<Grown>,
    /// Warnings of the system's log and of Caretaker itself around that moment; none until they were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<LogEvidence>,
}
