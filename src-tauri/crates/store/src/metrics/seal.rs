//! Seals a period: its rounds leave the hot rows for one row of clocks, one chunk a series and one row of lists of processes.
//! It is the caller's
//! transaction in which that happens, so a period is sealed or it is not; doing it again changes nothing.

use rusqlite::Connection;

use super::gather::Gathered;
use super::period;
use crate::codec::chunk as codec;
use crate::error::Fault;
use crate::table::chunk::{self, Sorted};
use crate::table::{clocks, hot, layout, processes, series};

/// Seals what was gathered of a period, and deletes its hot rows and the layouts that only they used.
pub(super) fn seal(connection: &Connection, period: i64, gathered: &Gathered) -> Result<(), Fault> {
    if gathered.stamps.is_empty() {
        return Ok(());
    }
    processes::seal(connection, period)?;
    let sorted = Sorted::read(connection)?;
    chunk::begin_anew(connection, &sorted, period)?;
    // Before the chunks, so that those find room where the rows were.
    hot::delete(connection, period::start(period), period::end(period))?;
    for (id, samples) in &gathered.series {
        chunk::put(connection, &sorted, period, *id, &codec::encode(samples, gathered.stamps.len()))?;
        if let Some((round, value)) = samples.iter().last()
            && let Some(stamp) = gathered.stamps.get(round)
        {
            series::remember_last(connection, *id, stamp.ts, value)?;
        }
    }
    clocks::put(connection, period, &gathered.stamps)?;
    layout::delete_unused(connection, period, period::start(period - 1), period::end(period + 1))?;
    Ok(())
}
