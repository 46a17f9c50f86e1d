//! Delivers notices from the database: at least once, under one identity, with back-off and expiry.
//!
//! A notice is marked after the channel took it; killed in between, it is delivered once more under the same identity
//! and replaces itself on the screen.

use caretaker_core::notice::{NATIVE, Notice, NoticeKind, NoticeState, back_off};
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;
use caretaker_core::view::Hint;
use tokio::sync::watch;

use crate::engine::Engine;
use crate::pipeline::Work;

const PART: &str = "notifications";
const BATCH: usize = 16;
/// Without anything due, the outbox still looks this often, in case the clock was set.
const LONGEST_WAIT: Span = Span::from_minutes(10);
/// Without a desktop, how often to look whether there is one now.
const LOOK_FOR_DESKTOP: Span = Span::from_seconds(30);

impl Engine {
    /// Delivers everything that is due; says after which time the next is due.
    pub async fn deliver(&self) -> Result<Option<Span>, Problem> {
        self.deliver_while(|| true).await
    }

    async fn deliver_while(&self, wanted: impl Fn() -> bool) -> Result<Option<Span>, Problem> {
        // Asked anew each time: a person may have logged in since the start.
        let Some(notifier) = self.0.notifier.clone().filter(|notifier| notifier.is_present()) else {
            return self.expire().await.map(|()| Some(LOOK_FOR_DESKTOP));
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
                self.deliver_one(notifier.as_ref(), notice).await?;
            }
        }
    }

    /// Strikes out what nobody could be told in time.
    async fn expire(&self) -> Result<(), Problem> {
        let now = self.now();
        let pending = self.blocking(|inner| Ok(inner.state.pending_notices()?)).await?;
        for notice in pending.into_iter().filter(|notice| notice.channel == NATIVE && now >= notice.expires) {
            self.expired(notice).await?;
        }
        Ok(())
    }

    /// Nobody took a notice in time. If its alert is still up, that is news again.
    async fn expired(&self, notice: Notice) -> Result<(), Problem> {
        let Notice { id, alert, channel, kind, .. } = notice;
        self.blocking(move |inner| Ok(inner.state.notice_expired(&id)?)).await?;
        let pipeline = self.0.pipeline.as_ref().filter(|_| kind != NoticeKind::Close);
        if let Some(pipeline) = pipeline
            && pipeline.send(Work::Untold(alert, channel, self.now())).await.is_err()
        {
            tracing::debug!("the engine ends; the next start tells");
        }
        Ok(())
    }

    /// A quiet update of what was never shown is the first that the owner hears of it, and rings.
    async fn loud_enough(&self, notice: Notice) -> Result<Notice, Problem> {
        if notice.kind != NoticeKind::Update {
            return Ok(notice);
        }
        let (alert, channel) = (notice.alert.clone(), notice.channel.clone());
        let earlier = self.blocking(move |inner| Ok(inner.state.notices(&alert)?)).await?;
        let shown = earlier.iter().any(|one| one.channel == channel && one.state == NoticeState::Delivered);
        Ok(if shown { notice } else { Notice { kind: NoticeKind::Raise, ..notice } })
    }

    async fn deliver_one(&self, notifier: &dyn caretaker_core::port::Notifier, notice: Notice) -> Result<(), Problem> {
        let now = self.now();
        let id = notice.id.clone();
        if now >= notice.expires {
            return self.expired(notice).await;
        }
        let notice = self.loud_enough(notice).await?;
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

    /// Delivers until it is told to stop: at once when something was put in, else when the next is due. A notice that is
    /// on its way then still arrives and is marked, so that an orderly end tells nothing twice.
    pub async fn run_outbox(&self, mut stop: watch::Receiver<bool>) {
        let mut resumed = false;
        loop {
            if !resumed && let Some(notifier) = self.0.notifier.as_ref().filter(|notifier| notifier.is_present()) {
                resumed = notifier.resume().await.inspect_err(|error| tracing::debug!(%error, "resume")).is_ok();
            }
            let wait = match self.deliver_while(|| !*stop.borrow()).await {
                Ok(next) => next.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT).max(Span::from_millis(100)),
                Err(problem) => {
                    self.0.degraded.report(PART, problem.message, &problem.hint, self.now());
                    Span::from_seconds(30)
                }
            };
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                () = self.0.on_notices.notified() => {}
                () = self.0.clock.sleep(wait) => {}
            }
        }
    }
}
