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

/// Moves everything, empties the log and closes.
pub(crate) fn finish(connection: Connection) -> Result<(), Fault> {
    connection.busy_timeout(LAST_WAIT)?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    connection.close().map_err(|(_, error)| Fault::Sqlite(error))
}
