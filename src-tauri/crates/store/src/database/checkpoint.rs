//! Moves what was committed from the log into the database file.

use std::time::Duration;

use rusqlite::Connection;

use crate::error::Fault;

/// At the end, how long a reader of another process is waited for; the log stays when it does not end.
const LAST_WAIT: Duration = Duration::from_millis(500);

/// Moves as much as readers allow, and syncs. What a reader still needs goes the next time.
pub(crate) fn checkpoint(connection: &Connection) -> Result<(), Fault> {
    Ok(connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
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
