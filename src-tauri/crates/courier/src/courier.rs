//! One try for one notice, whatever the way.

use std::sync::Arc;
use std::time::Instant;

use caretaker_core::egress::Egress;
use caretaker_core::port::Commands;
use caretaker_core::time::{Span, Timestamp};
use caretaker_transport::Tls;

use crate::destination::{Destination, Way};
use crate::error::SendError;
use crate::http::{Post, post};
use crate::letter::Letter;
use crate::{command, ntfy, webhook};

/// What the other side said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivered {
    /// `200 OK`, `exit code 0`.
    pub answer: String,
    /// How long it took.
    pub took: Span,
}

/// Brings notices. Made at the start; opens, looks up and loads nothing before the first one.
pub struct Courier {
    egress: Arc<dyn Egress>,
    commands: Arc<dyn Commands>,
    tls: Tls,
    agent: String,
}

impl Courier {
    /// A courier for a version of Caretaker.
    pub fn new(egress: Arc<dyn Egress>, commands: Arc<dyn Commands>, version: &str) -> Self {
        Self { egress, commands, tls: Tls::default(), agent: format!("caretaker/{version}") }
    }

    /// One try, within the limit of the destination.
    pub async fn send(
        &self,
        destination: &Destination,
        letter: &Letter<'_>,
        now: Timestamp,
    ) -> Result<Delivered, SendError> {
        let begun = Instant::now();
        // The same on every try, so that who listens may know a notice again.
        let known = ("Idempotency-Key", letter.notice.id.0.clone());
        let (address, token, headers, body) = match &destination.way {
            Way::Command(words) => return command::run(self.commands.as_ref(), words, destination, letter).await,
            Way::Webhook { address, token } => {
                let headers = vec![("Content-Type", "application/json".to_owned()), known];
                (address, token, headers, webhook::document(letter))
            }
            Way::Ntfy { address, token } => {
                let (text, mut headers) = ntfy::message(letter);
                headers.extend([("Content-Type", "text/plain; charset=utf-8".to_owned()), known]);
                (address, token, headers, text)
            }
        };
        let posted = Post { address, token: token.as_deref(), headers, body, agent: &self.agent };
        let answer = Box::pin(post(&self.egress, &self.tls, posted, destination.limit, now)).await?;
        Ok(Delivered { answer, took: begun.elapsed().into() })
    }
}
