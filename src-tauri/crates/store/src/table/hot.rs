//! One row a round, until its period is sealed. Keyed by its stamp, so that a round is one append at the right edge of
//! the tree and a sealed period leaves as one range. The list of processes of a round lies in the row as well: a row of its
//! own would be another page for the log to hold.

use caretaker_core::metric::RoundId;
use caretaker_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::database::Migration;
use crate::error::Fault;

pub(crate) const TABLE: &str = "hot";

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        schema: 1,
        sql: "CREATE TABLE hot (ts INTEGER PRIMARY KEY, epoch INTEGER NOT NULL, layout INTEGER NOT NULL, d BLOB NOT NULL) STRICT;",
    },
    Migration { schema: 3, sql: "ALTER TABLE hot ADD COLUMN processes BLOB;" },
];

/// The columns of a row as they lie in the page.
pub(crate) struct HotRow<'a> {
    pub(crate) ts: i64,
    pub(crate) epoch: u32,
    pub(crate) layout: i64,
    pub(crate) bytes: &'a [u8],
}

/// Stores a row with the list of processes that it may have; false when the stamp is taken.
pub(crate) fn insert(connection: &Connection, row: &HotRow<'_>, processes: Option<&[u8]>) -> Result<bool, Fault> {
    let stored = connection
        .prepare_cached("INSERT OR IGNORE INTO hot (ts, epoch, layout, d, processes) VALUES (?1, ?2, ?3, ?4, ?5)")?
        .execute(params![row.ts, row.epoch, row.layout, row.bytes, processes])?;
    Ok(stored == 1)
}

/// Gives `take` every row with `from <= ts < to` in the order of stamps.
pub(crate) fn range(
    connection: &Connection,
    from: i64,
    to: i64,
    mut take: impl FnMut(HotRow<'_>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut statement =
        connection.prepare_cached("SELECT ts, epoch, layout, d FROM hot WHERE ts >= ?1 AND ts < ?2 ORDER BY ts")?;
    let mut rows = statement.query([from, to])?;
    while let Some(row) = rows.next()? {
        take(HotRow {
            ts: row.get(0)?,
            epoch: row.get(1)?,
            layout: row.get(2)?,
            bytes: row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?,
        })?;
    }
    Ok(())
}

/// One row.
pub(crate) fn find<T>(
    connection: &Connection,
    ts: i64,
    take: impl FnOnce(HotRow<'_>) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    let mut statement = connection.prepare_cached("SELECT ts, epoch, layout, d FROM hot WHERE ts = ?1")?;
    let mut rows = statement.query([ts])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let bytes = row.get_ref(3)?.as_blob().map_err(rusqlite::Error::from)?;
    take(HotRow { ts: row.get(0)?, epoch: row.get(1)?, layout: row.get(2)?, bytes }).map(Some)
}

/// Identities of rows stamped `lowest` or later that come after `id`, in the order in which they were measured.
pub(crate) fn ids_after(
    connection: &Connection,
    id: RoundId,
    lowest: i64,
    limit: usize,
) -> Result<Vec<RoundId>, Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT epoch, ts FROM hot WHERE ts >= ?1 AND (epoch > ?2 OR (epoch = ?2 AND ts > ?3))
         ORDER BY epoch, ts LIMIT ?4",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let ids = statement.query_map(params![lowest, id.epoch, id.at.as_millis(), limit], |row| {
        Ok(RoundId { epoch: row.get(0)?, at: Timestamp::from_millis(row.get(1)?) })
    })?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The newest row of an epoch, looking no further back than `lowest`.
pub(crate) fn newest_of(connection: &Connection, epoch: u32, lowest: i64) -> Result<Option<i64>, Fault> {
    let newest = connection
        .prepare_cached("SELECT ts FROM hot WHERE ts >= ?1 AND epoch = ?2 ORDER BY ts DESC LIMIT 1")?
        .query_row(params![lowest, epoch], |row| row.get(0))
        .optional()?;
    Ok(newest)
}

/// The first stamp at or after `from`.
pub(crate) fn first_from(connection: &Connection, from: i64) -> Result<Option<i64>, Fault> {
    let first = connection
        .prepare_cached("SELECT ts FROM hot WHERE ts >= ?1 ORDER BY ts LIMIT 1")?
        .query_row([from], |row| row.get(0))
        .optional()?;
    Ok(first)
}

/// Deletes rows with `from <= ts < to`.
pub(crate) fn delete(connection: &Connection, from: i64, to: i64) -> Result<usize, Fault> {
    Ok(connection.prepare_cached("DELETE FROM hot WHERE ts >= ?1 AND ts < ?2")?.execute([from, to])?)
}
