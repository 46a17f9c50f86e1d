//! What a process of its own is asked about one database of somebody else, and what it answers: `caretaker` with a hidden verb,
//! one process for each database. The order is what it reads, as JSON; the answer is what it prints.

use serde::{Deserialize, Serialize};

use super::ArchivePath;
use super::database::{DatabaseCheck, TableRows};
use crate::problem::Problem;
use crate::time::Span;

/// Copy a SQLite database consistently.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CopyOrder {
    /// The database, from `/`; any bytes.
    pub source: ArchivePath,
    /// The file that becomes the copy; it must not exist. What is needed meanwhile lies beside it.
    pub target: String,
    /// How long the copying and its check may take.
    pub limit: Span,
    /// How long rows may be counted.
    pub counting: Span,
}

/// Look into a copy of a SQLite database that nobody uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckOrder {
    /// The copy.
    pub file: String,
    /// How long its structure may be looked at.
    pub limit: Span,
    /// How long rows may be counted.
    pub counting: Span,
}

/// Why there is no consistent copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Somebody keeps it locked, or writes to it all the time.
    Busy,
    /// SQLite cannot read it: it is encrypted, needs parts that are not here, or may not be read.
    Unreadable,
    /// Its pages contradict each other.
    Damaged,
    /// There is no room for the copy.
    NoRoom,
    /// It took too long.
    TooSlow,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CopyAnswer {
    /// The copy is there, whole, checked and synced.
    Copied(DatabaseCopy),
    /// There is none.
    Refused {
        /// Why, for programs.
        because: Refusal,
        /// Why, after "it": `is locked by another program`.
        why: String,
    },
    /// It could not be tried.
    Failed(Problem),
}

/// A copy of a database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseCopy {
    /// Bytes of a page.
    pub page: u32,
    /// Its tables.
    pub tables: Vec<TableRows>,
    /// How deep its structure was looked at, in a sentence.
    pub detail: String,
    /// For how long at most others could be held up at once, in milliseconds: without a log the longest time that the source was held,
    /// with one the longest step.
    #[serde(default)]
    pub held_ms: u64,
}

/// What came of a look into a copy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckAnswer {
    /// What was found.
    Checked(DatabaseCheck),
    /// It could not be tried.
    Failed(Problem),
}
