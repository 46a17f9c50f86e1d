//! Sealed samples: a row for each series and period of two hours. When they were measured stands in the row of `clocks` of
//! the period.
//!
//! They come period by period, so a row begins in `chunk` under `(period << 20) | series`: appended, and left by one range.
//! When a day is over its rows are sorted by series into `chunk_day`. A day lies here or there, whole; this file is the only
//! one that asks where.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::chunk_day::{self, Form, Rows};
use super::rollup::Tier;
use crate::database::Migration;
use crate::error::Fault;

pub(crate) const TABLE: &str = "chunk";

pub(crate) const MIGRATIONS: &[Migration] =
    &[Migration { schema: 2, sql: "CREATE TABLE chunk (id INTEGER PRIMARY KEY, d BLOB NOT NULL) STRICT;" }];

/// Series have numbers below 2^20.
const SERIES_BITS: u32 = 20;
/// Beyond all of them.
const SERIES_END: u32 = 1 << SERIES_BITS;
/// Periods of a day.
const PARTS: i64 = Tier::Day.span() / Tier::Part.span();
/// Rows that one step of sorting moves or deletes; rounds wait meanwhile.
const MOST_ROWS: usize = 600;

const fn id(period: i64, series: u32) -> i64 {
    period << SERIES_BITS | series as i64
}

const fn series_of(id: i64) -> u32 {
    (id & ((1 << SERIES_BITS) - 1)) as u32
}

/// The day that a period belongs to.
pub(crate) const fn day_of(period: i64) -> i64 {
    period.div_euclid(PARTS)
}

/// The days whose rows are sorted by series, as one snapshot sees them.
#[derive(Debug, Default)]
pub(crate) struct Sorted(BTreeMap<i64, Form>);

impl Sorted {
    /// Reads which they are: one row a day that is kept.
    pub(crate) fn read(connection: &Connection) -> Result<Self, Fault> {
        Ok(Self(chunk_day::sorted(connection)?))
    }

    /// Whether the rows of a period lie in a sorted day.
    pub(crate) fn holds(&self, period: i64) -> bool {
        self.0.contains_key(&day_of(period))
    }

    /// The rows of a day that is sorted.
    fn rows(&self, day: i64) -> Option<Rows> {
        self.0.get(&day).map(|form| Rows::of(day, *form))
    }
}

/// Gives `take` the bytes of every series in a period, as `(series, bytes)`. Of a sorted day everything is read for it.
pub(crate) fn of_period(
    connection: &Connection,
    sorted: &Sorted,
    period: i64,
    mut take: impl FnMut(u32, &[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if let Some(rows) = sorted.rows(day_of(period)) {
        return rows.range(connection, (0, SERIES_END), |series, part, bytes| {
            if part == period.rem_euclid(PARTS) { take(series, bytes) } else { Ok(()) }
        });
    }
    let mut statement = connection.prepare_cached("SELECT id, d FROM chunk WHERE id >= ?1 AND id < ?2 ORDER BY id")?;
    let mut rows = statement.query([id(period, 0), id(period + 1, 0)])?;
    while let Some(row) = rows.next()? {
        take(series_of(row.get(0)?), row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
    }
    Ok(())
}

/// Gives `take` the bytes of one series in a sorted day, as `(period, bytes)` in the order of periods.
pub(crate) fn of_day(
    connection: &Connection,
    sorted: &Sorted,
    day: i64,
    series: u32,
    mut take: impl FnMut(i64, &[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let Some(rows) = sorted.rows(day) else { return Ok(()) };
    rows.range(connection, (series, series + 1), |_, part, bytes| take(day * PARTS + part, bytes))
}

/// Gives `take` the bytes of one series in a period, if there are any.
pub(crate) fn find(
    connection: &Connection,
    sorted: &Sorted,
    period: i64,
    series: u32,
    take: impl FnOnce(&[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    if let Some(rows) = sorted.rows(day_of(period)) {
        return rows.find(connection, series, period.rem_euclid(PARTS), take);
    }
    let mut statement = connection.prepare_cached("SELECT d FROM chunk WHERE id = ?1")?;
    let mut rows = statement.query([id(period, series)])?;
    let Some(row) = rows.next()? else { return Ok(()) };
    take(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)
}

/// Stores a row in place of what was there.
pub(crate) fn put(
    connection: &Connection,
    sorted: &Sorted,
    period: i64,
    series: u32,
    bytes: &[u8],
) -> Result<(), Fault> {
    if let Some(rows) = sorted.rows(day_of(period)) {
        return rows.put(connection, series, period.rem_euclid(PARTS), bytes);
    }
    connection
        .prepare_cached("INSERT OR REPLACE INTO chunk (id, d) VALUES (?1, ?2)")?
        .execute(params![id(period, series), bytes])?;
    Ok(())
}

/// Takes back what was sorted so far of the day of that period, unless all of it is: its rows are about to change.
pub(crate) fn begin_anew(connection: &Connection, sorted: &Sorted, period: i64) -> Result<(), Fault> {
    if sorted.holds(period) { Ok(()) } else { Rows::take_back(connection, day_of(period)) }
}

/// How far a day is sorted after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sorting {
    /// No day is left that is over.
    Nothing,
    /// There is more to do.
    Some,
    /// This step made a day's rows change their table.
    Day,
}

/// Does the next step of sorting the first day that ends by `until`: copies some of its series, or, when all are copied,
/// deletes rows where they were. Readers see the copies from the step on that brings the last of them.
pub(crate) fn sort(connection: &Connection, until: i64) -> Result<Sorting, Fault> {
    let first: Option<i64> = connection.prepare_cached("SELECT min(id) FROM chunk")?.query_row([], |row| row.get(0))?;
    let Some(day) = first.map(|id| day_of(id >> SERIES_BITS)).filter(|day| (day + 1) * Tier::Day.span() <= until)
    else {
        return Ok(Sorting::Nothing);
    };
    if Sorted::read(connection)?.holds(day * PARTS) {
        clear(connection, id((day + 1) * PARTS, 0))?;
        return Ok(Sorting::Some);
    }
    let copies = Rows::to_be_sorted(connection, day)?;
    let next = copies.last_series(connection)?.map_or(0, |last| last + 1);
    let (mut rows, end) = some_series(connection, day, next)?;
    rows.sort_unstable_by_key(|(series, part, _)| (*series, *part));
    for (series, part, bytes) in &rows {
        copies.put(connection, *series, *part, bytes)?;
    }
    if end < SERIES_END {
        return Ok(Sorting::Some);
    }
    copies.are_whole(connection)?;
    Ok(Sorting::Day)
}

/// Deletes the rows below `end`, or some of them. When nothing else is there, which is so whenever a day is sorted soon after
/// its end, the whole table is emptied: SQLite then lets go of its pages without writing each of them to the log.
fn clear(connection: &Connection, end: i64) -> Result<(), Fault> {
    let last: Option<i64> = connection.prepare_cached("SELECT max(id) FROM chunk")?.query_row([], |row| row.get(0))?;
    if last.is_none_or(|last| last < end) {
        connection.prepare_cached("DELETE FROM chunk")?.execute([])?;
        return Ok(());
    }
    let beyond: Option<i64> = connection
        .prepare_cached("SELECT id FROM chunk WHERE id < ?1 ORDER BY id LIMIT 1 OFFSET ?2")?
        .query_row([end, MOST_ROWS as i64], |row| row.get(0))
        .optional()?;
    connection.prepare_cached("DELETE FROM chunk WHERE id < ?1")?.execute([beyond.unwrap_or(end)])?;
    Ok(())
}

/// A row as it will be sorted: series, part of the day, bytes.
type Row = (u32, i64, Vec<u8>);

/// Rows of a day of some series from `first` on, and the first series that is not among them.
fn some_series(connection: &Connection, day: i64, first: u32) -> Result<(Vec<Row>, u32), Fault> {
    let mut rows = Vec::new();
    let mut end = SERIES_END;
    let mut statement =
        connection.prepare_cached("SELECT id, d FROM chunk WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3")?;
    // Each period has a fair share, so that whole series fit; the period with the most of them sets the end of all.
    let share = MOST_ROWS / PARTS as usize;
    for part in 0..PARTS {
        let period = day * PARTS + part;
        let mut found = statement.query([id(period, first), id(period, 0) + i64::from(end), share as i64 + 1])?;
        let mut count = 0;
        while let Some(row) = found.next()? {
            let series = series_of(row.get(0)?);
            if count == share {
                end = series;
                break;
            }
            rows.push((series, part, row.get(1)?));
            count += 1;
        }
    }
    rows.retain(|(series, _, _)| *series < end);
    Ok((rows, end))
}

/// Deletes the rows of days before that of the period, and of the periods of that day before it which are not sorted.
pub(crate) fn delete_before(connection: &Connection, period: i64) -> Result<(), Fault> {
    connection.prepare_cached("DELETE FROM chunk WHERE id < ?1")?.execute([id(period, 0)])?;
    chunk_day::delete_before(connection, day_of(period))
}
