//! The handle of `metrics.db`: cheap to clone, usable from any thread, every method blocks.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use caretaker_core::metric::{
    Labels, Mark, ProcessReading, Pushed, Resolution, Round, RoundId, SeriesEntry, SeriesKey, SeriesPoints, Stats,
};
use caretaker_core::time::{Moment, Timestamp};
use rusqlite::Connection;

use super::append::Appender;
use super::layouts::Layouts;
use super::push::Inbox;
use super::pushed::is_news;
use super::reader::Reader;
use super::retain::{self, Keep, Removed};
use super::roll_up::{self, RolledUp};
use super::rounds::{before, pages};
use super::selection::Selection;
use crate::database::{
    Access, Checkpoint, Exchange, Handle, Location, Schema, Wrapping, begin_log, checkpoint, log_pages, quick_check,
    set_aside, sync_log,
};
use crate::error::{Fault, StoreError};
use crate::table::epoch::EpochReason;
use crate::table::{
    chunk, chunk_day, clocks, epoch, hot, inbox, layout, mark, processes, progress, pushed, rollup, series,
};

const SCHEMA: Schema = Schema {
    current: 4,
    // Before, nobody looked for samples in tables of single days.
    oldest_compatible: 4,
    tables: &[
        series::MIGRATIONS,
        epoch::MIGRATIONS,
        layout::MIGRATIONS,
        hot::MIGRATIONS,
        processes::MIGRATIONS,
        mark::MIGRATIONS,
        progress::MIGRATIONS,
        rollup::MIGRATIONS,
        clocks::MIGRATIONS,
        chunk::MIGRATIONS,
        chunk_day::MIGRATIONS,
        inbox::MIGRATIONS,
        pushed::MIGRATIONS,
    ],
};

/// Rounds that are read at once.
const PAGE: usize = 500;

/// Pages in the log from which on it is moved into the file although no period was sealed: 2 MB, where a period of 150
/// series fills less.
const LONG_LOG: i64 = 512;
/// Beyond that a commit does not wait for the next checkpoint.
const LONGEST_LOG: u32 = 1_024;

/// Shares of the 4 MB that all connections have together; `caretaker.db` has the rest.
const WRITER_CACHE: u32 = 1_024;
const READER_CACHE: u32 = 896;

/// Measured series, lists of processes and marks.
#[derive(Clone)]
pub struct MetricsStore {
    handle: Arc<Exchange<Writer, Reader>>,
}

/// What only the writing thread touches.
struct Writer {
    connection: Connection,
    appender: Appender,
    inbox: Inbox,
    layouts: Layouts,
    /// Whether the log is worth moving: rows were sealed or deleted, whose pages nobody writes again soon.
    settled: bool,
}

impl MetricsStore {
    /// Opens `metrics.db`. For writing it is created, checked after an unclean end, and migrated.
    pub fn open(path: &Path, access: Access) -> Result<Self, StoreError> {
        Ok(Self { handle: Arc::new(Exchange::of(open(path, access)?)) })
    }

    /// The samples of a home in which no engine ever ran: none. Reading them touches no file.
    pub fn empty(path: &Path) -> Self {
        Self { handle: Arc::new(Exchange::of(Handle::empty(location(path), Reader::new))) }
    }

    /// Moves a damaged database to `metrics.damaged-<stamp>.db` and gives that name. No handle may be open.
    pub fn set_aside(path: &Path, now: Timestamp) -> Result<PathBuf, StoreError> {
        set_aside(path, now)
    }

    /// Closes a damaged database, moves it to `metrics.damaged-<stamp>.db` and begins a new one, with which every clone of
    /// this handle goes on. Gives that name. What is under way is waited for; what failed half way goes on with the next call.
    pub fn begin_anew(&self, now: Timestamp) -> Result<Option<PathBuf>, StoreError> {
        let path = self.path();
        self.handle.begin_anew(now, || open(&path, Access::ReadWrite))
    }

    /// How often a new file was begun beneath this handle: who found damage says in which file that was.
    pub fn generation(&self) -> u32 {
        self.handle.generation()
    }

    /// Whether a failure says that this database cannot be understood any more.
    pub fn is_damaged_by(&self, error: &StoreError) -> bool {
        error.damaged() == Some(self.path().as_path())
    }

    fn path(&self) -> PathBuf {
        self.handle.with(|handle| handle.path().to_owned())
    }

    /// Begins a clock epoch; rounds name it.
    pub fn start_epoch(&self, moment: Moment, reason: EpochReason) -> Result<u32, StoreError> {
        self.start_epoch_after(0, moment, reason)
    }

    /// Begins a clock epoch with a number above `known`: one that was heard of may lie in a file that is gone.
    pub fn start_epoch_after(&self, known: u32, moment: Moment, reason: EpochReason) -> Result<u32, StoreError> {
        self.handle.write(move |writer| writer.appender.start_epoch(&writer.connection, known, moment, reason))
    }

    /// Stores a round of the epoch `round.id.epoch`, durable against a crash of the program when this returns.
    /// The stamp is the wall clock, or the next millisecond that is free.
    pub fn append(&self, round: &Round) -> Result<RoundId, StoreError> {
        let round = round.clone();
        self.handle.write(move |writer| writer.appender.append(&writer.connection, &round))
    }

    /// Stores pushed samples, all or none, durable against a crash of the program when this returns. Of two samples of the
    /// same series and stamp, the later one stays.
    pub fn push(&self, samples: &[Pushed]) -> Result<(), StoreError> {
        let samples = samples.to_vec();
        self.handle.write(move |writer| writer.inbox.push(&writer.connection, &samples))
    }

    /// Whether rules judge a sample: what came long after its stamp is history.
    pub fn is_news(sample: &Pushed) -> bool {
        is_news(sample.at.as_millis(), sample.seen.as_millis())
    }

    /// Stores a mark; the same mark twice is one.
    pub fn mark(&self, mark: &Mark) -> Result<(), StoreError> {
        let mark = mark.clone();
        self.handle.write(move |writer| mark::insert(&writer.connection, &mark))
    }

    /// Points of the series of that name whose labels match, with `from <= time < to`, widened to whole steps.
    /// A gap is a point without a value; there is none before the first and none after the last sample.
    pub fn points(
        &self,
        name: &str,
        labels: &Labels,
        from: Timestamp,
        to: Timestamp,
        resolution: Resolution,
    ) -> Result<Vec<SeriesPoints>, StoreError> {
        let selection = Selection::Named { name: name.to_owned(), labels: labels.clone() };
        self.points_of(&selection, from, to, resolution)
    }

    /// [`MetricsStore::points`] of any selection, in one pass over the rows.
    pub fn points_of(
        &self,
        selection: &Selection,
        from: Timestamp,
        to: Timestamp,
        resolution: Resolution,
    ) -> Result<Vec<SeriesPoints>, StoreError> {
        self.handle.read(|reader| reader.points(selection, from, to, resolution))
    }

    /// Figures over every sample of a series with `from <= time < to`, however coarse its points are; none where samples of
    /// that time are gone, or there are none.
    pub fn figures(&self, key: &SeriesKey, from: Timestamp, to: Timestamp) -> Result<Option<Stats>, StoreError> {
        self.handle.read(|reader| reader.figures(key, from, to))
    }

    /// Every series with its newest value, sorted by key.
    pub fn series(&self) -> Result<Vec<SeriesEntry>, StoreError> {
        self.handle.read(Reader::entries)
    }

    /// At most `limit` rounds that were measured after `id`, in that order: the rest of its epoch, then later epochs.
    pub fn rounds_after(&self, id: RoundId, limit: usize) -> Result<Vec<Round>, StoreError> {
        self.handle.read(|reader| reader.rounds_after(id, limit))
    }

    /// Rounds stamped `since` or later in the order in which they were measured, without their processes.
    pub fn recent_rounds(&self, since: Timestamp) -> Result<Vec<Round>, StoreError> {
        self.handle.read(|reader| reader.recent_rounds(since))
    }

    /// Gives `each` the rounds stamped `since` or later, in the order in which they were measured, with nothing in them but
    /// the series of these names. However many there are, a few hundred are in memory at once.
    pub fn for_each_round(
        &self,
        since: Timestamp,
        names: &BTreeSet<String>,
        mut each: impl FnMut(&Round),
    ) -> Result<(), StoreError> {
        let ids = self.handle.read(|reader| reader.ids_since(since))?;
        let mut after = before(since);
        for page in pages(&ids, PAGE) {
            for round in &self.handle.read(|reader| reader.rounds_of(after, page, names))? {
                each(round);
            }
            after = page.last().map_or(after, |last| last.at);
        }
        Ok(())
    }

    /// Every series that is pushed, with its newest value. Costs nothing where nobody pushes.
    pub fn pushed_series(&self) -> Result<Vec<SeriesEntry>, StoreError> {
        self.handle.read(Reader::pushed_entries)
    }

    /// Pushed samples that came after `after` and until `until`, in that order, as rules judge them: what came long after
    /// its stamp is left out.
    pub fn pushed_after(&self, after: Timestamp, until: Timestamp) -> Result<Vec<Pushed>, StoreError> {
        self.handle.read(|reader| reader.pushed_after(after, until))
    }

    /// The round measured last.
    pub fn newest(&self) -> Result<Option<(RoundId, Moment)>, StoreError> {
        self.handle.read(Reader::newest)
    }

    /// The list of top processes nearest to a point in time, with its stamp.
    pub fn processes_near(&self, at: Timestamp) -> Result<Option<(Timestamp, Vec<ProcessReading>)>, StoreError> {
        self.handle.read(|reader| processes::near(&reader.connection, at.as_millis()))
    }

    /// Marks that touch `from <= time < to`, in time order.
    pub fn marks(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Mark>, StoreError> {
        self.handle.read(|reader| mark::between(&reader.connection, from.as_millis(), to.as_millis()))
    }

    /// How many series there are.
    pub fn series_count(&self) -> Result<u32, StoreError> {
        self.handle
            .read(|reader| Ok(reader.connection.query_row("SELECT count(*) FROM series", [], |row| row.get(0))?))
    }

    /// The stamp of the oldest sample kept in full.
    pub fn oldest(&self) -> Result<Option<Timestamp>, StoreError> {
        self.handle.read(Reader::oldest)
    }

    /// Seals and rolls up everything that is complete at `now`, step by step, so that rounds are stored in between.
    pub fn roll_up(&self, now: Timestamp) -> Result<RolledUp, StoreError> {
        let mut all = RolledUp::default();
        while let Some(done) = self.handle.write(move |writer| writer.roll_up(now.as_millis()))? {
            all.add(done);
        }
        Ok(all)
    }

    /// Deletes what is older than `keep` says, at most a day of each kind in one call: a clock that is ahead for an hour
    /// must not cost the history. Samples stay until they are rolled up.
    pub fn retain(&self, keep: Keep, now: Timestamp) -> Result<Removed, StoreError> {
        let removed = self.handle.write(move |writer| writer.retain(&keep, now.as_millis()))?;
        for _ in 0..retain::MOST_STEPS {
            if !self.handle.write(|writer| retain::give_back(&writer.connection))? {
                break;
            }
        }
        Ok(removed)
    }

    /// Puts everything that was stored on the disk, so that a power cut does not take it. The log is moved into the
    /// database, as far as no reader is in the way, after something was sealed or deleted; until then the same few pages
    /// would be written again and again, only for the seal to free them, and syncing the log does as well.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        let path = self.path();
        self.handle.write(move |writer| writer.checkpoint(&path))
    }

    /// What a pragma says of the writing connection and of a reading one.
    #[cfg(test)]
    pub(crate) fn ask(&self, pragma: &'static str) -> Result<(i64, i64), StoreError> {
        let ask =
            move |connection: &Connection| Ok(connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))?);
        Ok((
            self.handle.write(move |writer| ask(&writer.connection))?,
            self.handle.read(|reader| ask(&reader.connection))?,
        ))
    }

    /// Walks the whole database; fails when it is damaged.
    pub fn check(&self) -> Result<(), StoreError> {
        self.handle.with(|handle| handle.inspect(|reader, path| quick_check(&reader.connection, path)))
    }

    /// Size on disk with its log, bytes.
    pub fn size_bytes(&self) -> u64 {
        self.handle.with(Handle::size_bytes)
    }

    /// Work that waits for the writing thread.
    pub fn queue_depth(&self) -> usize {
        self.handle.with(Handle::queue_depth)
    }

    /// Closes the read connections that no query uses.
    pub fn close_idle_readers(&self) {
        self.handle.with(Handle::close_idle_readers);
    }

    /// Writes everything into the database, empties the log and closes the writing connection, all within the time.
    pub fn close(&self, within: Duration) -> Result<(), StoreError> {
        self.handle.with(|handle| handle.close(within))
    }
}

impl Writer {
    fn roll_up(&mut self, now: i64) -> Result<Option<RolledUp>, Fault> {
        let Some((done, sealed)) = roll_up::step(&self.connection, &mut self.layouts, now)? else { return Ok(None) };
        self.appender.rolled_up(sealed);
        if done.pushed > 0 {
            self.inbox.sealed();
        }
        self.settled = true;
        Ok(Some(done))
    }

    fn retain(&mut self, keep: &Keep, now: i64) -> Result<Removed, Fault> {
        let removed = retain::retain(&self.connection, &self.appender, keep, now)?;
        self.settled |= removed != Removed::default();
        Ok(removed)
    }

    fn checkpoint(&mut self, path: &Path) -> Result<(), Fault> {
        if !self.settled && log_pages(&self.connection)? < LONG_LOG {
            return sync_log(path);
        }
        self.settled = checkpoint(&self.connection)? == Checkpoint::Partial;
        begin_log(&self.connection)
    }
}

fn open(path: &Path, access: Access) -> Result<Handle<Writer, Reader>, StoreError> {
    let wrapping = Wrapping {
        writer: |connection, _| {
            let (appender, inbox, layouts) = Default::default();
            Ok(Writer { connection, appender, inbox, layouts, settled: true })
        },
        unwrap: |writer: Writer| writer.connection,
        reader: Reader::new,
    };
    Handle::open(location(path), access, wrapping)
}

fn location(path: &Path) -> Location {
    Location {
        path: path.to_owned(),
        schema: SCHEMA,
        durable: false,
        longest_log: LONGEST_LOG,
        writer_cache: WRITER_CACHE,
        reader_cache: READER_CACHE,
    }
}

#[cfg(test)]
mod tests;
