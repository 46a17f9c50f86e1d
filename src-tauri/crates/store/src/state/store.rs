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
mod tests {
    use caretaker_core::alert::State;
    use caretaker_core::metric::Labels;
    use caretaker_core::notice::NoticeState;
    use caretaker_core::rule::Level;
    use tempfile::TempDir;

    use crate::state::testing::*;

    use super::*;

    fn open() -> (TempDir, StateStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = StateStore::open(&folder.path().join("caretaker.db"), Access::ReadWrite).unwrap();
        (folder, store)
    }

    fn with_alerts(instances: Vec<Instance>) -> (TempDir, StateStore) {
        let (folder, store) = open();
        store.commit(Decision { instances, ..Decision::default() }).unwrap();
        (folder, store)
    }

    #[test]
    fn alerts_are_found_by_state_level_and_time_the_newest_first() {
        let critical = Instance { level: Level::Critical, ..alert("a4", State::Firing, 9_000) };
        let (_folder, store) = with_alerts(vec![
            alert("a1", State::Resolved, 0),
            alert("a2", State::Recovering, 100),
            alert("a3", State::Resolved, 5_000),
            critical,
        ]);
        let ids = |filter: AlertFilter| -> Vec<String> {
            store.alerts(&filter).unwrap().into_iter().map(|one| one.id.0).collect()
        };
        let all = AlertFilter::default;
        assert_eq!(ids(all()), ["a4", "a3", "a2", "a1"]);
        assert_eq!(ids(AlertFilter { states: vec![State::Firing, State::Recovering], ..all() }), ["a4", "a2"]);
        assert_eq!(ids(AlertFilter { level: Some(Level::Critical), ..all() }), ["a4"]);
        assert_eq!(ids(AlertFilter { since: Some(at(4_000)), ..all() }), ["a4", "a3", "a2"], "a2 is still open");
        assert_eq!(ids(AlertFilter { limit: Some(2), ..all() }), ["a4", "a3"]);
        assert_eq!(store.open_alerts().unwrap().iter().map(|one| one.id.0.as_str()).collect::<Vec<_>>(), ["a2", "a4"]);
    }

    #[test]
    fn an_alert_that_cannot_be_read_hides_no_other_and_an_infinite_value_is_stored() {
        let endless = Instance { value: f64::INFINITY, peak: f64::NAN, ..alert("a1", State::Firing, 0) };
        let (folder, store) = with_alerts(vec![endless, alert("a2", State::Firing, 1)]);
        assert_eq!(store.open_alerts().unwrap()[0].value, f64::MAX);
        let other = Connection::open(folder.path().join("caretaker.db")).unwrap();
        other.execute("UPDATE alert SET content = '{\"shape\":\"of the future\"}' WHERE id = 'a1'", []).unwrap();
        assert_eq!(store.open_alerts().unwrap(), [alert("a2", State::Firing, 1)]);
    }

    #[test]
    fn a_shortened_identity_fits_one_several_or_none() {
        let instances = ["0190a", "0190b", "0190", "0200'%"].map(|id| alert(id, State::Firing, 0)).to_vec();
        let (_folder, store) = with_alerts(instances);
        let found = |prefix: &str| match store.alert(prefix).unwrap() {
            Found::One(alert) => alert.id.0,
            Found::Ambiguous(ids) => format!("{} fit", ids.len()),
            Found::Nothing => "none".to_owned(),
        };
        for (prefix, expect) in [
            ("0190a", "0190a"),
            ("0190", "0190"),
            ("019", "3 fit"),
            ("02", "0200'%"),
            ("03", "none"),
            ("", "none"),
            ("%", "none"),
        ] {
            assert_eq!(found(prefix), expect, "{prefix}");
        }
    }

    #[test]
    fn a_notice_waits_is_tried_again_and_is_told_once() {
        let (_folder, store) = open();
        let id = notice("n1", "a1", 0).id;
        store.commit(Decision { notices: vec![notice("n1", "a1", 0)], ..Decision::default() }).unwrap();
        let due = |seconds| store.due_notices("native", at(seconds), 10).unwrap().len();
        assert_eq!((due(-1), due(0), store.next_due("native").unwrap()), (0, 1, Some(at(0))));
        assert!(store.due_notices("webhook", at(0), 10).unwrap().is_empty());
        assert!(store.notice_failed(&id, 1, at(5), "no notification daemon").unwrap());
        assert_eq!((due(4), due(5), store.next_due("native").unwrap()), (0, 1, Some(at(5))));
        let failed = store.notices(&AlertId("a1".to_owned())).unwrap().remove(0);
        assert_eq!((failed.attempts, failed.error.as_deref()), (1, Some("no notification daemon")));
        assert!(store.notice_delivered(&id, at(6)).unwrap());
        assert!(!store.notice_delivered(&id, at(7)).unwrap() && !store.notice_expired(&id).unwrap());
        let told = store.notices(&AlertId("a1".to_owned())).unwrap().remove(0);
        assert_eq!((told.state, told.delivered_at, told.error), (NoticeState::Delivered, Some(at(6)), None));
        assert_eq!((due(1_000), store.next_due("native").unwrap()), (0, None));
    }

    #[test]
    fn a_notice_does_not_wait_an_hour_because_the_clock_was_set_back() {
        let (_folder, store) = open();
        store.commit(Decision { notices: vec![notice("n1", "a1", 3_600)], ..Decision::default() }).unwrap();
        assert_eq!(store.due_notices("native", at(0), 10).unwrap().len(), 1);
    }

    #[test]
    fn an_expired_notice_is_no_longer_due() {
        let (_folder, store) = open();
        let old = notice("n1", "a1", 0);
        store.commit(Decision { notices: vec![old.clone()], ..Decision::default() }).unwrap();
        assert_eq!(store.due_notices("native", old.expires, 10).unwrap(), std::slice::from_ref(&old));
        assert!(store.notice_expired(&old.id).unwrap());
        assert!(store.due_notices("native", old.expires, 10).unwrap().is_empty());
    }

    #[test]
    fn silences_begin_end_and_can_be_ended() {
        let (_folder, store) = open();
        let silence = Silence {
            id: SilenceId("s1".to_owned()),
            rule: Some("cpu-high".to_owned()),
            alert: None,
            labels: Labels::one("mount", "/"),
            from: at(10),
            until: at(20),
            reason: "moving house".to_owned(),
        };
        store.put_silence(&silence).unwrap();
        let active = |seconds| store.silences(at(seconds)).unwrap();
        assert!(active(9).is_empty() && active(20).is_empty());
        assert_eq!(active(10), std::slice::from_ref(&silence));
        assert!(store.end_silence(&silence.id, at(15)).unwrap());
        assert_eq!(active(14)[0].until, at(15));
        assert!(active(15).is_empty() && !store.end_silence(&silence.id, at(16)).unwrap());
        assert!(!store.end_silence(&SilenceId("s2".to_owned()), at(0)).unwrap());
    }

    #[test]
    fn settings_are_set_changed_and_removed() {
        let (_folder, store) = open();
        for value in [Some("1"), Some("2"), None] {
            store.put_setting("quiet_until", value).unwrap();
            assert_eq!(store.setting("quiet_until").unwrap().as_deref(), value);
        }
    }

    #[test]
    fn a_hundred_versions_of_the_configuration_are_kept_and_always_the_last_good_one() {
        let (_folder, store) = open();
        assert_eq!(store.save_configuration("good", at(0), "file").unwrap(), 1);
        assert_eq!(store.save_configuration("good", at(1), "file").unwrap(), 1, "nothing changed");
        for n in 0..150 {
            store.save_faulty_configuration(&format!("bad {n}"), at(n), "file").unwrap();
        }
        let history = store.configuration_history().unwrap();
        assert_eq!((history.len(), history[0].version, history[0].good), (101, 151, false));
        let good = store.last_good_configuration().unwrap().unwrap();
        assert_eq!((good.version, good.text.as_str(), good.at, good.who.as_str()), (1, "good", at(0), "file"));
        store.save_configuration("better", at(999), "cli").unwrap();
        assert_eq!(store.last_good_configuration().unwrap().unwrap().text, "better");
        assert_eq!(store.configuration_history().unwrap().len(), 100);
    }

    #[test]
    fn the_last_thousand_operations_are_kept() {
        let (_folder, store) = open();
        for n in 0..1_003 {
            let operation = Operation {
                at: at(n),
                kind: "configuration".to_owned(),
                what: format!("reload {n}"),
                result: "ok".to_owned(),
                took: Span::from_millis(n),
            };
            store.record_operation(&operation).unwrap();
        }
        let all = store.operations(usize::MAX).unwrap();
        assert_eq!((all.len(), all[0].what.as_str(), all[999].took.as_millis()), (1_000, "reload 1002", 3));
        assert_eq!(store.operations(10).unwrap(), all[..10]);
    }

    #[test]
    fn alerts_that_are_long_over_go_with_all_that_belongs_to_them() {
        let (_folder, store) = open();
        let ids = [AlertId("old".to_owned()), AlertId("new".to_owned()), AlertId("open".to_owned())];
        let instances = vec![
            alert("old", State::Resolved, 0),
            alert("new", State::Resolved, 86_400),
            alert("open", State::Firing, 0),
        ];
        let events = ids.iter().map(|id| (id.clone(), at(0), Change::Pended)).collect();
        let evidence = ids.iter().map(|id| (id.clone(), evidence(1.0))).collect();
        let notices = vec![notice("n1", "old", 0), notice("n2", "new", 0), notice("n3", "open", 0)];
        store.commit(Decision { instances, events, evidence, notices, ..Decision::default() }).unwrap();
        store.notice_delivered(&NoticeId("n1".to_owned()), at(1)).unwrap();
        assert_eq!(store.retain(Span::from_days(1), at(86_400 + 700)).unwrap(), 1);
        for (id, rest) in ids.iter().zip([0, 1, 1]) {
            assert_eq!(store.events(id).unwrap().len(), rest);
            assert_eq!(usize::from(store.evidence(id).unwrap().is_some()), rest);
            assert_eq!(store.notices(id).unwrap().len(), rest);
        }
        assert_eq!(store.retain(Span::from_days(1), at(86_400 + 700)).unwrap(), 0);
    }

    #[test]
    fn a_reader_sees_what_the_engine_commits_and_writes_nothing() {
        let (folder, store) = with_alerts(vec![alert("a1", State::Firing, 0)]);
        let path = folder.path().join("caretaker.db");
        let reader = StateStore::open(&path, Access::ReadOnly).unwrap();
        assert_eq!(reader.open_alerts().unwrap().len(), 1);
        store.commit(Decision { instances: vec![alert("a2", State::Firing, 1)], ..Decision::default() }).unwrap();
        assert_eq!(reader.open_alerts().unwrap().len(), 2);
        assert!(matches!(reader.put_setting("x", None), Err(StoreError::ReadOnly { .. })));
    }
}
