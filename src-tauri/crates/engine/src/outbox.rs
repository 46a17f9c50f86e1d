//! Delivers notices from the database: at least once, under one identity, with back-off and expiry.
//!
//! A notice is marked after the channel took it; killed in between, it is delivered once more under the same identity
//! and replaces itself on the screen.

use caretaker_core::notice::{NATIVE, Notice, back_off};
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;
use caretaker_core::view::Hint;

use crate::engine::Engine;

const PART: &str = "notifications";
const BATCH: usize = 16;
/// Without anything due, the outbox still looks this often, in case the clock was set.
const LONGEST_WAIT: Span = Span::from_minutes(10);

impl Engine {
    /// Delivers everything that is due; says after which time the next is due.
    pub async fn deliver(&self) -> Result<Option<Span>, Problem> {
        let Some(notifier) = self.0.notifier.clone() else { return Ok(None) };
        loop {
            let now = self.now();
            let due = self.blocking(move |inner| Ok(inner.state.due_notices(NATIVE, now, BATCH)?)).await?;
            if due.is_empty() {
                let next = self.blocking(|inner| Ok(inner.state.next_due(NATIVE)?)).await?;
                return Ok(next.map(|at| at.since(self.now()).or_zero()));
            }
            for notice in due {
                self.deliver_one(notifier.as_ref(), notice).await?;
            }
        }
    }

    async fn deliver_one(&self, notifier: &dyn caretaker_core::port::Notifier, notice: Notice) -> Result<(), Problem> {
        let now = self.now();
        let id = notice.id.clone();
        if now >= notice.expires {
            return self.blocking(move |inner| Ok(inner.state.notice_expired(&id)?)).await.map(drop);
        }
        match notifier.deliver(&notice).await {
            Ok(()) => {
                let delivered = self.now();
                self.blocking(move |inner| Ok(inner.state.notice_delivered(&id, delivered)?)).await?;
                if self.0.degraded.recovered(PART) {
                    self.hint(Hint::Status);
                }
            }
            Err(error) => {
                let attempts = notice.attempts + 1;
                let next = self.now() + back_off(attempts);
                let why = error.to_string();
                if self.0.degraded.report(
                    PART,
                    why.clone(),
                    "`caretaker doctor` says which notification daemon answers",
                    now,
                ) {
                    tracing::warn!(%error, "a notification could not be shown");
                    self.hint(Hint::Status);
                }
                self.blocking(move |inner| Ok(inner.state.notice_failed(&id, attempts, next, &why)?)).await?;
            }
        }
        Ok(())
    }

    /// Delivers for ever: at once when something was put in, else when the next is due.
    pub(crate) async fn outbox_loop(&self) {
        loop {
            let wait = match self.deliver().await {
                Ok(next) => next.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT).max(Span::from_millis(100)),
                Err(problem) => {
                    self.0.degraded.report(PART, problem.message, &problem.hint, self.now());
                    Span::from_seconds(30)
                }
            };
            tokio::select! {
                () = self.0.on_notices.notified() => {}
                () = self.0.clock.sleep(wait) => {}
            }
        }
    }
}
