//! What a process of its own is asked about one SQLite database, and what it answers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::index::IndexNote;
use crate::backup::{ArchivePath, Refusal};
use crate::problem::Problem;
use crate::time::Span;

/// How deep the structure is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckDepth {
    /// Not at all: sizes only.
    #[default]
    None,
    /// Every page, without comparing indexes with their tables.
    Quick,
    /// Everything: indexes against tables, foreign keys, and which indexes are of no use.
    Full,
}

/// What becomes of pages that nothing uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GiveBack {
    /// They are counted.
    #[default]
    Nothing,
    /// They go in small pieces where the database allows that.
    Pieces,
    /// They go, where nobody has the database open even by writing it anew.
    Whole,
}

/// What is done with a database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CareSteps {
    /// How deep it is looked at.
    pub check: CheckDepth,
    /// Whether its log is written into it.
    pub checkpoint: bool,
    /// Whether its statistics are brought up to date.
    pub optimise: bool,
    /// What becomes of unused pages.
    pub give_back: GiveBack,
}

impl CareSteps {
    /// Only a look.
    pub const fn look(check: CheckDepth) -> Self {
        Self { check, checkpoint: false, optimise: false, give_back: GiveBack::Nothing }
    }

    /// Whether anything of it writes.
    pub fn writes(self) -> bool {
        self.checkpoint || self.optimise || self.give_back != GiveBack::Nothing
    }
}

/// Look after one database.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareOrder {
    /// The database, from `/`; any bytes.
    pub file: ArchivePath,
    /// A file that may become a copy; it does not exist, and is removed again. Empty where there is no room for one.
    pub scratch: String,
    /// What is done.
    pub steps: CareSteps,
    /// How long all of it may take.
    pub limit: Span,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CareAnswer {
    /// It was looked after.
    Cared(Box<SqliteFacts>),
    /// It is not there.
    Missing,
    /// The file does not begin as a database does, and how.
    Strange(String),
    /// It could not be looked at.
    Refused {
        /// Why, for programs.
        because: Refusal,
        /// Why, after "it".
        why: String,
    },
    /// It could not be tried.
    Failed(Problem),
}

/// Whether its structure is right.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nobody looked.
    #[default]
    NotChecked,
    /// It is, and how deep that goes.
    Whole(String),
    /// It is, but rows break rules of their tables.
    Odd(String),
    /// It is not, and what contradicts.
    Damaged(String),
}

/// Rows that point to rows which are not there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Orphans {
    /// Their table.
    pub table: String,
    /// The table that they point to.
    pub parent: String,
    /// How many.
    pub rows: u64,
}

/// What was changed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareDone {
    /// Pages of the log that are in the database now.
    pub checkpointed: Option<u64>,
    /// Tables whose statistics are new.
    pub analysed: Vec<String>,
    /// Bytes that the file system has back.
    pub freed: u64,
}

/// What is known of a database after the look.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SqliteFacts {
    /// Bytes of its file.
    pub bytes: u64,
    /// Bytes of its log.
    pub log: u64,
    /// Bytes of a page.
    pub page: u64,
    /// Pages.
    pub pages: u64,
    /// Pages that nothing uses.
    pub free: u64,
    /// How it keeps transactions: `wal`, `delete`.
    pub journal: String,
    /// Whether its structure is right.
    pub verdict: Verdict,
    /// What its foreign keys miss.
    pub orphans: Vec<Orphans>,
    /// What is to be said of its indexes.
    pub indexes: Vec<IndexNote>,
    /// What was changed.
    pub done: CareDone,
    /// What was not done, and why, a sentence each.
    pub left: Vec<String>,
    /// The longest that a lock of this work could keep a writer waiting, in milliseconds.
    pub held_ms: u64,
}

/// Less than this is not worth writing a database anew.
const LEAST_BYTES: u64 = 1 << 20;
/// Nor is a smaller share of it.
const LEAST_PERCENT: u64 = 10;

/// Whether giving unused pages back is worth it: at least 1 MiB, and a tenth of the file.
pub fn pays(facts: &SqliteFacts) -> bool {
    let free = facts.free.saturating_mul(facts.page);
    free >= LEAST_BYTES && facts.free.saturating_mul(100) >= facts.pages.saturating_mul(LEAST_PERCENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn giving_back_pays_from_a_megabyte_and_a_tenth() {
        let facts = |pages, free| SqliteFacts { page: 4_096, pages, free, ..SqliteFacts::default() };
        for (pages, free, expected) in
            [(1_000, 255, false), (1_000, 256, true), (10_000, 256, false), (10_000, 1_000, true), (0, 0, false)]
        {
            assert_eq!(pays(&facts(pages, free)), expected, "{free} of {pages}");
        }
    }
}
