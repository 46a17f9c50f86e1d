//! Layouts of hot rows: which series a row holds in which order, and the base that its values are written against.
//! The number of a series is doubled, and odd where its values are whole pages. A layout belongs to one
//! period and is deleted when that period is sealed.

use rusqlite::{Connection, OptionalExtension, params};

use crate::codec::row::Base;
use crate::codec::varint::{Input, put, put_signed};
use crate::database::Migration;
use crate::error::Fault;

pub(crate) const TABLE: &str = "layout";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE layout (
            id INTEGER PRIMARY KEY AUTOINCREMENT, period INTEGER NOT NULL, series BLOB NOT NULL, base BLOB NOT NULL) STRICT;",
}];

/// An order of series.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) id: i64,
    /// The period of two hours that its rows lie in.
    pub(crate) period: i64,
    /// Numbers of the series, one a slot.
    pub(crate) series: Vec<u32>,
    /// What each of them is written against.
    pub(crate) base: Vec<Base>,
}

/// Stores a new layout and gives its number.
pub(crate) fn insert(connection: &Connection, period: i64, series: &[u32], base: &[Base]) -> Result<i64, Fault> {
    let (mut numbers, mut bases) = (Vec::with_capacity(series.len() * 2), Vec::with_capacity(base.len() * 3));
    for (id, base) in series.iter().zip(base) {
        put(&mut numbers, u64::from(*id) << 1 | u64::from(base.pages));
        put_signed(&mut bases, base.value);
    }
    connection
        .prepare_cached("INSERT INTO layout (period, series, base) VALUES (?1, ?2, ?3)")?
        .execute(params![period, numbers, bases])?;
    Ok(connection.last_insert_rowid())
}

/// The layout of that number.
pub(crate) fn find(connection: &Connection, id: i64) -> Result<Layout, Fault> {
    connection
        .prepare_cached("SELECT id, period, series, base FROM layout WHERE id = ?1")?
        .query_row([id], columns)
        .optional()?
        .ok_or_else(|| Fault::Row { table: TABLE, detail: format!("layout {id} is missing") })
        .and_then(read)
}

/// The newest layout of a period.
pub(crate) fn newest_of(connection: &Connection, period: i64) -> Result<Option<Layout>, Fault> {
    connection
        .prepare_cached("SELECT id, period, series, base FROM layout WHERE period = ?1 ORDER BY id DESC LIMIT 1")?
        .query_row([period], columns)
        .optional()?
        .map(read)
        .transpose()
}

/// Deletes the layouts of that period and of the one before, except those that hot rows with `from <= ts < to` use: a
/// row at the very start of a period may still use the layout of the one before.
pub(crate) fn delete_unused(connection: &Connection, period: i64, from: i64, to: i64) -> Result<usize, Fault> {
    let deleted = connection
        .prepare_cached(
            "DELETE FROM layout WHERE period >= ?1 - 1 AND period <= ?1
             AND id NOT IN (SELECT layout FROM hot WHERE ts >= ?2 AND ts < ?3)",
        )?
        .execute([period, from, to])?;
    Ok(deleted)
}

/// Deletes the layouts of periods before that one.
pub(crate) fn delete_before(connection: &Connection, period: i64) -> Result<usize, Fault> {
    Ok(connection.prepare_cached("DELETE FROM layout WHERE period < ?1")?.execute([period])?)
}

type Columns = (i64, i64, Vec<u8>, Vec<u8>);

fn columns(row: &rusqlite::Row<'_>) -> rusqlite::Result<Columns> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

fn read((id, period, numbers, bases): Columns) -> Result<Layout, Fault> {
    let (mut series, mut base) = (Vec::new(), Vec::new());
    let (mut numbers, mut bases) = (Input(&numbers), Input(&bases));
    while !numbers.is_empty() {
        let number = numbers.number().map_err(Fault::malformed(TABLE))?;
        series.push((number >> 1) as u32);
        base.push(Base { value: bases.signed().map_err(Fault::malformed(TABLE))?, pages: number & 1 == 1 });
    }
    Ok(Layout { id, period, series, base })
}
