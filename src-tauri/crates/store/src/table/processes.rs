//! Top processes: a list for each round that looked at them. It lies with its round in `hot`; when the period is sealed,
//! its lists become one row of `process_list`. `processes` holds the lists that versions before schema 3 stored, a row each;
//! nothing is added to it.

use caretaker_core::metric::ProcessReading;
use caretaker_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::rollup::Tier;
use crate::codec::lists::{self, Stamped};
use crate::codec::{Malformed, brief, processes};
use crate::database::Migration;
use crate::error::Fault;

const TABLE: &str = "processes";
const LISTS: &str = "process_list";
/// Length of a period, ms.
const PERIOD: i64 = Tier::Part.span();

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration { schema: 1, sql: "CREATE TABLE processes (ts INTEGER PRIMARY KEY, d BLOB NOT NULL) STRICT;" },
    Migration { schema: 3, sql: "CREATE TABLE process_list (period INTEGER PRIMARY KEY, d BLOB NOT NULL) STRICT;" },
];

/// Brings the lists of the hot rows of a period, which are about to go, to those that it may have already.
pub(crate) fn seal(connection: &Connection, period: i64) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT ts, processes FROM hot WHERE ts >= ?1 AND ts < ?2 AND processes IS NOT NULL ORDER BY ts",
    )?;
    let mut fresh: Vec<Stamped> = Vec::new();
    for row in statement.query_map([period * PERIOD, (period + 1) * PERIOD], columns)? {
        let (ts, bytes) = row?;
        // A list that cannot be read must not keep the samples of its period from being sealed.
        match beside(&bytes, ts, &fresh) {
            Ok(list) => fresh.push((ts, list)),
            Err(error) => tracing::warn!(ts, %error, "a list of processes cannot be read"),
        }
    }
    if fresh.is_empty() {
        return Ok(());
    }
    fresh.extend(of_period(connection, period)?);
    fresh.sort_by_key(|(ts, _)| *ts);
    connection
        .prepare_cached("INSERT OR REPLACE INTO process_list (period, d) VALUES (?1, ?2)")?
        .execute(params![period, lists::encode(&fresh, period * PERIOD)])?;
    Ok(())
}

/// Reads the list of a hot row after those before it.
fn beside(bytes: &[u8], ts: i64, before: &[Stamped]) -> Result<Vec<ProcessReading>, Malformed> {
    let full = brief::needs(bytes, ts)?.and_then(|full| before.binary_search_by_key(&full, |(ts, _)| *ts).ok());
    brief::decode(bytes, full.and_then(|place| before.get(place)).map_or(&[][..], |(_, list)| list))
}

/// The lists of the rounds of a period which are sealed, with their stamps, in that order.
pub(crate) fn of_period(connection: &Connection, period: i64) -> Result<Vec<Stamped>, Fault> {
    let bytes: Option<Vec<u8>> = connection
        .prepare_cached("SELECT d FROM process_list WHERE period = ?1")?
        .query_row([period], |row| row.get(0))
        .optional()?;
    bytes.map_or_else(|| Ok(Vec::new()), |bytes| many((period, bytes)))
}

/// The list of the round with that stamp, unless it is sealed.
pub(crate) fn of_round(connection: &Connection, ts: i64) -> Result<Option<Vec<ProcessReading>>, Fault> {
    if let Some(bytes) = in_hot_row(connection, ts)? {
        return open(connection, (ts, bytes)).map(|(_, list)| Some(list));
    }
    let single: Option<Vec<u8>> = connection
        .prepare_cached("SELECT d FROM processes WHERE ts = ?1")?
        .query_row([ts], |row| row.get(0))
        .optional()?;
    single.map(|bytes| processes::decode(&bytes).map_err(Fault::malformed(TABLE))).transpose()
}

/// The list nearest to a point in time.
pub(crate) fn near(connection: &Connection, at: i64) -> Result<Option<(Timestamp, Vec<ProcessReading>)>, Fault> {
    let mut candidates = Vec::new();
    for sql in [
        "SELECT ts, processes FROM hot WHERE ts <= ?1 AND processes IS NOT NULL ORDER BY ts DESC LIMIT 1",
        "SELECT ts, processes FROM hot WHERE ts > ?1 AND processes IS NOT NULL ORDER BY ts LIMIT 1",
    ] {
        let found = connection.prepare_cached(sql)?.query_row([at], columns).optional()?;
        candidates.extend(found.map(|row| open(connection, row)).transpose()?);
    }
    for sql in [
        "SELECT ts, d FROM processes WHERE ts <= ?1 ORDER BY ts DESC LIMIT 1",
        "SELECT ts, d FROM processes WHERE ts > ?1 ORDER BY ts LIMIT 1",
    ] {
        let found = connection.prepare_cached(sql)?.query_row([at], columns).optional()?;
        if let Some((ts, bytes)) = found {
            candidates.push((ts, processes::decode(&bytes).map_err(Fault::malformed(TABLE))?));
        }
    }
    // The period itself may begin with a later list, so the one before it counts too.
    for sql in [
        "SELECT period, d FROM process_list WHERE period <= ?1 ORDER BY period DESC LIMIT 2",
        "SELECT period, d FROM process_list WHERE period > ?1 ORDER BY period LIMIT 1",
    ] {
        let mut statement = connection.prepare_cached(sql)?;
        for row in statement.query_map([at.div_euclid(PERIOD)], columns)? {
            candidates.extend(many(row?)?);
        }
    }
    let nearest = candidates.into_iter().min_by_key(|(ts, _)| (ts.abs_diff(at), *ts));
    Ok(nearest.map(|(ts, list)| (Timestamp::from_millis(ts), list)))
}

/// A stamp that no list lies before, of those whose round is sealed.
pub(crate) fn first(connection: &Connection) -> Result<Option<i64>, Fault> {
    let one = |sql: &str| connection.prepare_cached(sql)?.query_row([], |row| row.get::<_, Option<i64>>(0));
    let period = one("SELECT min(period) FROM process_list")?.map(|period| period * PERIOD);
    Ok(one("SELECT min(ts) FROM processes")?.into_iter().chain(period).min())
}

/// Deletes lists before `cutoff` as far as their round is sealed; those of a period go together.
pub(crate) fn delete_before(connection: &Connection, cutoff: i64) -> Result<usize, Fault> {
    let single = connection.prepare_cached("DELETE FROM processes WHERE ts < ?1")?.execute([cutoff])?;
    let whole = connection
        .prepare_cached("DELETE FROM process_list WHERE period < ?1")?
        .execute([cutoff.div_euclid(PERIOD)])?;
    Ok(single + whole)
}

fn columns(row: &Row<'_>) -> rusqlite::Result<(i64, Vec<u8>)> {
    Ok((row.get(0)?, row.get(1)?))
}

fn in_hot_row(connection: &Connection, ts: i64) -> Result<Option<Vec<u8>>, Fault> {
    let found: Option<Option<Vec<u8>>> = connection
        .prepare_cached("SELECT processes FROM hot WHERE ts = ?1")?
        .query_row([ts], |row| row.get(0))
        .optional()?;
    Ok(found.flatten())
}

/// A list of a hot row, read with the help of the one before it that is written in full.
fn open(connection: &Connection, (ts, bytes): (i64, Vec<u8>)) -> Result<Stamped, Fault> {
    let full = match brief::needs(&bytes, ts).map_err(Fault::malformed(TABLE))? {
        Some(full) => brief::decode(&in_hot_row(connection, full)?.unwrap_or_default(), &[]).unwrap_or_default(),
        None => Vec::new(),
    };
    Ok((ts, brief::decode(&bytes, &full).map_err(Fault::malformed(TABLE))?))
}

fn many((period, bytes): (i64, Vec<u8>)) -> Result<Vec<Stamped>, Fault> {
    lists::decode(&bytes, period * PERIOD).map_err(Fault::malformed(LISTS))
}
