//! Marks on charts: boots, sleeps, starts, clock steps.

use caretaker_core::metric::Mark;
use caretaker_core::time::Timestamp;
use rusqlite::{Connection, params};

use super::{from_word, word};
use crate::database::Migration;
use crate::error::Fault;

const TABLE: &str = "mark";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE mark (
            id INTEGER PRIMARY KEY, at INTEGER NOT NULL, until INTEGER, kind TEXT NOT NULL, text TEXT NOT NULL,
            UNIQUE (at, kind, text)) STRICT;",
}];

/// Stores a mark; the same one twice is one.
pub(crate) fn insert(connection: &Connection, mark: &Mark) -> Result<(), Fault> {
    connection.prepare_cached("INSERT OR IGNORE INTO mark (at, until, kind, text) VALUES (?1, ?2, ?3, ?4)")?.execute(
        params![mark.at.as_millis(), mark.until.map(Timestamp::as_millis), word(TABLE, &mark.kind)?, mark.text],
    )?;
    Ok(())
}

/// Marks that touch `from <= time < to`, in time order.
pub(crate) fn between(connection: &Connection, from: i64, to: i64) -> Result<Vec<Mark>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT at, until, kind, text FROM mark WHERE at < ?2 AND coalesce(until, at) >= ?1 ORDER BY at, id",
    )?;
    let mut rows = statement.query([from, to])?;
    let mut marks = Vec::new();
    while let Some(row) = rows.next()? {
        // A kind that only a newer program knows is not drawn.
        let Ok(kind) = from_word(TABLE, row.get_ref(2)?.as_str().unwrap_or_default()) else { continue };
        marks.push(Mark {
            kind,
            at: Timestamp::from_millis(row.get(0)?),
            until: row.get::<_, Option<i64>>(1)?.map(Timestamp::from_millis),
            text: row.get(3)?,
        });
    }
    Ok(marks)
}

/// The stamp of the first mark.
pub(crate) fn first(connection: &Connection) -> Result<Option<i64>, Fault> {
    Ok(connection.prepare_cached("SELECT min(at) FROM mark")?.query_row([], |row| row.get(0))?)
}

/// Deletes marks that ended before `cutoff`.
pub(crate) fn delete_before(connection: &Connection, cutoff: i64) -> Result<usize, Fault> {
    Ok(connection.prepare_cached("DELETE FROM mark WHERE coalesce(until, at) < ?1")?.execute([cutoff])?)
}
