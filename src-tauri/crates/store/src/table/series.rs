//! The series that exist, each with a number that every other table uses, and the newest value known when the last
//! period was rolled up.

use std::sync::Arc;

use caretaker_core::metric::{SeriesKey, SeriesKind, Unit};
use rusqlite::{Connection, OptionalExtension, params};

use super::{from_json, from_word, to_json, word};
use crate::database::Migration;
use crate::error::Fault;

pub(crate) const TABLE: &str = "series";

/// The unit and its scale belong to the identity, because stored numbers mean nothing under another one.
pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE series (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, labels TEXT NOT NULL DEFAULT '{}', unit TEXT NOT NULL,
            scale INTEGER NOT NULL, kind TEXT NOT NULL, created INTEGER NOT NULL, last_at INTEGER, last INTEGER,
            UNIQUE (name, labels, unit, scale)) STRICT;",
}];

/// One series.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) id: u32,
    pub(crate) key: Arc<SeriesKey>,
    pub(crate) unit: Unit,
    /// Stored numbers are values times this.
    pub(crate) scale: u32,
    pub(crate) kind: SeriesKind,
    /// Stamp (ms) and stored number of the newest sample that was rolled up.
    pub(crate) last: Option<(i64, i64)>,
}

impl Series {
    /// A stored number as a value.
    pub(crate) fn value(&self, stored: i64) -> f64 {
        stored as f64 / f64::from(self.scale)
    }
}

/// All series whose unit this program knows, by number.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Series>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT id, name, labels, unit, scale, kind, last_at, last FROM series ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        // A compatible newer program may have written a unit that did not exist yet; its series stay invisible.
        let Ok(unit) = from_word(TABLE, row.get_ref(3)?.as_str().unwrap_or_default()) else { continue };
        let last_at: Option<i64> = row.get(6)?;
        let last: Option<i64> = row.get(7)?;
        found.push(Series {
            id: row.get(0)?,
            key: Arc::new(SeriesKey {
                name: row.get(1)?,
                labels: from_json(TABLE, row.get_ref(2)?.as_str().unwrap_or_default())?,
            }),
            unit,
            scale: row.get::<_, u32>(4)?.max(1),
            kind: from_word(TABLE, row.get_ref(5)?.as_str().unwrap_or_default()).unwrap_or_default(),
            last: last_at.zip(last),
        });
    }
    Ok(found)
}

/// The number of a series, which is created if it is new.
pub(crate) fn number(
    connection: &Connection,
    key: &SeriesKey,
    unit: Unit,
    kind: SeriesKind,
    now: i64,
) -> Result<u32, Fault> {
    let labels = to_json(TABLE, &key.labels)?;
    let unit_word = word(TABLE, &unit)?;
    let found = connection
        .prepare_cached("SELECT id FROM series WHERE name = ?1 AND labels = ?2 AND unit = ?3 AND scale = ?4")?
        .query_row(params![key.name, labels, unit_word, unit.scale()], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok(id);
    }
    connection
        .prepare_cached(
            "INSERT INTO series (name, labels, unit, scale, kind, created) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![key.name, labels, unit_word, unit.scale(), word(TABLE, &kind)?, now])?;
    Ok(connection.last_insert_rowid() as u32)
}

/// Remembers the newest rolled-up sample, unless a newer one is known.
pub(crate) fn remember_last(connection: &Connection, id: u32, at: i64, stored: i64) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "UPDATE series SET last_at = ?2, last = ?3 WHERE id = ?1 AND (last_at IS NULL OR last_at <= ?2)",
        )?
        .execute(params![id, at, stored])?;
    Ok(())
}

/// Deletes series without a sample since `cutoff`, except those that `in_use` knows.
pub(crate) fn delete_unseen_since(
    connection: &Connection,
    cutoff: i64,
    in_use: impl Fn(u32) -> bool,
) -> Result<usize, Fault> {
    let unseen: Vec<u32> = connection
        .prepare_cached("SELECT id FROM series WHERE created < ?1 AND last_at < ?1")?
        .query_map([cutoff], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut deleted = 0;
    for id in unseen.into_iter().filter(|id| !in_use(*id)) {
        deleted += connection.prepare_cached("DELETE FROM series WHERE id = ?1")?.execute([id])?;
    }
    Ok(deleted)
}
