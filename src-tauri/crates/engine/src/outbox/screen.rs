//! Notices on this machine's own screen, through the engine's notifier where it has one.

use caretaker_core::notice::{NATIVE, Notice, back_off};
use caretaker_core::port::Notifier;
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;
use caretaker_core::view::Hint;

use super::{BATCH, SCREEN};
use crate::engine::Engine;

/// Without a desktop, how often to look whether there is one now.
const LOOK_FOR_DESKTOP: Span = Span::from_seconds(30);

impl Engine {
    pub(super) async fn deliver_on_screen(&self, wanted: &(dyn Fn() -> bool + Sync)) -> Result<Option<Span>, Problem> {
        // Asked anew each time: a person may have logged in since the start.
        let Some(notifier) = self.0.notifier.clone().filter(|notifier| notifier.is_present()) else {
            return self.expire(NATIVE).await.map(|()| Some(LOOK_FOR_DESKTOP));
        };
        loop {
            let now = self.now();
            let due = self.blocking(move |inner| Ok(inner.state.due_notices(NATIVE, now, BATCH)?)).await?;
            if due.is_empty() {
                let next = self.blocking(|inner| Ok(inner.state.next_due(NATIVE)?)).await?;
                return Ok(next.map(|at| at.since(self.now()).or_zero()));
            }
            for notice in due {
                if !wanted() {
                    return Ok(None);
                }
                self.show(notifier.as_ref(), notice).await?;
            }
        }
    }

    /// Hears again what people do with what an earlier run left on the screen.
    pub(super) async fn resume_screen(&self) {
        if let Some(notifier) = self.0.notifier.as_ref().filter(|notifier| notifier.is_present())
            && let Err(error) = notifier.resume().await
        {
            tracing::debug!(%error, "resume");
        }
    }

    async fn show(&self, notifier: &dyn Notifier, notice: Notice) -> Result<(), Problem> {
        if self.now() >= notice.expires {
            return self.expired(notice).await;
        }
        let notice = self.loud_enough(notice).await?;
        let shown = notifier.deliver(&notice).await;
        self.shown(notice, shown.map_err(|error| error.to_string())).await
    }

    /// Marks what came of showing a notice.
    pub(super) async fn shown(&self, notice: Notice, outcome: Result<(), String>) -> Result<(), Problem> {
        let (now, id) = (self.now(), notice.id);
        match outcome {
            Ok(()) => {
                self.blocking(move |inner| Ok(inner.state.notice_delivered(&id, now)?)).await?;
                if self.0.degraded.recovered(SCREEN) {
                    self.hint(Hint::Status);
                }
            }
            Err(why) => {
                let attempts = notice.attempts + 1;
                let hint = "`caretaker doctor` says which notification daemon answers";
                if self.0.degraded.report(SCREEN, why.clone(), hint, now) {
                    tracing::warn!(error = %why, "a notification could not be shown");
                    self.hint(Hint::Status);
                }
                let next = now + back_off(attempts);
                self.blocking(move |inner| Ok(inner.state.notice_failed(&id, attempts, next, &why)?)).await?;
            }
        }
        Ok(())
    }
}
