//! The last operations: what was asked of Caretaker, what came of it, how long it took.

use caretaker_core::time::{Span, Timestamp};
use rusqlite::{Connection, params};

use crate::database::Migration;
use crate::error::Fault;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE operation (
            id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, kind TEXT NOT NULL, what TEXT NOT NULL,
            result TEXT NOT NULL, took_ms INTEGER NOT NULL) STRICT;",
}];

/// Rows kept.
const KEPT: i64 = 1_000;

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// When it began.
    pub at: Timestamp,
    /// Its kind: `configuration`, `alert`, `maintenance`.
    pub kind: String,
    /// In words.
    pub what: String,
    /// `ok`, or why it failed.
    pub result: String,
    /// How long it took.
    pub took: Span,
}

/// Stores an operation and drops the oldest beyond the bound.
pub(crate) fn insert(connection: &Connection, operation: &Operation) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT INTO operation (at, kind, what, result, took_ms) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![
        operation.at.as_millis(),
        operation.kind,
        operation.what,
        operation.result,
        operation.took.as_millis()
    ])?;
    let newest = connection.last_insert_rowid();
    connection.prepare_cached("DELETE FROM operation WHERE id <= ?1")?.execute([newest - KEPT])?;
    Ok(())
}

/// At most `limit` operations, the newest first.
pub(crate) fn list(connection: &Connection, limit: usize) -> Result<Vec<Operation>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT at, kind, what, result, took_ms FROM operation ORDER BY id DESC LIMIT ?1")?;
    let operations = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        Ok(Operation {
            at: Timestamp::from_millis(row.get(0)?),
            kind: row.get(1)?,
            what: row.get(2)?,
            result: row.get(3)?,
            took: Span::from_millis(row.get(4)?),
        })
    })?;
    Ok(operations.collect::<Result<_, _>>()?)
}
