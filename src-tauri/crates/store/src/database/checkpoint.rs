//! Puts what was committed on the disk: most of the time by syncing the log, now and then by moving it into the database
//! file.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::beside;
use crate::error::Fault;

/// At the end, how long a reader of another process is waited for; the log stays when it does not end.
const LAST_WAIT: Duration = Duration::from_millis(500);

/// How far a checkpoint came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Checkpoint {
    /// Everything is in the database file.
    Whole,
    /// A reader still needed a part of the log; that goes the next time.
    Partial,
}

/// Moves as much as readers allow, and syncs.
pub(crate) fn checkpoint(connection: &Connection) -> Result<Checkpoint, Fault> {
    let (pages, moved): (i64, i64) =
        connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok((row.get(1)?, row.get(2)?)))?;
    Ok(if moved < pages { Checkpoint::Partial } else { Checkpoint::Whole })
}

/// How many pages the log holds, those included that were moved already while nothing was written since.
pub(crate) fn log_pages(connection: &Connection) -> Result<i64, Fault> {
    Ok(connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get(1))?)
}

/// Waits until the log is on the disk: from there, everything that was committed comes back after a power cut. Locks of a
/// database lie on its other files, so opening and closing this one drops none.
pub(crate) fn sync_log(database: &Path) -> Result<(), Fault> {
    match File::open(beside(database, "-wal")) {
        Ok(log) => Ok(log.sync_data()?),
        // Nothing was written since the log was emptied.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Makes the log begin anew after a checkpoint. Whoever writes first then waits until its new header is on the disk, which
/// takes milliseconds: better here than in a round. The version that is written is the one that is there. A full disk is no failure
/// of the checkpoint, which is done; the next round will say so.
pub(crate) fn begin_log(connection: &Connection) -> Result<(), Fault> {
    let version: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match connection.pragma_update(None, "user_version", version).map_err(Fault::from) {
        Err(fault) if !fault.is_full() => Err(fault),
        _ => Ok(()),
    }
}

/// Moves everything, empties the log and closes.
pub(crate) fn finish(connection: Connection) -> Result<(), Fault> {
    connection.busy_timeout(LAST_WAIT)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    connection.close().map_err(|(_, error)| Fault::Sqlite(error))
}
