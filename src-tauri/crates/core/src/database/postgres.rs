//! What PostgreSQL says of one of its databases.

use serde::{Deserialize, Serialize};

/// One database, or why nothing is known of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PostgresLook {
    /// Its name, without anything of its address.
    pub database: String,
    /// What is known; none with `why`.
    pub facts: Option<PostgresFacts>,
    /// Why nothing is known.
    pub why: String,
}

/// What is known of a database and its server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PostgresFacts {
    /// Bytes of the database.
    pub bytes: u64,
    /// Connections to the server that others have.
    pub connections: u64,
    /// Connections that the server allows.
    pub most_connections: u64,
    /// Connections that wait in an open transaction for more than five minutes.
    pub idle_in_transaction: u64,
    /// Transactions since the oldest row that was not frozen.
    pub age: u64,
    /// From that age on the server cleans up by force.
    pub freeze_age: u64,
    /// Tables with dead rows, the most first.
    pub tables: Vec<PostgresTable>,
    /// Indexes that are of no use.
    pub indexes: Vec<PostgresIndex>,
    /// Days since the counters began.
    pub counted_days: u64,
    /// Slow queries.
    pub statements: Statements,
    /// What could not be asked, a sentence each.
    pub missing: Vec<String>,
}

/// A table with dead rows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostgresTable {
    /// Its name with its schema.
    pub name: String,
    /// Live rows, by the server's estimate.
    pub live: u64,
    /// Dead rows.
    pub dead: u64,
    /// Days since it was last cleaned up; none if never.
    pub vacuumed_days: Option<u64>,
}

/// Why an index is of no use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UselessBecause {
    /// Nobody used it since the counters began.
    Unused,
    /// Another one begins with the same columns.
    Covered(String),
}

/// An index that is of no use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostgresIndex {
    /// Its name with its schema.
    pub name: String,
    /// Its table.
    pub table: String,
    /// Its bytes.
    pub bytes: u64,
    /// Why.
    pub because: UselessBecause,
}

/// A query as `pg_stat_statements` has it: its constants are not in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SlowQuery {
    /// Its text, cut.
    pub text: String,
    /// How often it ran.
    pub calls: u64,
    /// What it took on average, ms.
    pub mean_ms: f64,
}

/// Slow queries, or why they are not known.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statements {
    /// The slowest on average first.
    Known(Vec<SlowQuery>),
    /// Why not.
    NotAvailable(String),
}

impl Default for Statements {
    fn default() -> Self {
        Self::NotAvailable("nobody asked".to_owned())
    }
}
