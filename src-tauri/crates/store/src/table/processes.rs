//! Top processes: one blob a round that looked at them, under the stamp of the round.

use caretaker_core::metric::ProcessReading;
use caretaker_core::time::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use crate::codec::processes::decode;
use crate::database::Migration;
use crate::error::Fault;

const TABLE: &str = "processes";

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { schema: 1, sql: "CREATE TABLE processes (ts INTEGER PRIMARY KEY, d BLOB NOT NULL) STRICT;" }];

/// Stores a list that was encoded.
pub(crate) fn insert(connection: &Connection, ts: i64, bytes: &[u8]) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO processes (ts, d) VALUES (?1, ?2)")?
        .execute(params![ts, bytes])?;
    Ok(())
}

/// The list nearest to a point in time.
pub(crate) fn near(connection: &Connection, at: i64) -> Result<Option<(Timestamp, Vec<ProcessReading>)>, Fault> {
    let side = |sql: &str| -> Result<Option<(i64, Vec<u8>)>, Fault> {
        Ok(connection.prepare_cached(sql)?.query_row([at], |row| Ok((row.get(0)?, row.get(1)?))).optional()?)
    };
    let before = side("SELECT ts, d FROM processes WHERE ts <= ?1 ORDER BY ts DESC LIMIT 1")?;
    let after = side("SELECT ts, d FROM processes WHERE ts > ?1 ORDER BY ts LIMIT 1")?;
    let nearest = before.into_iter().chain(after).min_by_key(|(ts, _)| ts.abs_diff(at));
    nearest
        .map(|(ts, bytes)| Ok((Timestamp::from_millis(ts), decode(&bytes).map_err(Fault::malformed(TABLE))?)))
        .transpose()
}

/// The list of the round with that stamp.
pub(crate) fn of_round(connection: &Connection, ts: i64) -> Result<Option<Vec<ProcessReading>>, Fault> {
    let bytes: Option<Vec<u8>> = connection
        .prepare_cached("SELECT d FROM processes WHERE ts = ?1")?
        .query_row([ts], |row| row.get(0))
        .optional()?;
    bytes.map(|bytes| decode(&bytes).map_err(Fault::malformed(TABLE))).transpose()
}

/// The stamp of the first list.
pub(crate) fn first(connection: &Connection) -> Result<Option<i64>, Fault> {
    Ok(connection.prepare_cached("SELECT min(ts) FROM processes")?.query_row([], |row| row.get(0))?)
}

/// Deletes lists before `cutoff`.
pub(crate) fn delete_before(connection: &Connection, cutoff: i64) -> Result<usize, Fault> {
    Ok(connection.prepare_cached("DELETE FROM processes WHERE ts < ?1")?.execute([cutoff])?)
}
