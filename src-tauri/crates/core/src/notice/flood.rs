//! Against floods: how much a channel said lately, and the one digest that takes up what would be too much.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::alert::AlertId;
use crate::time::{Span, Timestamp};

/// So many notices that ring within [`WINDOW`], then warnings go into the digest.
const MOST: usize = 6;
const WINDOW: Span = Span::from_minutes(10);
/// From so many new warnings at once on they are one digest.
pub(super) const GROUP_FROM: usize = 4;

/// What every channel said lately; stored with the decisions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    #[serde(default)]
    channels: BTreeMap<String, ChannelLedger>,
}

/// What one channel said lately.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ChannelLedger {
    rung: Vec<Timestamp>,
    pub(super) digest: Vec<AlertId>,
    /// When the digest last rang.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest_rung: Option<Timestamp>,
}

impl Ledger {
    pub(super) fn of(&mut self, channel: &str) -> &mut ChannelLedger {
        self.channels.entry(channel.to_owned()).or_default()
    }
}

impl ChannelLedger {
    /// Whether one more may ring.
    pub(super) fn has_room(&mut self, now: Timestamp) -> bool {
        self.rung.retain(|at| *at <= now && now.since(*at) < WINDOW);
        self.rung.len() < MOST
    }

    /// Whether the digest, to which something was added, rings: once in a window, however many come.
    pub(super) fn digest_rings(&mut self, now: Timestamp) -> bool {
        let rang = self.digest_rung.is_some_and(|at| at <= now && now.since(at) < WINDOW);
        if !rang {
            self.digest_rung = Some(now);
        }
        !rang
    }

    /// The digest was taken away; the next one is another.
    pub(super) fn digest_is_over(&mut self) {
        self.digest_rung = None;
    }

    /// Whether anything rang by itself within the window.
    pub(super) fn has_rung(&self, now: Timestamp) -> bool {
        self.rung.iter().any(|at| *at <= now && now.since(*at) < WINDOW)
    }

    /// Counts one that rings.
    pub(super) fn ring(&mut self, now: Timestamp) {
        self.rung.push(now);
        self.rung.drain(..self.rung.len().saturating_sub(MOST));
    }
}

/// The identity under which a channel's digest is shown.
pub(super) fn digest_id(channel: &str) -> AlertId {
    AlertId(format!("digest-{channel}"))
}
