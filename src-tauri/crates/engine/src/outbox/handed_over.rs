//! Notices for the screen where only a tray app can show them: the engine of a service on a Mac has no bundle, and so no
//! notifications. The app asks for what is due, shows it, and says what came of it; until it said so a notice stays due.
//!
//! An engine with a notifier of its own hands over nothing, so that no notice is shown by both.

use caretaker_core::notice::NATIVE;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{DueNotices, NoticeOutcomeRequest};

use super::BATCH;
use crate::engine::Engine;

impl Engine {
    /// What the asking tray app is to show now; nothing where the engine shows notices itself.
    pub async fn notices_to_show(&self) -> Result<DueNotices, Problem> {
        self.writable()?;
        if self.0.notifier.is_some() {
            return Ok(DueNotices::default());
        }
        self.expire(NATIVE).await?;
        let now = self.now();
        let due = self.blocking(move |inner| Ok(inner.state.due_notices(NATIVE, now, BATCH)?)).await?;
        let mut notices = Vec::with_capacity(due.len());
        for notice in due {
            notices.push(self.loud_enough(notice).await?);
        }
        Ok(DueNotices { notices })
    }

    /// What came of showing one of them. One that was answered for before, or replaced meanwhile, changes nothing.
    pub async fn notice_was_shown(&self, outcome: NoticeOutcomeRequest) -> Result<(), Problem> {
        self.writable()?;
        if self.0.notifier.is_some() {
            return Err(Problem::new(Code::Usage, "this engine shows its notices itself"));
        }
        let pending = self.blocking(|inner| Ok(inner.state.pending_notices()?)).await?;
        let found = pending.into_iter().find(|notice| notice.channel == NATIVE && notice.id == outcome.id);
        match found {
            Some(notice) => self.shown(notice, outcome.error.map_or(Ok(()), Err)).await,
            None => Ok(()),
        }
    }
}
