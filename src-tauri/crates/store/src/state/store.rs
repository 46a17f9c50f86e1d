//! The handle of `caretaker.db`: cheap to clone, usable from any thread, every method blocks.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use caretaker_core::alert::{AlertId, Change, Evidence, Instance};
use caretaker_core::metric::RoundId;
use caretaker_core::time::{Moment, Span, Timestamp};
use rusqlite::Connection;

use super::decision::{self, Committed, Decision};
use super::reserve::Reserve;
use crate::database::{Access, Handle, Location, Schema, Wrapping, checkpoint, quick_check, set_aside};
use crate::error::{Fault, StoreError};
use crate::table::alert::{AlertFilter, Found};
use crate::table::{
    alert, configuration, folder_survey, notice, operation, runbook, setting, silence, task_memory, task_run,
};

const SCHEMA: Schema = Schema {
    current: 3,
    oldest_compatible: 1,
    tables: &[
        alert::MIGRATIONS,
        notice::MIGRATIONS,
        silence::MIGRATIONS,
        setting::MIGRATIONS,
        configuration::MIGRATIONS,
        operation::MIGRATIONS,
        folder_survey::MIGRATIONS,
        runbook::MIGRATIONS,
        task_run::MIGRATIONS,
        task_memory::MIGRATIONS,
    ],
};

/// Pages in the log from which on a commit moves them into the database: 1 MB.
const LONGEST_LOG: u32 = 256;
/// Shares of the 4 MB that all connections have together; `metrics.db` has the rest.
const WRITER_CACHE: u32 = 512;
const READER_CACHE: u32 = 320;

/// Alerts, notices, silences, settings, versions of the configuration, operations.
#[derive(Clone)]
pub struct StateStore {
    pub(super) handle: Arc<Handle<Writer, Connection>>,
}

/// What only the writing thread touches.
pub(super) struct Writer {
    pub(super) connection: Connection,
    reserve: Reserve,
}

impl StateStore {
    /// Opens `caretaker.db`. For writing it is created and migrated, and a reserve of 4 MB is laid down beside it in
    /// the file `reserve`.
    pub fn open(path: &Path, access: Access) -> Result<Self, StoreError> {
        let wrapping = Wrapping { writer, unwrap: |writer: Writer| writer.connection, reader: |connection| connection };
        Ok(Self { handle: Arc::new(Handle::open(location(path), access, wrapping)?) })
    }

    /// The state of a home in which no engine ever ran: none. Reading it touches no file.
    pub fn empty(path: &Path) -> Self {
        Self { handle: Arc::new(Handle::empty(location(path), |connection| connection)) }
    }

    /// Moves a damaged database to `caretaker.damaged-<stamp>.db` and gives that name. No handle may be open.
    pub fn set_aside(path: &Path, now: Timestamp) -> Result<PathBuf, StoreError> {
        set_aside(path, now)
    }

    /// Gives up the reserve beside a database that does not open on a full disk; false when there is none.
    pub fn give_up_reserve(path: &Path) -> bool {
        Reserve::beside(path).give_up()
    }

    /// Stores a decision in one transaction; storing it again changes nothing. On a full disk the reserve is given up
    /// and the decision stored all the same.
    pub fn commit(&self, decision: Decision) -> Result<Committed, StoreError> {
        let (mut committed, reserve_used) =
            self.write_with_reserve(move |connection| decision::commit(connection, &decision))?;
        committed.reserve_used = reserve_used;
        Ok(committed)
    }

    /// Lays the reserve down again after it was given up; false while there is no room for it.
    pub fn restore_reserve(&self) -> Result<bool, StoreError> {
        let path = self.handle.path().with_file_name("reserve");
        self.handle.write(|writer| Ok(writer.reserve.restore()))?.map_err(|source| StoreError::from_io(&path, source))
    }

    /// The round judged last, with its clocks.
    pub fn judged(&self) -> Result<Option<(RoundId, Moment)>, StoreError> {
        self.handle.read(|connection| setting::judged(connection))
    }

    /// Alerts that are not over, the oldest first.
    pub fn open_alerts(&self) -> Result<Vec<Instance>, StoreError> {
        self.handle.read(|connection| alert::open(connection))
    }

    /// Alerts that fit a filter, the newest first.
    pub fn alerts(&self, filter: &AlertFilter) -> Result<Vec<Instance>, StoreError> {
        self.handle.read(|connection| alert::list(connection, filter))
    }

    /// The alert whose identity begins with `prefix`.
    pub fn alert(&self, prefix: &str) -> Result<Found<Instance>, StoreError> {
        self.handle.read(|connection| alert::find(connection, prefix))
    }

    /// The timeline of an alert, in the order in which it was decided.
    pub fn events(&self, alert: &AlertId) -> Result<Vec<(Timestamp, Change)>, StoreError> {
        self.handle.read(|connection| alert::events(connection, alert))
    }

    /// What was frozen when an alert was raised.
    pub fn evidence(&self, alert: &AlertId) -> Result<Option<Evidence>, StoreError> {
        self.handle.read(|connection| alert::evidence(connection, alert))
    }

    /// Deletes alerts that have been over for longer than `keep`, with all that belongs to them. Gives their number.
    pub fn retain(&self, keep: Span, now: Timestamp) -> Result<usize, StoreError> {
        let cutoff = now - keep;
        self.handle.write(move |writer| {
            let transaction = writer.connection.unchecked_transaction()?;
            let deleted = alert::delete_before(&transaction, cutoff)?;
            notice::delete_before(&transaction, cutoff)?;
            silence::delete_before(&transaction, cutoff)?;
            folder_survey::delete_before(&transaction, cutoff)?;
            transaction.commit()?;
            let mut statement = writer.connection.prepare("PRAGMA incremental_vacuum(1000)")?;
            let mut rows = statement.query([])?;
            // Each step frees one page.
            while rows.next()?.is_some() {}
            Ok(deleted)
        })
    }

    /// Writes the log into the database as far as no reader is in the way.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        self.handle.write(|writer| checkpoint(&writer.connection).map(drop))
    }

    /// What a pragma says of the writing connection and of a reading one.
    #[cfg(test)]
    pub(crate) fn ask(&self, pragma: &'static str) -> Result<(i64, i64), StoreError> {
        let ask =
            move |connection: &Connection| Ok(connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))?);
        Ok((self.handle.write(move |writer| ask(&writer.connection))?, self.handle.read(|reader| ask(reader))?))
    }

    /// Walks the whole database; fails when it is damaged.
    pub fn check(&self) -> Result<(), StoreError> {
        self.handle.inspect(quick_check)
    }

    /// Size on disk with its log, bytes; the reserve is not counted.
    pub fn size_bytes(&self) -> u64 {
        self.handle.size_bytes()
    }

    /// Work that waits for the writing thread.
    pub fn queue_depth(&self) -> usize {
        self.handle.queue_depth()
    }

    /// Closes the read connections that no query uses.
    pub fn close_idle_readers(&self) {
        self.handle.close_idle_readers();
    }

    /// Writes everything into the database, empties the log and closes the writing connection, all within the time.
    pub fn close(&self, within: Duration) -> Result<(), StoreError> {
        self.handle.close(within)
    }

    /// Does `work`, and once more after giving the reserve up when the disk is full. Says whether it was given up.
    pub(super) fn write_with_reserve<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<(T, bool), StoreError> {
        self.handle.write(move |writer| match work(&writer.connection) {
            Err(fault) if fault.is_full() && writer.reserve.give_up() => Ok((work(&writer.connection)?, true)),
            outcome => Ok((outcome?, false)),
        })
    }
}

fn location(path: &Path) -> Location {
    Location {
        path: path.to_owned(),
        schema: SCHEMA,
        durable: true,
        longest_log: LONGEST_LOG,
        writer_cache: WRITER_CACHE,
        reader_cache: READER_CACHE,
    }
}

fn writer(connection: Connection, path: &Path) -> Result<Writer, StoreError> {
    // Small enough to be read whole at every start.
    quick_check(&connection, path)?;
    let reserve = Reserve::beside(path);
    // Without it alerts are stored all the same, as long as there is room.
    if let Err(error) = reserve.restore() {
        tracing::warn!(%error, "the reserve could not be laid down");
    }
    Ok(Writer { connection, reserve })
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
