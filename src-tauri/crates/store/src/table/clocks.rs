//! The rounds of each sealed period without their values. A period is sealed when it has a row here.

use rusqlite::{Connection, OptionalExtension, params};

use super::rollup::Tier;
use crate::codec::clocks::{self, Stamp};
use crate::database::Migration;
use crate::error::Fault;

pub(crate) const TABLE: &str = "clocks";

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { schema: 2, sql: "CREATE TABLE clocks (period INTEGER PRIMARY KEY, d BLOB NOT NULL) STRICT;" }];

/// The rounds of a period in the order of their stamps; none when it is not sealed.
pub(crate) fn find(connection: &Connection, period: i64) -> Result<Option<Vec<Stamp>>, Fault> {
    let bytes: Option<Vec<u8>> = connection
        .prepare_cached("SELECT d FROM clocks WHERE period = ?1")?
        .query_row([period], |row| row.get(0))
        .optional()?;
    bytes.map(|bytes| read(&bytes, period)).transpose()
}

/// Numbers of the sealed periods `from <= period < to`.
pub(crate) fn periods(connection: &Connection, from: i64, to: i64) -> Result<Vec<i64>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT period FROM clocks WHERE period >= ?1 AND period < ?2 ORDER BY period")?;
    let periods = statement.query_map([from, to], |row| row.get(0))?;
    Ok(periods.collect::<Result<_, _>>()?)
}

/// Gives `take` the rounds of every sealed period from that one on.
pub(crate) fn each_from(connection: &Connection, from: i64, mut take: impl FnMut(&[Stamp])) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached("SELECT period, d FROM clocks WHERE period >= ?1 ORDER BY period")?;
    let mut rows = statement.query([from])?;
    while let Some(row) = rows.next()? {
        take(&read(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?, row.get(0)?)?);
    }
    Ok(())
}

/// The newest sealed round of an epoch, looking no further back than the period `from`.
pub(crate) fn newest_of(connection: &Connection, epoch: u32, from: i64) -> Result<Option<Stamp>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT period, d FROM clocks WHERE period >= ?1 ORDER BY period DESC")?;
    let mut rows = statement.query([from])?;
    while let Some(row) = rows.next()? {
        let stamps = read(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?, row.get(0)?)?;
        if let Some(stamp) = stamps.into_iter().rfind(|stamp| stamp.epoch == epoch) {
            return Ok(Some(stamp));
        }
    }
    Ok(None)
}

/// The number of the first sealed period.
pub(crate) fn first(connection: &Connection) -> Result<Option<i64>, Fault> {
    Ok(connection.prepare_cached("SELECT min(period) FROM clocks")?.query_row([], |row| row.get(0))?)
}

/// Seals a period, or seals it again.
pub(crate) fn put(connection: &Connection, period: i64, stamps: &[Stamp]) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO clocks (period, d) VALUES (?1, ?2)")?
        .execute(params![period, clocks::encode(stamps, period * Tier::Part.span())])?;
    Ok(())
}

/// Deletes periods before that one, and says how many rounds they had.
pub(crate) fn delete_before(connection: &Connection, period: i64) -> Result<usize, Fault> {
    let mut statement = connection.prepare_cached("DELETE FROM clocks WHERE period < ?1 RETURNING d")?;
    let mut rows = statement.query([period])?;
    let mut rounds = 0;
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        rounds += clocks::count(bytes).map_err(Fault::malformed(TABLE))?;
    }
    Ok(rounds)
}

fn read(bytes: &[u8], period: i64) -> Result<Vec<Stamp>, Fault> {
    clocks::decode(bytes, period * Tier::Part.span()).map_err(Fault::malformed(TABLE))
}
