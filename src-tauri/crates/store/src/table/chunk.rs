//! Sealed samples: a row for each series and period of two hours, keyed `(period << 20) | series`, so that rows are only
//! ever appended and one range deletes the oldest. When they were measured stands in the row of `clocks` of the period.

use rusqlite::{Connection, params};

use crate::database::Migration;
use crate::error::Fault;

pub(crate) const TABLE: &str = "chunk";

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { schema: 2, sql: "CREATE TABLE chunk (id INTEGER PRIMARY KEY, d BLOB NOT NULL) STRICT;" }];

/// Series have numbers below 2^20.
const SERIES_BITS: u32 = 20;

const fn id(period: i64, series: u32) -> i64 {
    period << SERIES_BITS | series as i64
}

/// Gives `take` the bytes of every series in a period, as `(series, bytes)`.
pub(crate) fn of_period(
    connection: &Connection,
    period: i64,
    mut take: impl FnMut(u32, &[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached("SELECT id, d FROM chunk WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
    let mut rows = statement.query([id(period, 0), id(period + 1, 0)])?;
    while let Some(row) = rows.next()? {
        let key: i64 = row.get(0)?;
        let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        take((key & ((1 << SERIES_BITS) - 1)) as u32, bytes)?;
    }
    Ok(())
}

/// Gives `take` the bytes of one series in a period, if there are any.
pub(crate) fn find(
    connection: &Connection,
    period: i64,
    series: u32,
    take: impl FnOnce(&[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached("SELECT d FROM chunk WHERE id = ?1")?;
    let mut rows = statement.query([id(period, series)])?;
    let Some(row) = rows.next()? else { return Ok(()) };
    take(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)
}

/// Stores a row in place of what was there.
pub(crate) fn put(connection: &Connection, period: i64, series: u32, bytes: &[u8]) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO chunk (id, d) VALUES (?1, ?2)")?
        .execute(params![id(period, series), bytes])?;
    Ok(())
}

/// Deletes the rows of periods before that one.
pub(crate) fn delete_before(connection: &Connection, period: i64) -> Result<usize, Fault> {
    Ok(connection.prepare_cached("DELETE FROM chunk WHERE id < ?1")?.execute([id(period, 0)])?)
}
