//! Clock epochs: a row for each start of the engine and each backward step of the wall clock. Within one epoch stamps
//! rise; rounds of different epochs are ordered by the number of the epoch.

use caretaker_core::time::{BootId, Moment, Span, Timestamp};
use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::word;
use crate::codec::row::Clocks;
use crate::database::Migration;
use crate::error::Fault;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE epoch (
            id INTEGER PRIMARY KEY AUTOINCREMENT, boot INTEGER NOT NULL, started_wall INTEGER NOT NULL,
            started_awake INTEGER NOT NULL, started_elapsed INTEGER NOT NULL, reason TEXT NOT NULL) STRICT;",
}];

/// Why a new epoch begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EpochReason {
    /// The engine started.
    Start,
    /// The wall clock was set back.
    ClockStep,
}

/// An epoch with the clocks at its beginning.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Epoch {
    pub(crate) id: u32,
    pub(crate) started: Moment,
}

impl Epoch {
    /// How far `moment` lies from a plain continuation of this epoch, for a row stamped `at`.
    pub(crate) fn clocks(&self, moment: &Moment, at: i64, interval: Span) -> Clocks {
        let elapsed = (moment.elapsed - self.started.elapsed).as_millis();
        let awake = (moment.awake - self.started.awake).as_millis();
        Clocks {
            interval: interval.as_millis(),
            drift: at.wrapping_sub(self.started.wall.as_millis()).wrapping_sub(elapsed),
            asleep: elapsed.wrapping_sub(awake),
        }
    }

    /// The reverse of [`Epoch::clocks`].
    pub(crate) fn moment(&self, clocks: Clocks, at: i64) -> Moment {
        let elapsed = at.wrapping_sub(self.started.wall.as_millis()).wrapping_sub(clocks.drift);
        Moment {
            wall: Timestamp::from_millis(at),
            elapsed: self.started.elapsed + Span::from_millis(elapsed),
            awake: self.started.awake + Span::from_millis(elapsed.wrapping_sub(clocks.asleep)),
            boot: self.started.boot,
        }
    }
}

/// Begins an epoch with a number that no other has and that lies above `known`.
pub(crate) fn insert(connection: &Connection, known: u32, moment: Moment, reason: EpochReason) -> Result<Epoch, Fault> {
    connection
        .prepare_cached(
            "INSERT INTO epoch (id, boot, started_wall, started_awake, started_elapsed, reason)
             VALUES (max(?6, coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'epoch'), 0)) + 1,
                     ?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            moment.boot.0.cast_signed(),
            moment.wall.as_millis(),
            moment.awake.as_millis(),
            moment.elapsed.as_millis(),
            word("epoch", &reason)?,
            known
        ])?;
    Ok(Epoch { id: connection.last_insert_rowid() as u32, started: moment })
}

/// All epochs, oldest first.
pub(crate) fn all(connection: &Connection) -> Result<Vec<Epoch>, Fault> {
    let mut statement = connection
        .prepare_cached("SELECT id, boot, started_wall, started_awake, started_elapsed FROM epoch ORDER BY id")?;
    let epochs = statement.query_map([], |row| {
        Ok(Epoch {
            id: row.get(0)?,
            started: Moment {
                boot: BootId(row.get::<_, i64>(1)?.cast_unsigned()),
                wall: Timestamp::from_millis(row.get(2)?),
                awake: Span::from_millis(row.get(3)?),
                elapsed: Span::from_millis(row.get(4)?),
            },
        })
    })?;
    Ok(epochs.collect::<Result<_, _>>()?)
}

/// How many epochs always stay: rows of an old one may carry new stamps when the clock was set forward in it.
const KEPT: i64 = 1_000;

/// Deletes epochs that began before `cutoff`, but for the newest ones.
pub(crate) fn delete_before(connection: &Connection, cutoff: i64) -> Result<usize, Fault> {
    let deleted = connection
        .prepare_cached("DELETE FROM epoch WHERE started_wall < ?1 AND id <= (SELECT max(id) FROM epoch) - ?2")?
        .execute([cutoff, KEPT])?;
    Ok(deleted)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn moments_come_back(start in prop::array::uniform3(0_i64..1 << 42), now in prop::array::uniform3(0_i64..1 << 42), boot in any::<u64>()) {
            let moment = |clocks: [i64; 3]| Moment {
                wall: Timestamp::from_millis(clocks[0]), awake: Span::from_millis(clocks[1]),
                elapsed: Span::from_millis(clocks[2]), boot: BootId(boot),
            };
            let epoch = Epoch { id: 1, started: moment(start) };
            let clocks = epoch.clocks(&moment(now), now[0], Span::from_seconds(30));
            prop_assert_eq!(epoch.moment(clocks, now[0]), moment(now));
        }
    }
}
