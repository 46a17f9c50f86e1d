//! Runs of maintenance tasks: one that goes on has no end yet.

use caretaker_core::maintenance::{Outcome, TaskRun};
use caretaker_core::time::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{from_json, from_word, to_json, word};
use crate::database::Migration;
use crate::error::Fault;

const TABLE: &str = "task_run";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 3,
    sql: "CREATE TABLE task_run (
            id INTEGER PRIMARY KEY AUTOINCREMENT, task TEXT NOT NULL, title TEXT NOT NULL, asked TEXT NOT NULL, slot INTEGER,
            missed INTEGER NOT NULL, tries INTEGER NOT NULL, started INTEGER NOT NULL, ended INTEGER,
            outcome TEXT NOT NULL) STRICT;
          CREATE INDEX task_run_task ON task_run (task, id);",
}];

/// Runs of each task that are kept.
const KEPT: i64 = 150;

/// Stores the beginning of a run and gives its number; drops the oldest of its task beyond the bound.
pub(crate) fn begin(connection: &Connection, run: &TaskRun) -> Result<i64, Fault> {
    connection
        .prepare_cached(
            "INSERT INTO task_run (task, title, asked, slot, missed, tries, started, ended, outcome)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, NULL, ?8)",
        )?
        .execute(params![
            run.task,
            run.title,
            word(TABLE, &run.asked)?,
            run.slot.map(Timestamp::as_millis),
            run.missed,
            run.tries,
            run.started.as_millis(),
            to_json(TABLE, &run.outcome)?,
        ])?;
    let id = connection.last_insert_rowid();
    connection
        .prepare_cached(
            "DELETE FROM task_run WHERE task = ?1 AND id <=
               (SELECT id FROM task_run WHERE task = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        )?
        .execute(params![run.task, KEPT])?;
    Ok(id)
}

/// Stores the end of a run.
pub(crate) fn end(connection: &Connection, id: i64, ended: Timestamp, outcome: &Outcome) -> Result<(), Fault> {
    connection.prepare_cached("UPDATE task_run SET ended = ?2, outcome = ?3 WHERE id = ?1")?.execute(params![
        id,
        ended.as_millis(),
        to_json(TABLE, outcome)?
    ])?;
    Ok(())
}

const COLUMNS: &str = "id, task, title, asked, slot, missed, tries, started, ended, outcome";

fn run(row: &Row<'_>) -> Result<TaskRun, Fault> {
    Ok(TaskRun {
        id: row.get(0)?,
        task: row.get(1)?,
        title: row.get(2)?,
        asked: from_word(TABLE, &row.get::<_, String>(3)?)?,
        slot: row.get::<_, Option<i64>>(4)?.map(Timestamp::from_millis),
        missed: row.get(5)?,
        tries: row.get(6)?,
        started: Timestamp::from_millis(row.get(7)?),
        ended: row.get::<_, Option<i64>>(8)?.map(Timestamp::from_millis),
        outcome: from_json(TABLE, &row.get::<_, String>(9)?)?,
    })
}

/// Runs of a task, or of all, the newest first.
pub(crate) fn list(connection: &Connection, task: Option<&str>, limit: usize) -> Result<Vec<TaskRun>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM task_run WHERE ?1 IS NULL OR task = ?1 ORDER BY id DESC LIMIT ?2");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![task, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        runs.push(run(row)?);
    }
    Ok(runs)
}

/// The newest run of each task that is over and was no dry run.
pub(crate) fn newest(connection: &Connection) -> Result<Vec<TaskRun>, Fault> {
    let sql = format!(
        "SELECT {COLUMNS} FROM task_run WHERE id IN
           (SELECT max(id) FROM task_run WHERE ended IS NOT NULL AND asked <> 'dry_run' GROUP BY task) ORDER BY task"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        runs.push(run(row)?);
    }
    Ok(runs)
}

/// Runs that have no end.
pub(crate) fn unfinished(connection: &Connection) -> Result<Vec<TaskRun>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM task_run WHERE ended IS NULL ORDER BY id");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query([])?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        runs.push(run(row)?);
    }
    Ok(runs)
}

/// One run.
pub(crate) fn get(connection: &Connection, id: i64) -> Result<Option<TaskRun>, Fault> {
    let mut statement = connection.prepare_cached(&format!("SELECT {COLUMNS} FROM task_run WHERE id = ?1"))?;
    let mut rows = statement.query([id])?;
    rows.next()?.map(run).transpose()
}
