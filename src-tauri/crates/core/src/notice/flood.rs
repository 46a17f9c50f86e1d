//! Against floods: how much a channel said lately, and the one digest that takes up what would be too much.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::alert::AlertId;
use crate::rule::Level;
use crate::time::{Span, Timestamp};

/// So many notices that ring within [`WINDOW`], then warnings go into the digest; after so many critical ones, those do too.
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
    /// Those of the critical level among them: a flood of warnings keeps no critical one from ringing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rung_critical: Vec<Timestamp>,
    pub(super) digest: Vec<AlertId>,
    /// When the digest last rang.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest_rung: Option<Timestamp>,
    /// How bad it was said to be then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest_level: Option<Level>,
}

impl Ledger {
    pub(super) fn of(&mut self, channel: &str) -> &mut ChannelLedger {
        self.channels.entry(channel.to_owned()).or_default()
    }
}

impl ChannelLedger {
    /// Whether one more of this level may ring.
    pub(super) fn has_room(&mut self, level: Level, now: Timestamp) -> bool {
        let rung = match level {
            Level::Warning => &mut self.rung,
            Level::Critical => &mut self.rung_critical,
        };
        rung.retain(|at| is_within(*at, now));
        rung.len() < MOST
    }

    /// Whether the digest, to which something was added, rings: once in a window, however many come, and once more when it
    /// becomes critical.
    pub(super) fn digest_rings(&mut self, level: Level, now: Timestamp) -> bool {
        let rang = self.digest_rung.is_some_and(|at| is_within(at, now)) && self.digest_level >= Some(level);
        if !rang {
            (self.digest_rung, self.digest_level) = (Some(now), Some(level));
        }
        !rang
    }

    /// The digest was taken away; the next one is another.
    pub(super) fn digest_is_over(&mut self) {
        (self.digest_rung, self.digest_level) = (None, None);
    }

    /// Whether anything rang by itself within the window.
    pub(super) fn has_rung(&self, now: Timestamp) -> bool {
        self.rung.iter().any(|at| is_within(*at, now))
    }

    /// Counts one that rings.
    pub(super) fn ring(&mut self, level: Level, now: Timestamp) {
        keep(&mut self.rung, now);
        if level == Level::Critical {
            keep(&mut self.rung_critical, now);
        }
    }
}

/// Adds a time to the latest few.
fn keep(rung: &mut Vec<Timestamp>, now: Timestamp) {
    rung.push(now);
    rung.drain(..rung.len().saturating_sub(MOST));
}

/// Whether a time counts still. One that lies ahead is from before the clock was set back.
fn is_within(at: Timestamp, now: Timestamp) -> bool {
    at <= now && now.since(at) < WINDOW
}

/// The identity under which a channel's digest is shown.
pub fn digest_id(channel: &str) -> AlertId {
    AlertId(format!("digest-{channel}"))
}
