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
