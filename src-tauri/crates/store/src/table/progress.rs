//! How far rollups and retention have come, and the periods that got rows after they had been rolled up.
//! A point here always changes in the transaction of the rows that it speaks of.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use crate::database::Migration;
use crate::error::Fault;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE progress (name TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
          CREATE TABLE late (period INTEGER PRIMARY KEY) STRICT;",
}];

/// What has come how far. All are stamps in ms, exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mark {
    /// Rows below are sealed, and in parts of 5-minute buckets.
    Parts,
    /// Parts below are merged to whole days.
    Days,
    /// Days below are in 1-hour buckets.
    Weeks,
    /// Samples below are deleted.
    RawDeleted,
    /// 5-minute buckets below are deleted.
    DaysDeleted,
}

impl Mark {
    const fn name(self) -> &'static str {
        match self {
            Self::Parts => "parts",
            Self::Days => "days",
            Self::Weeks => "weeks",
            Self::RawDeleted => "raw_deleted",
            Self::DaysDeleted => "days_deleted",
        }
    }
}

/// A point; none before anything was rolled up or deleted.
pub(crate) fn get(connection: &Connection, mark: Mark) -> Result<Option<i64>, Fault> {
    let at = connection
        .prepare_cached("SELECT at FROM progress WHERE name = ?1")?
        .query_row([mark.name()], |row| row.get(0))
        .optional()?;
    Ok(at)
}

/// Moves a point.
pub(crate) fn set(connection: &Connection, mark: Mark, at: i64) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT INTO progress VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET at = excluded.at")?
        .execute(params![mark.name(), at])?;
    Ok(())
}

/// Notes that a period must be rolled up again.
pub(crate) fn note_late(connection: &Connection, period: i64) -> Result<(), Fault> {
    connection.prepare_cached("INSERT OR IGNORE INTO late VALUES (?1)")?.execute([period])?;
    Ok(())
}

/// Periods to be rolled up again.
pub(crate) fn late(connection: &Connection) -> Result<BTreeSet<i64>, Fault> {
    let mut statement = connection.prepare_cached("SELECT period FROM late")?;
    let periods = statement.query_map([], |row| row.get(0))?;
    Ok(periods.collect::<Result<_, _>>()?)
}

/// Forgets a period that was rolled up again.
pub(crate) fn clear_late(connection: &Connection, period: i64) -> Result<(), Fault> {
    connection.prepare_cached("DELETE FROM late WHERE period = ?1")?.execute([period])?;
    Ok(())
}
