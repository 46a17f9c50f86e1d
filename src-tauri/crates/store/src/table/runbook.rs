//! Runbooks of the owner, version by version, and every command of a runbook that was run.

use caretaker_core::time::Timestamp;
use caretaker_core::view::{RunState, RunView};
use rusqlite::{Connection, OptionalExtension, params};

use super::{from_json_or_skip, to_json, word};
use crate::database::Migration;
use crate::error::Fault;

const TABLE: &str = "runbook_run";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 3,
    sql: "CREATE TABLE runbook_version (
            runbook TEXT NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, text TEXT,
            PRIMARY KEY (runbook, version)) STRICT;
          CREATE TABLE runbook_run (
            id TEXT PRIMARY KEY, started INTEGER NOT NULL, runbook TEXT NOT NULL, alert TEXT, state TEXT NOT NULL,
            content TEXT NOT NULL) STRICT;
          CREATE INDEX runbook_run_started ON runbook_run (started);",
}];

/// Versions kept of each runbook.
const KEPT_VERSIONS: i64 = 100;
/// Runs kept.
const KEPT_RUNS: i64 = 1_000;

/// A version of a runbook of the owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedRunbook {
    /// Its number, rising from 1.
    pub version: u32,
    /// When it was seen.
    pub at: Timestamp,
    /// The text of the file; none when it was gone.
    pub text: Option<String>,
}

/// Stores what changed since the versions before: `found` is every runbook of the owner that is there.
pub(crate) fn track(connection: &Connection, found: &[(String, String)], at: Timestamp) -> Result<usize, Fault> {
    let before: Vec<(String, Option<String>)> = connection
        .prepare_cached(
            "SELECT runbook, text FROM runbook_version AS v
             WHERE version = (SELECT max(version) FROM runbook_version WHERE runbook = v.runbook)",
        )?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<Result<_, _>>()?;
    let changed = found
        .iter()
        .filter(|(id, text)| !before.iter().any(|(known, last)| known == id && last.as_deref() == Some(text.as_str())));
    let changed = changed.map(|(id, text)| (id, Some(text.as_str())));
    let gone = before.iter().filter(|(id, last)| last.is_some() && !found.iter().any(|(there, _)| there == id));
    let changes: Vec<(&String, Option<&str>)> = changed.chain(gone.map(|(id, _)| (id, None))).collect();
    if changes.is_empty() {
        return Ok(0);
    }
    let transaction = connection.unchecked_transaction()?;
    for (id, text) in &changes {
        let version: i64 = transaction
            .prepare_cached("SELECT coalesce(max(version), 0) + 1 FROM runbook_version WHERE runbook = ?1")?
            .query_row([id], |row| row.get(0))?;
        transaction
            .prepare_cached("INSERT INTO runbook_version (runbook, version, at, text) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, version, at.as_millis(), text])?;
        transaction
            .prepare_cached("DELETE FROM runbook_version WHERE runbook = ?1 AND version <= ?2")?
            .execute(params![id, version - KEPT_VERSIONS])?;
    }
    transaction.commit()?;
    Ok(changes.len())
}

/// Versions of a runbook, the newest first.
pub(crate) fn versions(connection: &Connection, runbook: &str) -> Result<Vec<SavedRunbook>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT version, at, text FROM runbook_version WHERE runbook = ?1 ORDER BY version DESC")?;
    let versions = statement.query_map([runbook], |row| {
        Ok(SavedRunbook { version: row.get(0)?, at: Timestamp::from_millis(row.get(1)?), text: row.get(2)? })
    })?;
    Ok(versions.collect::<Result<_, _>>()?)
}

/// Stores a run, or how it stands now; drops the oldest beyond the bound.
pub(crate) fn put_run(connection: &Connection, run: &RunView) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO runbook_run (id, started, runbook, alert, state, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (id) DO UPDATE SET state = excluded.state, content = excluded.content",
        )?
        .execute(params![
            run.id,
            run.started.as_millis(),
            run.runbook,
            run.alert,
            word(TABLE, &run.state)?,
            to_json(TABLE, run)?
        ])?;
    connection
        .prepare_cached(
            "DELETE FROM runbook_run WHERE started < coalesce(
               (SELECT started FROM runbook_run ORDER BY started DESC LIMIT 1 OFFSET ?1), 0)",
        )?
        .execute([KEPT_RUNS - 1])?;
    Ok(())
}

/// Which runs are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RunFilter {
    /// Only of this runbook.
    pub runbook: Option<String>,
    /// Only those that answer this alert.
    pub alert: Option<String>,
    /// At most so many.
    pub limit: usize,
}

/// Runs that fit, the newest first.
pub(crate) fn runs(connection: &Connection, filter: &RunFilter) -> Result<Vec<RunView>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT content FROM runbook_run WHERE (?1 IS NULL OR runbook = ?1) AND (?2 IS NULL OR alert = ?2)
         ORDER BY started DESC, id DESC LIMIT ?3",
    )?;
    let limit = i64::try_from(filter.limit).unwrap_or(i64::MAX);
    let found = statement.query_map(params![filter.runbook, filter.alert, limit], |row| row.get::<_, String>(0))?;
    let contents: Vec<String> = found.collect::<Result<_, _>>()?;
    Ok(contents.iter().filter_map(|content| from_json_or_skip(TABLE, content)).collect())
}

/// Runs whose identity begins so.
pub(crate) fn find_run(connection: &Connection, prefix: &str) -> Result<Vec<RunView>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT content FROM runbook_run WHERE id >= ?1 AND id < ?1 || char(1114111) ORDER BY id LIMIT 2",
    )?;
    let found = statement.query_map([prefix], |row| row.get::<_, String>(0))?;
    let contents: Vec<String> = found.collect::<Result<_, _>>()?;
    Ok(contents.iter().filter_map(|content| from_json_or_skip(TABLE, content)).collect())
}

/// Runs that are said to go on.
pub(crate) fn running(connection: &Connection) -> Result<Vec<RunView>, Fault> {
    let mut statement = connection.prepare_cached("SELECT content FROM runbook_run WHERE state = ?1")?;
    let found = statement.query_map([word(TABLE, &RunState::Running)?], |row| row.get::<_, String>(0))?;
    let contents: Vec<String> = found.collect::<Result<_, _>>()?;
    Ok(contents.iter().filter_map(|content| from_json_or_skip(TABLE, content)).collect())
}

/// Whether a runbook of the owner is known in this text already.
pub(crate) fn text_of(connection: &Connection, runbook: &str, version: u32) -> Result<Option<SavedRunbook>, Fault> {
    Ok(connection
        .prepare_cached("SELECT version, at, text FROM runbook_version WHERE runbook = ?1 AND version = ?2")?
        .query_row(params![runbook, version], |row| {
            Ok(SavedRunbook { version: row.get(0)?, at: Timestamp::from_millis(row.get(1)?), text: row.get(2)? })
        })
        .optional()?)
}
