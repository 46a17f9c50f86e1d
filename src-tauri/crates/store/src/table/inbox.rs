//! Pushed samples until their period of two hours is sealed: a narrow row each, keyed by stamp and series, so that a second
//! value for the same stamp takes the place of the first. Values are kept as the 64 bits that they are made of, because
//! SQLite would drop the sign of a zero.

use rusqlite::{Connection, OptionalExtension, params};

use crate::codec::pushed::Sample;
use crate::codec::real;
use crate::database::Migration;
use crate::error::Fault;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 3,
    sql: "CREATE TABLE inbox (
            ts INTEGER NOT NULL, series INTEGER NOT NULL, seen INTEGER NOT NULL, value INTEGER NOT NULL,
            PRIMARY KEY (ts, series)) STRICT, WITHOUT ROWID;",
}];

/// Stores a sample; one of the same series and stamp is replaced.
pub(crate) fn put(connection: &Connection, series: u32, sample: Sample) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO inbox (ts, series, seen, value) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![sample.ts, series, sample.seen, bits(sample.image)])?;
    Ok(())
}

/// Gives `take` every sample with `from <= ts < to` in the order of stamps, with its series.
pub(crate) fn range(
    connection: &Connection,
    from: i64,
    to: i64,
    mut take: impl FnMut(u32, Sample),
) -> Result<(), Fault> {
    let mut statement = connection
        .prepare_cached("SELECT ts, series, seen, value FROM inbox WHERE ts >= ?1 AND ts < ?2 ORDER BY ts, series")?;
    let mut rows = statement.query([from, to])?;
    while let Some(row) = rows.next()? {
        take(row.get(1)?, Sample { ts: row.get(0)?, seen: row.get(2)?, image: image(row.get(3)?) });
    }
    Ok(())
}

/// Stamp and image of the newest sample of every series that has one here.
pub(crate) fn newest(connection: &Connection) -> Result<Vec<(u32, i64, i64)>, Fault> {
    let mut statement = connection.prepare_cached("SELECT series, max(ts), value FROM inbox GROUP BY series")?;
    let newest = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, image(row.get(2)?))))?;
    Ok(newest.collect::<Result<_, _>>()?)
}

/// The first stamp at or after `from`.
pub(crate) fn first_from(connection: &Connection, from: i64) -> Result<Option<i64>, Fault> {
    let first = connection
        .prepare_cached("SELECT ts FROM inbox WHERE ts >= ?1 ORDER BY ts LIMIT 1")?
        .query_row([from], |row| row.get(0))
        .optional()?;
    Ok(first)
}

/// How many samples wait.
pub(crate) fn count(connection: &Connection) -> Result<usize, Fault> {
    Ok(connection.prepare_cached("SELECT count(*) FROM inbox")?.query_row([], |row| row.get::<_, u32>(0))? as usize)
}

/// Whether a series has a sample here.
pub(crate) fn has(connection: &Connection, series: u32) -> Result<bool, Fault> {
    Ok(connection.prepare_cached("SELECT 1 FROM inbox WHERE series = ?1 LIMIT 1")?.exists([series])?)
}

/// Deletes samples with `from <= ts < to`.
pub(crate) fn delete(connection: &Connection, from: i64, to: i64) -> Result<usize, Fault> {
    Ok(connection.prepare_cached("DELETE FROM inbox WHERE ts >= ?1 AND ts < ?2")?.execute([from, to])?)
}

const fn bits(image: i64) -> i64 {
    real::value(image).to_bits().cast_signed()
}

const fn image(bits: i64) -> i64 {
    real::image(f64::from_bits(bits.cast_unsigned()))
}
