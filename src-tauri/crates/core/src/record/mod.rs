//! Records of logs as evidence: what programs wrote around the moment at which an alert was raised. Texts in, values out:
//! which log is read, and how, is the platform's work.
//!
//! The formats are the ones that a system has without any set-up: the journal, classic log files, the kernel's ring and
//! the unified log of macOS. Logs of services come with a crate of their own, which fills the same shapes.

mod bound;
mod brew;
mod dpkg;
mod journal;
mod kernel;
mod packages;
mod redact;
mod syslog;
mod unified;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Timestamp;

pub use bound::{LONGEST_MESSAGE, MOST_BYTES, newest, oldest};
pub use brew::{BrewTraces, parse_brew};
pub use dpkg::parse_dpkg;
pub use journal::parse_journal;
pub use kernel::parse_kernel;
pub use redact::redacted;
pub use syslog::parse_syslog;
pub use unified::parse_unified;

/// How bad the program found it that wrote a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordLevel {
    /// Something is odd.
    Warning,
    /// Something failed.
    Error,
    /// The program or the system cannot go on.
    Critical,
}

/// A line of a log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Record {
    /// When it was written.
    pub at: Timestamp,
    /// How bad.
    pub level: RecordLevel,
    /// Who wrote it: `kernel`, `sshd`, `caretaker`.
    pub source: String,
    /// What, on one line, without secrets.
    pub message: String,
    /// How often it stood there in a row.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u32,
}

const fn once() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
const fn is_once(times: &u32) -> bool {
    *times == 1
}

impl Record {
    /// A record without secrets, on one line and no longer than is worth keeping.
    pub fn new(at: Timestamp, level: RecordLevel, source: &str, message: &str) -> Self {
        Self {
            at,
            level,
            source: bound::shortened(source.trim(), bound::LONGEST_SOURCE),
            message: bound::shortened(&redacted(&bound::one_line(message)), LONGEST_MESSAGE),
            times: 1,
        }
    }
}

/// Warnings and worse around the moment at which an alert was raised.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogEvidence {
    /// Where they were read: `journal`, `/var/log/syslog`; empty when nothing could be.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// Why the system's log is missing here; empty when it was read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// Of the two minutes before, the oldest first.
    pub before: Vec<Record>,
    /// Of the two minutes after; empty until they are over.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<Record>,
    /// Records that were too many to keep.
    #[serde(default, skip_serializing_if = "is_none_left_out")]
    pub left_out: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "the shape that serde asks for")]
const fn is_none_left_out(number: &u32) -> bool {
    *number == 0
}

/// The level of a syslog severity: 4 is a warning, 3 an error, 2 and less critical; none for what is milder.
const fn level_of_severity(severity: u8) -> Option<RecordLevel> {
    match severity {
        0..=2 => Some(RecordLevel::Critical),
        3 => Some(RecordLevel::Error),
        4 => Some(RecordLevel::Warning),
        _ => None,
    }
}
