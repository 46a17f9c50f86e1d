//! A log that a test writes.

use std::sync::{Arc, Mutex, PoisonError};

use caretaker_core::alert::RecentChange;
use caretaker_core::port::{FoundRecords, PortFuture, Records};
use caretaker_core::record::{Record, RecordLevel};
use caretaker_core::time::Timestamp;

#[derive(Debug, Default)]
struct State {
    records: Vec<Record>,
    changes: Vec<RecentChange>,
    is_unreadable: bool,
}

/// Shared by a world and its tests.
#[derive(Clone, Debug, Default)]
pub struct WrittenRecords(Arc<Mutex<State>>);

impl WrittenRecords {
    /// Writes a line.
    pub fn write(&self, at: Timestamp, level: RecordLevel, source: &str, message: &str) {
        self.lock().records.push(Record::new(at, level, source, message));
    }

    /// Notes that something was installed.
    pub fn install(&self, at: Timestamp, text: &str) {
        self.lock().changes.push(RecentChange { at, text: text.to_owned() });
    }

    /// From now on the log of this machine is nobody's to read.
    pub fn hide(&self) {
        self.lock().is_unreadable = true;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Records for WrittenRecords {
    fn between(&self, from: Timestamp, until: Timestamp) -> PortFuture<'_, FoundRecords> {
        let state = self.lock();
        let found = if state.is_unreadable {
            let note = "The system's log is not readable on this machine: not allowed.".to_owned();
            FoundRecords { note, ..FoundRecords::default() }
        } else {
            let within = state.records.iter().filter(|record| record.at >= from && record.at <= until);
            FoundRecords { source: "journal".to_owned(), note: String::new(), records: within.cloned().collect() }
        };
        Box::pin(std::future::ready(found))
    }

    fn changes(&self, since: Timestamp) -> PortFuture<'_, Vec<RecentChange>> {
        let changes = self.lock().changes.iter().filter(|change| change.at >= since).cloned().collect();
        Box::pin(std::future::ready(changes))
    }
}
