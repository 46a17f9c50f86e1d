//! Versions of the configuration file as they were read, and which of them was good.

use caretaker_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::database::Migration;
use crate::error::Fault;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE configuration (
            version INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, good INTEGER NOT NULL,
            text TEXT NOT NULL) STRICT;",
}];

/// Versions kept; the last good one always is.
const KEPT: i64 = 100;

/// One version of the configuration file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedConfiguration {
    /// Its number, rising.
    pub version: u32,
    /// When it was seen.
    pub at: Timestamp,
    /// Who or what wrote it: `file`, `cli`, `window`.
    pub who: String,
    /// Whether it had no errors.
    pub good: bool,
    /// The text of the file.
    pub text: String,
}

/// What reading a version brought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No errors.
    Good,
    /// Errors; it is kept for the history only.
    Faulty,
}

/// Stores a version and gives its number; a text equal to that of the newest version is not stored again.
pub(crate) fn save(
    connection: &Connection,
    text: &str,
    at: Timestamp,
    who: &str,
    verdict: Verdict,
) -> Result<u32, Fault> {
    let good = verdict == Verdict::Good;
    let newest: Option<(u32, String, bool)> = connection
        .prepare_cached("SELECT version, text, good FROM configuration ORDER BY version DESC LIMIT 1")?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .optional()?;
    if let Some((version, ..)) = newest.filter(|(_, before, was_good)| before == text && *was_good == good) {
        return Ok(version);
    }
    connection
        .prepare_cached("INSERT INTO configuration (at, who, good, text) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![at.as_millis(), who, good, text])?;
    let version = connection.last_insert_rowid();
    connection
        .prepare_cached(
            "DELETE FROM configuration WHERE version <= ?1
               AND version <> (SELECT coalesce(max(version), 0) FROM configuration WHERE good)",
        )?
        .execute([version - KEPT])?;
    Ok(version as u32)
}

/// The newest version without errors.
pub(crate) fn last_good(connection: &Connection) -> Result<Option<SavedConfiguration>, Fault> {
    let found = connection
        .prepare_cached(
            "SELECT version, at, who, good, text FROM configuration WHERE good ORDER BY version DESC LIMIT 1",
        )?
        .query_row([], row)
        .optional()?;
    Ok(found)
}

/// All versions, the newest first.
pub(crate) fn history(connection: &Connection) -> Result<Vec<SavedConfiguration>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT version, at, who, good, text FROM configuration ORDER BY version DESC")?;
    let versions = statement.query_map([], row)?;
    Ok(versions.collect::<Result<_, _>>()?)
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<SavedConfiguration> {
    Ok(SavedConfiguration {
        version: row.get(0)?,
        at: Timestamp::from_millis(row.get(1)?),
        who: row.get(2)?,
        good: row.get(3)?,
        text: row.get(4)?,
    })
}
