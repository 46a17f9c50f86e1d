//! What is remembered of databases between looks: whether each was whole, for the series that is judged in every round.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::time::Timestamp;

/// Whether a database was whole.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Integrity {
    /// It was.
    #[default]
    Whole,
    /// It was not.
    Damaged,
}

/// One database as it was seen last.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct KnownDatabase {
    /// Whether it was whole.
    pub integrity: Integrity,
    /// What contradicted; empty when it was whole.
    pub what: String,
    /// When it was looked at.
    pub looked: Timestamp,
    /// Bytes of its file.
    pub bytes: u64,
    /// Which backup has it whole, in a sentence; empty when it was whole.
    pub last_good: String,
    /// Whether it is Caretaker's own.
    pub is_own: bool,
}

/// Databases by their path.
pub type KnownDatabases = BTreeMap<String, KnownDatabase>;

impl KnownDatabase {
    /// What the alert says of it.
    pub fn cause(&self) -> Option<String> {
        let damaged = self.integrity == Integrity::Damaged;
        damaged.then(|| {
            if self.last_good.is_empty() { self.what.clone() } else { format!("{}; {}", self.what, self.last_good) }
        })
    }
}
