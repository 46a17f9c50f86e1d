//! Sealed samples of a day that is over, sorted by series: there, a day of one series lies in one or two pages instead of
//! twelve. A day has a table of its own, `chunk_day_<day>`, because it goes as a whole, and SQLite lets go of the pages of a
//! table that is dropped without writing each of them to the log, as it does with rows that are deleted. Days that an
//! earlier version sorted lie together in `chunk_day`, and so do those beyond [`MOST_TABLES`].
//!
//! `sorted_day` says which days are sorted, and which of the two holds each.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::database::Migration;
use crate::error::Fault;

pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        schema: 3,
        sql: "CREATE TABLE chunk_day (id INTEGER PRIMARY KEY, d BLOB NOT NULL) STRICT;
              CREATE TABLE sorted_day (day INTEGER PRIMARY KEY) STRICT;",
    },
    Migration {
        schema: 4,
        sql: "ALTER TABLE sorted_day ADD COLUMN own INTEGER NOT NULL DEFAULT 0;
              DELETE FROM chunk_day WHERE id >> 24 NOT IN (SELECT day FROM sorted_day);",
    },
];

/// What the names of tables of one day begin with; the day follows.
const PREFIX: &str = "chunk_day_";
/// Series have numbers below 2^20, periods of a day below 2^4.
const SERIES_BITS: u32 = 20;
const PART_BITS: u32 = 4;
/// So many days have a table of their own: whoever opens the database reads all their names first.
const MOST_TABLES: usize = 100;

/// Where the rows of a day lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// In `chunk_day`, under `((day << 20) | series) << 4 | part`.
    Joint,
    /// In a table of the day, under `series << 4 | part`.
    Own,
}

/// The days that are sorted, and where.
pub(super) fn sorted(connection: &Connection) -> Result<BTreeMap<i64, Form>, Fault> {
    let mut statement = connection.prepare_cached("SELECT day, own FROM sorted_day")?;
    let form = |own| if own { Form::Own } else { Form::Joint };
    let days = statement.query_map([], |row| Ok((row.get(0)?, form(row.get(1)?))))?;
    Ok(days.collect::<Result<_, _>>()?)
}

/// The days that have a table of their own, sorted to the end or not.
fn own_tables(connection: &Connection) -> Result<Vec<i64>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB ?1 || '*'")?;
    let mut rows = statement.query([PREFIX])?;
    let mut days = Vec::new();
    while let Some(row) = rows.next()? {
        let name = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
        days.extend(name.strip_prefix(PREFIX).and_then(|day| day.parse::<i64>().ok()));
    }
    Ok(days)
}

/// Deletes the sorted days before that one, and what was begun of them.
pub(super) fn delete_before(connection: &Connection, day: i64) -> Result<(), Fault> {
    for old in own_tables(connection)?.into_iter().filter(|old| *old < day) {
        drop_own(connection, old)?;
    }
    let end = Rows::of(day, Form::Joint).id(0, 0);
    connection.prepare_cached("DELETE FROM chunk_day WHERE id < ?1")?.execute([end])?;
    connection.prepare_cached("DELETE FROM sorted_day WHERE day < ?1")?.execute([day])?;
    Ok(())
}

fn drop_own(connection: &Connection, day: i64) -> Result<(), Fault> {
    Ok(connection.execute_batch(&format!("DROP TABLE IF EXISTS \"{PREFIX}{day}\""))?)
}

/// The rows of one day.
pub(super) struct Rows {
    day: i64,
    form: Form,
    table: String,
    /// What every key has in front of series and part.
    base: i64,
}

impl Rows {
    /// Those of a day that lie there.
    pub(super) fn of(day: i64, form: Form) -> Self {
        match form {
            Form::Joint => Self { day, form, table: "chunk_day".to_owned(), base: day << (SERIES_BITS + PART_BITS) },
            Form::Own => Self { day, form, table: format!("{PREFIX}{day}"), base: 0 },
        }
    }

    /// Those of a day that is being sorted, with a table made where it gets one.
    pub(super) fn to_be_sorted(connection: &Connection, day: i64) -> Result<Self, Fault> {
        let tables = own_tables(connection)?;
        if tables.contains(&day) {
            return Ok(Self::of(day, Form::Own));
        }
        let joint = Self::of(day, Form::Joint);
        if tables.len() >= MOST_TABLES || joint.last_series(connection)?.is_some() {
            return Ok(joint);
        }
        let own = Self::of(day, Form::Own);
        let sql = format!("CREATE TABLE \"{}\" (id INTEGER PRIMARY KEY, d BLOB NOT NULL) STRICT", own.table);
        connection.execute_batch(&sql)?;
        Ok(own)
    }

    const fn id(&self, series: u32, part: i64) -> i64 {
        self.base | (series as i64) << PART_BITS | part
    }

    /// Says that all of the day is there: from now on it is read here.
    pub(super) fn are_whole(&self, connection: &Connection) -> Result<(), Fault> {
        connection
            .prepare_cached("INSERT INTO sorted_day (day, own) VALUES (?1, ?2)")?
            .execute(params![self.day, self.form == Form::Own])?;
        Ok(())
    }

    /// Takes back all of them, of a day that is sorted in part.
    pub(super) fn take_back(connection: &Connection, day: i64) -> Result<(), Fault> {
        drop_own(connection, day)?;
        let joint = Self::of(day, Form::Joint);
        connection
            .prepare_cached("DELETE FROM chunk_day WHERE id >= ?1 AND id < ?2")?
            .execute([joint.id(0, 0), Self::of(day + 1, Form::Joint).id(0, 0)])?;
        Ok(())
    }

    /// The last series that has one.
    pub(super) fn last_series(&self, connection: &Connection) -> Result<Option<u32>, Fault> {
        let sql = format!("SELECT max(id) FROM \"{}\" WHERE id >= ?1 AND id < ?2", self.table);
        let last: Option<i64> =
            connection.prepare_cached(&sql)?.query_row([self.id(0, 0), self.end()], |row| row.get(0))?;
        Ok(last.map(|last| self.place_of(last).0))
    }

    /// Gives `take` those of the series `from <= series < to`, as `(series, part, bytes)` in that order.
    pub(super) fn range(
        &self,
        connection: &Connection,
        (from, to): (u32, u32),
        mut take: impl FnMut(u32, i64, &[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let sql = format!("SELECT id, d FROM \"{}\" WHERE id >= ?1 AND id < ?2 ORDER BY id", self.table);
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query([self.id(from, 0), self.id(0, 0) + (i64::from(to) << PART_BITS)])?;
        while let Some(row) = rows.next()? {
            let (series, part) = self.place_of(row.get(0)?);
            take(series, part, row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?)?;
        }
        Ok(())
    }

    /// Gives `take` the bytes of one series in a period, if there are any.
    pub(super) fn find(
        &self,
        connection: &Connection,
        series: u32,
        part: i64,
        take: impl FnOnce(&[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let mut statement = connection.prepare_cached(&format!("SELECT d FROM \"{}\" WHERE id = ?1", self.table))?;
        let mut rows = statement.query([self.id(series, part)])?;
        let Some(row) = rows.next()? else { return Ok(()) };
        take(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)
    }

    /// Stores one in place of what was there.
    pub(super) fn put(&self, connection: &Connection, series: u32, part: i64, bytes: &[u8]) -> Result<(), Fault> {
        let sql = format!("INSERT OR REPLACE INTO \"{}\" (id, d) VALUES (?1, ?2)", self.table);
        connection.prepare_cached(&sql)?.execute(params![self.id(series, part), bytes])?;
        Ok(())
    }

    const fn end(&self) -> i64 {
        self.base + (1 << (SERIES_BITS + PART_BITS))
    }

    const fn place_of(&self, id: i64) -> (u32, i64) {
        let id = id - self.base;
        ((id >> PART_BITS) as u32, id & ((1 << PART_BITS) - 1))
    }
}
