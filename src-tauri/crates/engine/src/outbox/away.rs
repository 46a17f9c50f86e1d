//! Notices to channels beyond the desktop. After a failure the whole channel is left alone for a while, so that what waits
//! is not tried one by one against a wall; what the other side refuses for good is given up and said so.

use caretaker_core::config::ChannelSettings;
use caretaker_core::notice::Notice;
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;
use caretaker_core::view::Hint;
use caretaker_courier::{Delivered, Letter, SendError};

use super::BATCH;
use crate::channels;
use crate::engine::Engine;

/// What the table of notices takes for a wait; a channel may rest for longer.
const LONGEST_STORED: Span = Span::from_minutes(5);

impl Engine {
    pub(super) async fn deliver_away(
        &self,
        id: &str,
        wanted: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Span>, Problem> {
        loop {
            let settings = self.settings();
            let Some(channel) = settings.notify.channel.iter().find(|channel| channel.id == id && channel.is_served())
            else {
                return Ok(None);
            };
            let now = self.now();
            if let Some(rest) = self.0.channels.rest(id, now) {
                self.expire(id).await?;
                return Ok(Some(rest));
            }
            let name = id.to_owned();
            let due = self.blocking(move |inner| Ok(inner.state.due_notices(&name, now, BATCH)?)).await?;
            if due.is_empty() {
                let name = id.to_owned();
                let next = self.blocking(move |inner| Ok(inner.state.next_due(&name)?)).await?;
                return Ok(next.map(|at| at.since(self.now()).or_zero()));
            }
            for notice in due {
                if !wanted() {
                    return Ok(None);
                }
                if !self.deliver_one(channel, notice).await? {
                    break;
                }
            }
        }
    }

    /// One try. False when the channel wants to be left alone now.
    async fn deliver_one(&self, channel: &ChannelSettings, notice: Notice) -> Result<bool, Problem> {
        if self.now() >= notice.expires {
            return self.expired(notice).await.map(|()| true);
        }
        let notice = self.loud_enough(notice).await?;
        let sent = self.send(channel, &notice, false).await;
        let (now, id, attempts) = (self.now(), notice.id, notice.attempts + 1);
        let part = channels::part(&channel.id);
        match sent {
            Ok(_) => {
                self.0.channels.arrived(&channel.id);
                self.blocking(move |inner| Ok(inner.state.notice_delivered(&id, now)?)).await?;
                if self.0.degraded.recovered(&part) {
                    self.hint(Hint::Status);
                }
                Ok(true)
            }
            Err(error) => {
                let rest = self.0.channels.failed(&channel.id, &error, now);
                let SendError { why, hint, again, .. } = error;
                let given_up = if again { "" } else { "; the notice was given up" };
                if self.0.degraded.report(&part, format!("{why}{given_up}"), &hint, now) {
                    tracing::warn!(channel = %channel.id, error = %why, "a notice did not arrive");
                    self.hint(Hint::Status);
                }
                let next = now + rest.min(LONGEST_STORED);
                self.blocking(move |inner| {
                    inner.state.notice_failed(&id, attempts, next, &why)?;
                    if !again {
                        inner.state.notice_expired(&id)?;
                    }
                    Ok(())
                })
                .await?;
                Ok(!again)
            }
        }
    }

    /// Sends a notice now, whatever is stored of it.
    pub(crate) async fn send(
        &self,
        channel: &ChannelSettings,
        notice: &Notice,
        test: bool,
    ) -> Result<Delivered, SendError> {
        let destination = self.0.channels.destination(channel)?;
        let facts = self.0.known_facts.get_or_init(|| (self.0.facts)());
        let letter = Letter { notice, host: &facts.name, link: destination.link.as_deref(), test };
        self.0.channels.courier.send(&destination, &letter, self.now()).await
    }
}
