//! Stores pushed samples: narrow rows in the inbox, a batch one transaction, until their period is sealed. It judges
//! nothing and keeps no series but those that it is given.

use std::collections::HashMap;

use caretaker_core::metric::{Pushed, Reading};
use rusqlite::Connection;

use crate::codec::pushed::Sample;
use crate::codec::real;
use crate::error::Fault;
use crate::table::inbox;
use crate::table::series::{self, Nature};

/// Samples that may wait until their period is sealed: some 10 MB, and a second of work for the seal.
const MOST_WAITING: usize = 250_000;

/// What the writing connection remembers, so that a push costs no count.
#[derive(Default)]
pub(super) struct Inbox {
    /// How many samples wait, at most; none when that has to be counted again.
    waiting: Option<usize>,
}

impl Inbox {
    /// Stores samples, all or none. One of the same series and stamp takes the place of what is there.
    pub(super) fn push(&mut self, connection: &Connection, samples: &[Pushed]) -> Result<(), Fault> {
        let waiting = match self.waiting.take() {
            Some(known) => known,
            None => inbox::count(connection)?,
        };
        if waiting + samples.len() > MOST_WAITING {
            let waiting = inbox::count(connection)?;
            self.waiting = Some(waiting);
            if waiting + samples.len() > MOST_WAITING {
                return Err(Fault::InboxFull { waiting, most: MOST_WAITING });
            }
        }
        let transaction = connection.unchecked_transaction()?;
        let mut numbers = HashMap::new();
        for Pushed { reading, at, seen } in samples {
            let (ts, seen) = (at.as_millis(), seen.as_millis());
            let known = numbers.get(&reading.key).copied();
            let id = if let Some(id) = known { id } else { number(&transaction, reading, ts.min(seen))? };
            numbers.insert(&reading.key, id);
            inbox::put(&transaction, id, Sample { ts, seen, image: real::image(reading.value) })?;
        }
        transaction.commit()?;
        self.waiting = Some(waiting + samples.len());
        Ok(())
    }

    /// Takes note of a seal: there is room again.
    pub(super) fn sealed(&mut self) {
        self.waiting = None;
    }
}

/// The number of the series of a reading, which is created if it is new.
fn number(connection: &Connection, reading: &Reading, now: i64) -> Result<u32, Fault> {
    if series::is_measured(connection, &reading.key.name)? {
        return Err(Fault::Measured { name: reading.key.name.clone() });
    }
    series::number(connection, &reading.key, Nature::pushed(reading.unit, reading.kind), now)
}

#[cfg(test)]
mod tests;
