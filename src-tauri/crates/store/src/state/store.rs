//! The handle of `caretaker.db`: cheap to clone, usable from any thread, every method blocks.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use caretaker_core::alert::{AlertId, Change, Evidence, Instance, Silence, SilenceId};
use caretaker_core::metric::RoundId;
use caretaker_core::notice::{Notice, NoticeId};
use caretaker_core::time::{Moment, Span, Timestamp};
use rusqlite::Connection;

use super::decision::{self, Committed, Decision};
use super::reserve::Reserve;
use crate::database::{
    Access, Location, Readers, Schema, WriterThread, Writing, beside, checkpoint, finish, open_reader, open_writer,
    quick_check, set_aside,
};
use crate::error::{Fault, StoreError};
use crate::table::alert::{AlertFilter, Found};
use crate::table::configuration::{SavedConfiguration, Verdict};
use crate::table::operation::Operation;
use crate::table::{alert, configuration, notice, operation, setting, silence};

const SCHEMA: Schema = Schema {
    current: 1,
    oldest_compatible: 1,
    tables: &[
        alert::MIGRATIONS,
        notice::MIGRATIONS,
        silence::MIGRATIONS,
        setting::MIGRATIONS,
        configuration::MIGRATIONS,
        operation::MIGRATIONS,
    ],
};

/// Shares of the 4 MB that all connections have together; `metrics.db` has the rest.
const WRITER_CACHE: u32 = 512;
const READER_CACHE: u32 = 320;

/// Alerts, notices, silences, settings, versions of the configuration, operations.
#[derive(Clone)]
pub struct StateStore {
    inner: Arc<Inner>,
}

struct Inner {
    path: PathBuf,
    /// None for a reader.
    writer: Option<WriterThread<Writer>>,
    readers: Readers<Connection>,
}

/// What only the writing thread touches.
struct Writer {
    connection: Connection,
    reserve: Reserve,
}

impl StateStore {
    /// Opens `caretaker.db`. For writing it is created and migrated, and a reserve of 4 MB is laid down beside it in
    /// the file `reserve`.
    pub fn open(path: &Path, access: Access) -> Result<Self, StoreError> {
        let location = Location {
            path: path.to_owned(),
            schema: SCHEMA,
            durable: true,
            writer_cache: WRITER_CACHE,
            reader_cache: READER_CACHE,
        };
        let writer = match access {
            Access::ReadWrite => {
                let reserve = Reserve(path.with_file_name("reserve"));
                let connection = open_writer(&location)?;
                // Small enough to be read whole at every start.
                quick_check(&connection, path)?;
                reserve.restore().map_err(|source| StoreError::from_io(&reserve.0, source))?;
                let writer = Writer { connection, reserve };
                Some(WriterThread::start("caretaker.db", path.to_owned(), writer, |writer| finish(writer.connection))?)
            }
            Access::ReadOnly => {
                drop(open_reader(&location, Writing::Elsewhere)?);
                None
            }
        };
        let writing = if writer.is_some() { Writing::Here } else { Writing::Elsewhere };
        let readers = Readers::new(move || open_reader(&location, writing));
        Ok(Self { inner: Arc::new(Inner { path: path.to_owned(), writer, readers }) })
    }

    /// Moves a damaged database to `caretaker.damaged-<stamp>.db` and gives that name. No handle may be open.
    pub fn set_aside(path: &Path, now: Timestamp) -> Result<PathBuf, StoreError> {
        set_aside(path, now)
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
        let path = self.inner.path.with_file_name("reserve");
        self.write(|writer| Ok(writer.reserve.restore()))?.map_err(|source| StoreError::from_io(&path, source))
    }

    /// The round judged last, with its clocks.
    pub fn judged(&self) -> Result<Option<(RoundId, Moment)>, StoreError> {
        self.read(setting::judged)
    }

    /// Alerts that are not over, the oldest first.
    pub fn open_alerts(&self) -> Result<Vec<Instance>, StoreError> {
        self.read(alert::open)
    }

    /// Alerts that fit a filter, the newest first.
    pub fn alerts(&self, filter: &AlertFilter) -> Result<Vec<Instance>, StoreError> {
        self.read(|connection| alert::list(connection, filter))
    }

    /// The alert whose identity begins with `prefix`.
    pub fn alert(&self, prefix: &str) -> Result<Found<Instance>, StoreError> {
        self.read(|connection| alert::find(connection, prefix))
    }

    /// The timeline of an alert, in the order in which it was decided.
    pub fn events(&self, alert: &AlertId) -> Result<Vec<(Timestamp, Change)>, StoreError> {
        self.read(|connection| alert::events(connection, alert))
    }

    /// What was frozen when an alert was raised.
    pub fn evidence(&self, alert: &AlertId) -> Result<Option<Evidence>, StoreError> {
        self.read(|connection| alert::evidence(connection, alert))
    }

    /// All notices of an alert, the oldest first.
    pub fn notices(&self, alert: &AlertId) -> Result<Vec<Notice>, StoreError> {
        self.read(|connection| notice::of_alert(connection, alert))
    }

    /// Pending notices of a channel whose time has come, in the order in which they were decided. Those past their
    /// expiry are among them, to be given to [`StateStore::notice_expired`].
    pub fn due_notices(&self, channel: &str, now: Timestamp, limit: usize) -> Result<Vec<Notice>, StoreError> {
        self.read(|connection| notice::due(connection, channel, now, limit))
    }

    /// When the next pending notice of a channel is due.
    pub fn next_due(&self, channel: &str) -> Result<Option<Timestamp>, StoreError> {
        self.read(|connection| notice::next_due(connection, channel))
    }

    /// All notices that wait, on every channel.
    pub fn pending_notices(&self) -> Result<Vec<Notice>, StoreError> {
        self.read(notice::pending)
    }

    /// The channel took a notice. Says whether it was still pending.
    pub fn notice_delivered(&self, id: &NoticeId, at: Timestamp) -> Result<bool, StoreError> {
        let id = id.clone();
        Ok(self.write_with_reserve(move |connection| notice::delivered(connection, &id, at))?.0)
    }

    /// The channel did not take a notice, after so many tries. Says whether it was still pending.
    pub fn notice_failed(
        &self,
        id: &NoticeId,
        attempts: u32,
        next_attempt: Timestamp,
        error: &str,
    ) -> Result<bool, StoreError> {
        let (id, error) = (id.clone(), error.to_owned());
        let work = move |connection: &Connection| notice::failed(connection, &id, attempts, next_attempt, &error);
        Ok(self.write_with_reserve(work)?.0)
    }

    /// Nobody took a notice in time. Says whether it was still pending.
    pub fn notice_expired(&self, id: &NoticeId) -> Result<bool, StoreError> {
        let id = id.clone();
        self.write(move |writer| notice::expired(&writer.connection, &id))
    }

    /// Silences in force at `at`, the oldest first.
    pub fn silences(&self, at: Timestamp) -> Result<Vec<Silence>, StoreError> {
        self.read(|connection| silence::active(connection, at))
    }

    /// Stores a silence, or changes it.
    pub fn put_silence(&self, silence: &Silence) -> Result<(), StoreError> {
        let silence = silence.clone();
        self.write(move |writer| silence::put(&writer.connection, &silence))
    }

    /// Ends a silence; false when there is none of that identity, or it is over already.
    pub fn end_silence(&self, id: &SilenceId, at: Timestamp) -> Result<bool, StoreError> {
        let id = id.clone();
        self.write(move |writer| silence::end(&writer.connection, &id, at))
    }

    /// A single value.
    pub fn setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        self.read(|connection| setting::get(connection, name))
    }

    /// Sets a single value; none removes it.
    pub fn put_setting(&self, name: &str, value: Option<&str>) -> Result<(), StoreError> {
        let (name, value) = (name.to_owned(), value.map(str::to_owned));
        self.write(move |writer| setting::put(&writer.connection, &name, value.as_deref()))
    }

    /// Stores a version of the configuration without errors and gives its number; the newest one is not stored twice.
    pub fn save_configuration(&self, text: &str, at: Timestamp, who: &str) -> Result<u32, StoreError> {
        self.save(text, at, who, Verdict::Good)
    }

    /// Stores a version of the configuration that has errors, for the history only.
    pub fn save_faulty_configuration(&self, text: &str, at: Timestamp, who: &str) -> Result<u32, StoreError> {
        self.save(text, at, who, Verdict::Faulty)
    }

    /// The newest version of the configuration without errors.
    pub fn last_good_configuration(&self) -> Result<Option<SavedConfiguration>, StoreError> {
        self.read(configuration::last_good)
    }

    /// All versions of the configuration, the newest first; a hundred are kept.
    pub fn configuration_history(&self) -> Result<Vec<SavedConfiguration>, StoreError> {
        self.read(configuration::history)
    }

    /// Stores an operation; a thousand are kept.
    pub fn record_operation(&self, operation: &Operation) -> Result<(), StoreError> {
        let operation = operation.clone();
        self.write(move |writer| operation::insert(&writer.connection, &operation))
    }

    /// At most `limit` operations, the newest first.
    pub fn operations(&self, limit: usize) -> Result<Vec<Operation>, StoreError> {
        self.read(|connection| operation::list(connection, limit))
    }

    /// Deletes alerts that have been over for longer than `keep`, with all that belongs to them. Gives their number.
    pub fn retain(&self, keep: Span, now: Timestamp) -> Result<usize, StoreError> {
        let cutoff = now - keep;
        self.write(move |writer| {
            let transaction = writer.connection.unchecked_transaction()?;
            let deleted = alert::delete_before(&transaction, cutoff)?;
            notice::delete_before(&transaction, cutoff)?;
            silence::delete_before(&transaction, cutoff)?;
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
        self.write(|writer| checkpoint(&writer.connection))
    }

    /// Walks the whole database; fails when it is damaged.
    pub fn check(&self) -> Result<(), StoreError> {
        let path = self.inner.path.clone();
        self.inner.readers.with(|connection| quick_check(connection, &path))
    }

    /// Size on disk with its log, bytes; the reserve is not counted.
    pub fn size_bytes(&self) -> u64 {
        let files = ["", "-wal"].iter().filter_map(|suffix| std::fs::metadata(beside(&self.inner.path, suffix)).ok());
        files.map(|file| file.len()).sum()
    }

    /// Work that waits for the writing thread.
    pub fn queue_depth(&self) -> usize {
        self.inner.writer.as_ref().map_or(0, WriterThread::depth)
    }

    /// Closes the read connections that no query uses.
    pub fn close_idle_readers(&self) {
        self.inner.readers.close_idle();
    }

    /// Writes everything into the database, empties the log and closes the writing connection, all within the time.
    pub fn close(&self, within: Duration) -> Result<(), StoreError> {
        self.inner.readers.close_idle();
        self.inner.writer.as_ref().map_or(Ok(()), |writer| writer.close(within))
    }

    fn save(&self, text: &str, at: Timestamp, who: &str, verdict: Verdict) -> Result<u32, StoreError> {
        let (text, who) = (text.to_owned(), who.to_owned());
        self.write(move |writer| configuration::save(&writer.connection, &text, at, &who, verdict))
    }

    /// Does `work`, and once more after giving the reserve up when the disk is full. Says whether it was given up.
    fn write_with_reserve<T: Send + 'static>(
        &self,
        work: impl Fn(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<(T, bool), StoreError> {
        self.write(move |writer| match work(&writer.connection) {
            Err(fault) if fault.is_full() && writer.reserve.give_up() => Ok((work(&writer.connection)?, true)),
            outcome => Ok((outcome?, false)),
        })
    }

    fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.inner.writer {
            Some(writer) => writer.call(work),
            None => Err(StoreError::ReadOnly { path: self.inner.path.clone() }),
        }
    }

    fn read<T>(&self, work: impl Fn(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        self.inner.readers.with(|connection| work(connection).map_err(|fault| fault.at(&self.inner.path)))
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
