//! Where the samples of a stretch of time lie: sealed, in hot rows, or in both. It reads no sample.

use rusqlite::Connection;

use super::period;
use crate::error::Fault;
use crate::table::chunk::{self, Sorted};
use crate::table::{clocks, hot};

/// A stretch of time, all of whose samples lie in one kind of place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stretch {
    /// In hot rows with `from <= ts < to`.
    Hot {
        /// First stamp.
        from: i64,
        /// After the last stamp.
        to: i64,
    },
    /// In the chunks of that period.
    Sealed(i64),
    /// In the chunks of that period, and in hot rows that came after it was sealed.
    Both(i64),
}

impl Stretch {
    /// The period, where everything is sealed.
    pub(super) const fn sealed(&self) -> Option<i64> {
        match self {
            Self::Sealed(period) => Some(*period),
            Self::Hot { .. } | Self::Both(_) => None,
        }
    }

    /// The sorted day that all of it lies in.
    pub(super) fn sorted_day(&self, sorted: &Sorted) -> Option<i64> {
        self.sealed().filter(|period| sorted.holds(*period)).map(chunk::day_of)
    }
}

/// The stretches that hold the samples with `from <= ts < to`, in the order of time. Whole periods are named also where
/// only a part of one is asked for.
pub(super) fn stretches(connection: &Connection, from: i64, to: i64) -> Result<Vec<Stretch>, Fault> {
    let mut found = Vec::new();
    let mut cursor = from;
    let mut next = hot::first_from(connection, from)?;
    for sealed in clocks::periods(connection, period::of(from), period::of(to - 1) + 1)? {
        let (start, end) = (period::start(sealed).max(from), period::end(sealed).min(to));
        if next.is_some_and(|next| next < start) {
            found.push(Stretch::Hot { from: cursor, to: start });
            next = hot::first_from(connection, start)?;
        }
        if next.is_some_and(|next| next < end) {
            found.push(Stretch::Both(sealed));
            next = hot::first_from(connection, end)?;
        } else {
            found.push(Stretch::Sealed(sealed));
        }
        cursor = end;
    }
    if next.is_some_and(|next| next < to) {
        found.push(Stretch::Hot { from: cursor, to });
    }
    Ok(found)
}
