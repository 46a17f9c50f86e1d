//! Sealed pushed samples: a row for each series and period of two hours, keyed `(period << 20) | series`. They have stamps
//! of their own and know nothing of rounds.

use rusqlite::{Connection, OptionalExtension, params};

use super::rollup::Tier;
use crate::codec::pushed::{self, Sample};
use crate::database::Migration;
use crate::error::Fault;

pub(crate) const TABLE: &str = "pushed";

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { schema: 3, sql: "CREATE TABLE pushed (id INTEGER PRIMARY KEY, d BLOB NOT NULL) STRICT;" }];

/// Series have numbers below 2^20.
const SERIES_BITS: u32 = 20;

const fn id(period: i64, series: u32) -> i64 {
    period << SERIES_BITS | series as i64
}

/// The samples of a series in a period, in the order of their stamps.
pub(crate) fn find(connection: &Connection, period: i64, series: u32) -> Result<Vec<Sample>, Fault> {
    let mut statement = connection.prepare_cached("SELECT d FROM pushed WHERE id = ?1")?;
    let mut rows = statement.query([id(period, series)])?;
    let Some(row) = rows.next()? else { return Ok(Vec::new()) };
    read(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?, period)
}

/// Numbers of the periods `from <= period < to` that have a row.
pub(crate) fn periods(connection: &Connection, from: i64, to: i64) -> Result<Vec<i64>, Fault> {
    let mut statement = connection.prepare_cached("SELECT id FROM pushed WHERE id >= ?1 ORDER BY id LIMIT 1")?;
    let mut found = Vec::new();
    let mut next = from;
    while next < to {
        let key: Option<i64> = statement.query_row([id(next, 0)], |row| row.get(0)).optional()?;
        let Some(period) = key.map(|key| key >> SERIES_BITS).filter(|period| *period < to) else { break };
        found.push(period);
        next = period + 1;
    }
    Ok(found)
}

/// Gives `take` the samples of every row of the periods `from <= period < to` whose series `wanted` takes, in the order of
/// periods.
pub(crate) fn range(
    connection: &Connection,
    from: i64,
    to: i64,
    wanted: impl Fn(u32) -> bool,
    mut take: impl FnMut(u32, Vec<Sample>),
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached("SELECT id, d FROM pushed WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
    let mut rows = statement.query([id(from, 0), id(to, 0)])?;
    while let Some(row) = rows.next()? {
        let key: i64 = row.get(0)?;
        let series = (key & ((1 << SERIES_BITS) - 1)) as u32;
        if wanted(series) {
            let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            take(series, read(bytes, key >> SERIES_BITS)?);
        }
    }
    Ok(())
}

/// Stores a row in place of what was there.
pub(crate) fn put(connection: &Connection, period: i64, series: u32, samples: &[Sample]) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO pushed (id, d) VALUES (?1, ?2)")?
        .execute(params![id(period, series), pushed::encode(samples, period * Tier::Part.span())])?;
    Ok(())
}

/// The number of the first period.
pub(crate) fn first(connection: &Connection) -> Result<Option<i64>, Fault> {
    let key: Option<i64> = connection
        .prepare_cached("SELECT id FROM pushed ORDER BY id LIMIT 1")?
        .query_row([], |row| row.get(0))
        .optional()?;
    Ok(key.map(|key| key >> SERIES_BITS))
}

/// Deletes the rows of periods before that one.
pub(crate) fn delete_before(connection: &Connection, period: i64) -> Result<usize, Fault> {
    Ok(connection.prepare_cached("DELETE FROM pushed WHERE id < ?1")?.execute([id(period, 0)])?)
}

fn read(bytes: &[u8], period: i64) -> Result<Vec<Sample>, Fault> {
    pushed::decode(bytes, period * Tier::Part.span()).map_err(Fault::malformed(TABLE))
}
