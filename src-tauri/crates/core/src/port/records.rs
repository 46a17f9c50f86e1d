//! What logs say about a stretch of time. The system's log and Caretaker's own warnings come through here; those of services
//! will too.

use super::PortFuture;
use crate::alert::RecentChange;
use crate::record::Record;
use crate::time::Timestamp;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundRecords {
    /// Which log of the system was read: `journal`; empty when none could be.
    pub source: String,
    /// Why none could be read; empty when one was.
    pub note: String,
    /// Warnings and worse, in no order. Caretaker's own are among them also where the system's log is not readable.
    pub records: Vec<Record>,
}

/// Reads logs. What cannot be read is said and is no fault: not every machine lets everybody read its log.
pub trait Records: Send + Sync + 'static {
    /// Warnings and worse that were written from `from` until `until`. Takes seconds at most.
    fn between(&self, from: Timestamp, until: Timestamp) -> PortFuture<'_, FoundRecords>;

    /// What was installed, upgraded or removed since then, the newest first, where that is cheap to know.
    fn changes(&self, since: Timestamp) -> PortFuture<'_, Vec<RecentChange>>;
}
