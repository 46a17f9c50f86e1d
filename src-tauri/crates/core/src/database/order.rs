//! What a worker is asked to do about databases, and what it brings back.

use serde::{Deserialize, Serialize};

use super::postgres::PostgresLook;
use super::rows::{RowsAnswer, RowsOrder};
use super::sqlite::{CareAnswer, CareSteps};
use crate::backup::ArchivePath;
use crate::time::Span;

/// One piece of work on databases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseOrder {
    /// Look after SQLite databases.
    Sqlite(SqliteOrder),
    /// Look after PostgreSQL databases.
    Postgres(PostgresOrder),
    /// Clear expired rows of one SQLite database.
    Rows(RowsOrder),
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseOutcome {
    /// Of SQLite databases.
    Sqlite(SqliteOutcome),
    /// Of PostgreSQL databases.
    Postgres(Vec<PostgresLook>),
    /// Of rows.
    Rows(RowsAnswer),
}

/// Folders that databases are looked for in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Searched {
    /// Folders and single files, from `/`.
    pub folders: Vec<String>,
    /// What is left out, as patterns of `.gitignore`.
    pub exclude: Vec<String>,
}

/// SQLite databases to look after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SqliteOrder {
    /// Those that somebody named, from `/`.
    pub named: Vec<String>,
    /// Where others are looked for.
    pub searched: Vec<Searched>,
    /// Those that were whole before: a file among them that no longer begins as a database does is one all the same.
    pub known: Vec<String>,
    /// Folders that are never walked, and whose files are never opened: Caretaker's own.
    pub never: Vec<String>,
    /// What is done.
    pub steps: CareSteps,
    /// A folder of this work alone for copies; it is made, and removed at the end.
    pub scratch: String,
}

/// What was found in them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SqliteOutcome {
    /// Each database.
    pub databases: Vec<SqliteReport>,
    /// Folders that could not be gone through, and why.
    pub unsearched: Vec<(String, String)>,
    /// Databases beyond the most that one run looks at.
    pub left_out: usize,
}

/// One database.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SqliteReport {
    /// Where it lies.
    pub file: ArchivePath,
    /// What its process answered.
    pub answer: CareAnswer,
}

/// PostgreSQL databases to look after.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostgresOrder {
    /// Their addresses, as the configuration has them.
    pub addresses: Vec<String>,
    /// How long one may take.
    pub limit: Span,
}
