//! The series that exist, each with a number that every other table uses, and the newest value known when the last
//! period was rolled up.

use std::collections::HashSet;
use std::sync::Arc;

use caretaker_core::metric::{SeriesKey, SeriesKind, Unit};
use rusqlite::{Connection, OptionalExtension, params};

use super::{from_json, from_word, to_json, word};
use crate::codec::buckets::Bucket;
use crate::codec::real;
use crate::codec::row::Base;
use crate::database::Migration;
use crate::error::Fault;

pub(crate) const TABLE: &str = "series";

/// The unit and its scale belong to the identity, because stored numbers mean nothing under another one. A scale of zero
/// says that values are real numbers. `pushed` says that the samples have stamps of their own.
pub(crate) const MIGRATIONS: &[Migration] = &[
    Migration {
        schema: 1,
        sql: "CREATE TABLE series (
            id INTEGER PRIMARY KEY, name TEXT NOT NULL, labels TEXT NOT NULL DEFAULT '{}', unit TEXT NOT NULL,
            scale INTEGER NOT NULL, kind TEXT NOT NULL, created INTEGER NOT NULL, last_at INTEGER, last INTEGER,
            UNIQUE (name, labels, unit, scale)) STRICT;",
    },
    Migration { schema: 3, sql: "ALTER TABLE series ADD COLUMN pushed INTEGER NOT NULL DEFAULT 0;" },
];

/// How values become the whole numbers that are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Values times this, rounded.
    Scaled(u32),
    /// [`real::image`]s, which lose nothing.
    Real,
}

impl Encoding {
    /// Of what collectors measure in that unit.
    pub(crate) const fn of(unit: Unit) -> Self {
        match unit.scale() {
            Some(scale) => Self::Scaled(scale),
            None => Self::Real,
        }
    }

    const fn scale(self) -> u32 {
        match self {
            Self::Scaled(scale) => scale,
            Self::Real => 0,
        }
    }

    /// The number that is stored for a value; none for what does not fit.
    pub(crate) fn stored(self, value: f64) -> Option<i64> {
        match self {
            Self::Scaled(scale) => {
                let scaled = (value * f64::from(scale)).round();
                (scaled.abs() <= Base::LIMIT as f64).then_some(scaled as i64)
            }
            Self::Real => value.is_finite().then(|| real::image(value)),
        }
    }

    /// A stored number as a value.
    pub(crate) fn value(self, stored: i64) -> f64 {
        match self {
            Self::Scaled(scale) => stored as f64 / f64::from(scale),
            Self::Real => real::value(stored),
        }
    }

    /// A bucket of one stored number.
    pub(crate) const fn bucket(self, slot: u32, stored: i64) -> Bucket {
        match self {
            Self::Scaled(_) => Bucket::of(slot, stored),
            Self::Real => Bucket::of_real(slot, stored),
        }
    }

    /// Mean of the samples in a bucket.
    pub(crate) fn mean(self, bucket: &Bucket) -> f64 {
        let mean = bucket.sum() / bucket.count as f64;
        match self {
            Self::Scaled(scale) => mean / f64::from(scale),
            // Sums of the largest numbers are cut, and additions round.
            Self::Real => mean.max(self.value(bucket.min)).min(self.value(bucket.max)),
        }
    }
}

/// One series.
#[derive(Clone, Debug)]
pub(crate) struct Series {
    pub(crate) id: u32,
    pub(crate) key: Arc<SeriesKey>,
    pub(crate) unit: Unit,
    /// How its values are stored.
    pub(crate) encoding: Encoding,
    pub(crate) kind: SeriesKind,
    /// Whether its samples are pushed, and not measured in rounds.
    pub(crate) pushed: bool,
    /// Stamp (ms) and stored number of the newest sample that was rolled up.
    pub(crate) last: Option<(i64, i64)>,
}

impl Series {
    /// A stored number as a value.
    pub(crate) fn value(&self, stored: i64) -> f64 {
        self.encoding.value(stored)
    }
}

/// What is fixed for a series when it is created.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Nature {
    pub(crate) unit: Unit,
    pub(crate) kind: SeriesKind,
    pub(crate) encoding: Encoding,
    pub(crate) pushed: bool,
}

impl Nature {
    /// Of what collectors measure.
    pub(crate) const fn measured(unit: Unit, kind: SeriesKind) -> Self {
        Self { unit, kind, encoding: Encoding::of(unit), pushed: false }
    }

    /// Of what others push: every bit comes back.
    pub(crate) const fn pushed(unit: Unit, kind: SeriesKind) -> Self {
        Self { unit, kind, encoding: Encoding::Real, pushed: true }
    }
}

/// All series whose unit this program knows, by number.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Series>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT id, name, labels, unit, scale, kind, last_at, last, pushed FROM series ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        // A compatible newer program may have written a unit that did not exist yet; its series stay invisible.
        let Ok(unit) = from_word(TABLE, row.get_ref(3)?.as_str().unwrap_or_default()) else { continue };
        let last_at: Option<i64> = row.get(6)?;
        let last: Option<i64> = row.get(7)?;
        found.push(Series {
            id: row.get(0)?,
            key: Arc::new(SeriesKey {
                name: row.get(1)?,
                labels: from_json(TABLE, row.get_ref(2)?.as_str().unwrap_or_default())?,
            }),
            unit,
            encoding: match row.get(4)? {
                0 => Encoding::Real,
                scale => Encoding::Scaled(scale),
            },
            kind: from_word(TABLE, row.get_ref(5)?.as_str().unwrap_or_default()).unwrap_or_default(),
            pushed: row.get(8)?,
            last: last_at.zip(last),
        });
    }
    Ok(found)
}

/// Numbers of the series whose values are real numbers.
pub(crate) fn real_ones(connection: &Connection) -> Result<HashSet<u32>, Fault> {
    let mut statement = connection.prepare_cached("SELECT id FROM series WHERE scale = 0")?;
    let ids = statement.query_map([], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Whether rounds have a series of that name.
pub(crate) fn is_measured(connection: &Connection, name: &str) -> Result<bool, Fault> {
    Ok(connection.prepare_cached("SELECT 1 FROM series WHERE name = ?1 AND pushed = 0 LIMIT 1")?.exists([name])?)
}

/// The number of a series, if it is there.
pub(crate) fn find(connection: &Connection, key: &SeriesKey, nature: Nature) -> Result<Option<u32>, Fault> {
    let found = connection
        .prepare_cached(
            "SELECT id FROM series WHERE name = ?1 AND labels = ?2 AND unit = ?3 AND scale = ?4 AND pushed = ?5",
        )?
        .query_row(
            params![
                key.name,
                to_json(TABLE, &key.labels)?,
                word(TABLE, &nature.unit)?,
                nature.encoding.scale(),
                nature.pushed
            ],
            |row| row.get(0),
        )
        .optional()?;
    Ok(found)
}

/// The number of a series, which is created if it is new.
pub(crate) fn number(connection: &Connection, key: &SeriesKey, nature: Nature, now: i64) -> Result<u32, Fault> {
    if let Some(id) = find(connection, key, nature)? {
        return Ok(id);
    }
    connection
        .prepare_cached(
            "INSERT INTO series (name, labels, unit, scale, kind, created, pushed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?
        .execute(params![
            key.name,
            to_json(TABLE, &key.labels)?,
            word(TABLE, &nature.unit)?,
            nature.encoding.scale(),
            word(TABLE, &nature.kind)?,
            now,
            nature.pushed
        ])?;
    Ok(connection.last_insert_rowid() as u32)
}

/// Remembers the newest rolled-up sample, unless a newer one is known.
pub(crate) fn remember_last(connection: &Connection, id: u32, at: i64, stored: i64) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "UPDATE series SET last_at = ?2, last = ?3 WHERE id = ?1 AND (last_at IS NULL OR last_at <= ?2)",
        )?
        .execute(params![id, at, stored])?;
    Ok(())
}

/// Deletes series without a sample since `cutoff`, except those that `in_use` knows.
pub(crate) fn delete_unseen_since(
    connection: &Connection,
    cutoff: i64,
    in_use: impl Fn(u32) -> Result<bool, Fault>,
) -> Result<usize, Fault> {
    let unseen: Vec<u32> = connection
        .prepare_cached("SELECT id FROM series WHERE created < ?1 AND last_at < ?1")?
        .query_map([cutoff], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut deleted = 0;
    for id in unseen {
        if !in_use(id)? {
            deleted += connection.prepare_cached("DELETE FROM series WHERE id = ?1")?.execute([id])?;
        }
    }
    Ok(deleted)
}
