//! Delivers notices from the database: at least once, under one identity, with back-off and expiry, each channel by itself,
//! so that one that hangs holds up no other.
//!
//! A notice is marked after the channel took it; killed in between, it is delivered once more under the same identity.

mod away;
mod handed_over;
mod screen;

use std::collections::{BTreeMap, BTreeSet};

use caretaker_core::notice::{NATIVE, Notice, NoticeKind, NoticeState};
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;
use futures_util::future::join_all;
use tokio::sync::watch;
use tokio::task::{Id, JoinSet};

use crate::engine::Engine;
use crate::pipeline::Work;

const BATCH: usize = 16;
/// Without anything due, the outbox still looks this often, in case the clock was set.
const LONGEST_WAIT: Span = Span::from_minutes(10);
const SHORTEST_WAIT: Span = Span::from_millis(100);
/// After the outbox itself could not be read.
const AFTER_FAILURE: Span = Span::from_seconds(30);
/// The name under which it shows that notifications do not reach the screen.
const SCREEN: &str = "notifications";

impl Engine {
    /// Delivers everything that is due, on all channels side by side; says after which time the next is due.
    pub async fn deliver(&self) -> Result<Option<Span>, Problem> {
        self.strike_out_orphans().await?;
        let channels = self.channel_ids();
        let each = channels.iter().map(|id| self.deliver_to(id, &|| true));
        let waits = join_all(each).await.into_iter().collect::<Result<Vec<_>, _>>()?;
        Ok(waits.into_iter().flatten().min())
    }

    /// Where notices go: the desktop, and the channels that are in use.
    fn channel_ids(&self) -> Vec<String> {
        crate::hearing::channels(&self.settings()).into_iter().map(|channel| channel.id).collect()
    }

    async fn deliver_to(&self, channel: &str, wanted: &(dyn Fn() -> bool + Sync)) -> Result<Option<Span>, Problem> {
        let turn = self.0.channels.turn(channel);
        let _mine = turn.lock().await;
        if channel == NATIVE { self.deliver_on_screen(wanted).await } else { self.deliver_away(channel, wanted).await }
    }

    /// Strikes out what nobody could be told in time.
    async fn expire(&self, channel: &str) -> Result<(), Problem> {
        let now = self.now();
        let pending = self.blocking(|inner| Ok(inner.state.pending_notices()?)).await?;
        for notice in pending.into_iter().filter(|notice| notice.channel == channel && now >= notice.expires) {
            self.expired(notice).await?;
        }
        Ok(())
    }

    /// Strikes out what waits for a channel that is gone or switched off.
    async fn strike_out_orphans(&self) -> Result<(), Problem> {
        let channels = self.channel_ids();
        let pending = self.blocking(|inner| Ok(inner.state.pending_notices()?)).await?;
        for notice in pending.into_iter().filter(|notice| !channels.contains(&notice.channel)) {
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

    /// Delivers until it is told to stop: at once when something was put in, else when the next is due. A notice that is
    /// on its way then still arrives and is marked, so that an orderly end tells nothing twice.
    pub async fn run_outbox(&self, mut stop: watch::Receiver<bool>) {
        let mut rounds = Rounds::default();
        let mut everybody = true;
        loop {
            if std::mem::take(&mut everybody) {
                if let Err(problem) = self.strike_out_orphans().await {
                    tracing::warn!(%problem, "what waits for channels that are gone could not be struck out");
                }
                rounds.wake();
            }
            let wait = rounds.start(self, &stop);
            tokio::select! {
                _ = stop.wait_for(|stop| *stop) => break,
                () = self.0.on_notices.notified() => everybody = true,
                () = rounds.one_returns(self) => {}
                () = self.0.clock.sleep(wait) => {}
            }
        }
        rounds.all_return().await;
    }
}

/// Who is on the way for which channel, and when the others go. At most one is on the way for each.
#[derive(Default)]
struct Rounds {
    away: JoinSet<(String, Span)>,
    names: BTreeMap<Id, String>,
    /// In awake time.
    next: BTreeMap<String, Span>,
    /// Something was put in while they were on the way.
    again: BTreeSet<String>,
    resumed: bool,
}

impl Rounds {
    /// Everybody looks now.
    fn wake(&mut self) {
        self.next.clear();
        self.again.extend(self.names.values().cloned());
    }

    /// Sends out whoever is due; says when the next one is.
    fn start(&mut self, engine: &Engine, stop: &watch::Receiver<bool>) -> Span {
        let now = engine.0.clock.moment().awake;
        let mut wait = LONGEST_WAIT;
        for id in engine.channel_ids() {
            if self.names.values().any(|busy| *busy == id) {
                continue;
            }
            let due = self.next.get(&id).copied().unwrap_or(now);
            if due > now {
                wait = wait.min(due - now);
                continue;
            }
            let (engine, stop, channel) = (engine.clone(), stop.clone(), id.clone());
            let resume = id == NATIVE && !std::mem::replace(&mut self.resumed, true);
            let task = self.away.spawn(async move {
                if resume {
                    engine.resume_screen().await;
                }
                let wait = engine.wait_of(&channel, &stop).await;
                (channel, wait)
            });
            self.names.insert(task.id(), id);
        }
        wait.max(SHORTEST_WAIT)
    }

    async fn one_returns(&mut self, engine: &Engine) {
        let Some(returned) = self.away.join_next_with_id().await else { return std::future::pending().await };
        let id = match &returned {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        let Some(channel) = self.names.remove(&id) else { return };
        let wait = match returned {
            Ok((_, (_, wait))) if !self.again.remove(&channel) => wait,
            Ok(_) => Span::ZERO,
            Err(error) => {
                tracing::error!(%error, channel, "a delivery ended unexpectedly");
                AFTER_FAILURE
            }
        };
        self.next.insert(channel, engine.0.clock.moment().awake + wait);
    }

    async fn all_return(mut self) {
        while self.away.join_next().await.is_some() {}
    }
}

impl Engine {
    async fn wait_of(&self, channel: &str, stop: &watch::Receiver<bool>) -> Span {
        match self.deliver_to(channel, &|| !*stop.borrow()).await {
            Ok(next) => next.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT).max(SHORTEST_WAIT),
            Err(problem) => {
                let part = if channel == NATIVE { SCREEN.to_owned() } else { crate::channels::part(channel) };
                self.0.degraded.report(&part, problem.message, &problem.hint, self.now());
                AFTER_FAILURE
            }
        }
    }
}
