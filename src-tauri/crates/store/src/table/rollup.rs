//! Rollups: rows of buckets, one for each series and span of time, keyed `(span << 20) | series`, so that rows are
//! only ever appended and one range deletes the oldest.
//!
//! `r5m_part` holds the 5-minute buckets of 2 hours, until their day is over; `r5m` those of a whole day; `r1h` the
//! 1-hour buckets of a week. Parts exist so that a day's row is written once, densely, and not twelve times.

use rusqlite::{Connection, params};

use crate::database::Migration;
use crate::error::Fault;

pub(crate) const TABLE: &str = "rollup";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE r5m_part (id INTEGER PRIMARY KEY, d BLOB NOT NULL) STRICT;
          CREATE TABLE r5m (id INTEGER PRIMARY KEY, d BLOB NOT NULL) STRICT;
          CREATE TABLE r1h (id INTEGER PRIMARY KEY, d BLOB NOT NULL) STRICT;",
}];

/// Series have numbers below 2^20.
const SERIES_BITS: u32 = 20;
/// Below every row whose key can be formed.
pub(crate) const FIRST_ROW: i64 = i64::MIN >> 21;

/// Which of the three tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tier {
    /// 5-minute buckets, 2 hours a row; slots count within the day.
    Part,
    /// 5-minute buckets, a day a row.
    Day,
    /// 1-hour buckets, a week a row.
    Week,
}

impl Tier {
    /// Length of a row, ms.
    pub(crate) const fn span(self) -> i64 {
        match self {
            Self::Part => 2 * 3_600_000,
            Self::Day => 86_400_000,
            Self::Week => 7 * 86_400_000,
        }
    }

    /// Length of a bucket, ms.
    pub(crate) const fn bucket(self) -> i64 {
        match self {
            Self::Part | Self::Day => 300_000,
            Self::Week => 3_600_000,
        }
    }

    /// Stamp that the slots of row number `row` count from.
    pub(crate) const fn origin(self, row: i64) -> i64 {
        match self {
            Self::Part => (row * Self::Part.span()).div_euclid(Self::Day.span()) * Self::Day.span(),
            Self::Day | Self::Week => row * self.span(),
        }
    }

    const fn select_range(self) -> &'static str {
        match self {
            Self::Part => "SELECT id, d FROM r5m_part WHERE id >= ?1 AND id < ?2 ORDER BY id",
            Self::Day => "SELECT id, d FROM r5m WHERE id >= ?1 AND id < ?2 ORDER BY id",
            Self::Week => "SELECT id, d FROM r1h WHERE id >= ?1 AND id < ?2 ORDER BY id",
        }
    }

    const fn select_one(self) -> &'static str {
        match self {
            Self::Part => "SELECT d FROM r5m_part WHERE id = ?1",
            Self::Day => "SELECT d FROM r5m WHERE id = ?1",
            Self::Week => "SELECT d FROM r1h WHERE id = ?1",
        }
    }

    const fn replace(self) -> &'static str {
        match self {
            Self::Part => "INSERT OR REPLACE INTO r5m_part (id, d) VALUES (?1, ?2)",
            Self::Day => "INSERT OR REPLACE INTO r5m (id, d) VALUES (?1, ?2)",
            Self::Week => "INSERT OR REPLACE INTO r1h (id, d) VALUES (?1, ?2)",
        }
    }

    const fn delete(self) -> &'static str {
        match self {
            Self::Part => "DELETE FROM r5m_part WHERE id < ?1",
            Self::Day => "DELETE FROM r5m WHERE id < ?1",
            Self::Week => "DELETE FROM r1h WHERE id < ?1",
        }
    }

    const fn clear(self) -> &'static str {
        match self {
            Self::Part => "DELETE FROM r5m_part",
            Self::Day => "DELETE FROM r5m",
            Self::Week => "DELETE FROM r1h",
        }
    }

    const fn first(self) -> &'static str {
        match self {
            Self::Part => "SELECT min(id) FROM r5m_part WHERE id >= ?1",
            Self::Day => "SELECT min(id) FROM r5m WHERE id >= ?1",
            Self::Week => "SELECT min(id) FROM r1h WHERE id >= ?1",
        }
    }
}

const fn id(row: i64, series: u32) -> i64 {
    row << SERIES_BITS | series as i64
}

/// Gives `take` the rows numbered `from <= row < to` of all series, as `(row, series, bytes)`.
pub(crate) fn range(
    connection: &Connection,
    tier: Tier,
    from: i64,
    to: i64,
    mut take: impl FnMut(i64, u32, &[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(tier.select_range())?;
    let mut rows = statement.query([id(from, 0), id(to, 0)])?;
    while let Some(row) = rows.next()? {
        let key: i64 = row.get(0)?;
        let bytes = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
        take(key >> SERIES_BITS, (key & ((1 << SERIES_BITS) - 1)) as u32, bytes)?;
    }
    Ok(())
}

/// Gives `take` the bytes of one row of one series, if there is one.
pub(crate) fn find<T>(
    connection: &Connection,
    tier: Tier,
    row: i64,
    series: u32,
    take: impl FnOnce(&[u8]) -> Result<T, Fault>,
) -> Result<Option<T>, Fault> {
    let mut statement = connection.prepare_cached(tier.select_one())?;
    let mut rows = statement.query([id(row, series)])?;
    let Some(found) = rows.next()? else { return Ok(None) };
    take(found.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?).map(Some)
}

/// Stores a row in place of what was there.
pub(crate) fn put(connection: &Connection, tier: Tier, row: i64, series: u32, bytes: &[u8]) -> Result<(), Fault> {
    connection.prepare_cached(tier.replace())?.execute(params![id(row, series), bytes])?;
    Ok(())
}

/// Deletes rows numbered below `row`. When there are no others, which is so for the parts of a day that is merged soon after
/// its end, SQLite lets go of all pages without writing each of them to the log.
pub(crate) fn delete_before(connection: &Connection, tier: Tier, row: i64) -> Result<usize, Fault> {
    if first_from(connection, tier, row)?.is_none() {
        return Ok(connection.prepare_cached(tier.clear())?.execute([])?);
    }
    Ok(connection.prepare_cached(tier.delete())?.execute([id(row, 0)])?)
}

/// The number of the first row at or after `row`.
pub(crate) fn first_from(connection: &Connection, tier: Tier, row: i64) -> Result<Option<i64>, Fault> {
    let key: Option<i64> = connection.prepare_cached(tier.first())?.query_row([id(row, 0)], |row| row.get(0))?;
    Ok(key.map(|key| key >> SERIES_BITS))
}
