//! Notices as the outbox sees them: what is due, and what became of it.

use caretaker_core::alert::AlertId;
use caretaker_core::notice::{Notice, NoticeId};
use caretaker_core::time::Timestamp;
use rusqlite::Connection;

use super::store::StateStore;
use crate::error::StoreError;
use crate::table::notice::{self, ChannelHistory};

impl StateStore {
    /// All notices of an alert, the oldest first.
    pub fn notices(&self, alert: &AlertId) -> Result<Vec<Notice>, StoreError> {
        self.handle.read(|connection| notice::of_alert(connection, alert))
    }

    /// Pending notices of a channel whose time has come, in the order in which they were decided. Those past their
    /// expiry are among them, to be given to [`StateStore::notice_expired`].
    pub fn due_notices(&self, channel: &str, now: Timestamp, limit: usize) -> Result<Vec<Notice>, StoreError> {
        self.handle.read(|connection| notice::due(connection, channel, now, limit))
    }

    /// When the next pending notice of a channel is due.
    pub fn next_due(&self, channel: &str) -> Result<Option<Timestamp>, StoreError> {
        self.handle.read(|connection| notice::next_due(connection, channel))
    }

    /// All notices that wait, on every channel.
    pub fn pending_notices(&self) -> Result<Vec<Notice>, StoreError> {
        self.handle.read(|connection| notice::pending(connection))
    }

    /// What became of the notices of a channel.
    pub fn channel_history(&self, channel: &str) -> Result<ChannelHistory, StoreError> {
        self.handle.read(|connection| notice::history(connection, channel))
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
        self.handle.write(move |writer| notice::expired(&writer.connection, &id))
    }
}
