//! One rule on one series: where it stands, and everything that must survive a restart.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Outlook;
use crate::metric::{SeriesKey, Unit};
use crate::notice::Told;
use crate::rule::Level;
use crate::time::{Span, Timestamp};

/// Identity of an alert from its first breach to its end: a UUIDv8 by hashing, as text; it sorts by time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct AlertId(pub String);

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Breached, but not yet for long enough.
    Pending,
    /// Raised.
    Firing,
    /// Raised, and well again; ends when it stays so for `keep_firing_for`.
    Recovering,
    /// Over.
    Resolved,
}

/// Who took an alert on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Acknowledgement {
    /// When.
    pub at: Timestamp,
    /// The level that was taken on; a worse one asks again.
    pub level: Level,
    /// In the person's words; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// An open alert.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Instance {
    /// Its identity.
    pub id: AlertId,
    /// The rule that it belongs to.
    pub rule: String,
    /// Hash of the rule's meaning; an edit that changes it ends the alert.
    pub meaning: u64,
    /// The series that it judges.
    pub series: Arc<SeriesKey>,
    /// Unit of the series.
    pub unit: Unit,
    /// Where it stands.
    pub state: State,
    /// The level that it is raised at, or would be.
    pub level: Level,
    /// Wall clock of the first breach.
    pub since: Timestamp,
    /// Wall clock at which it was raised.
    pub fired_at: Option<Timestamp>,
    /// Wall clock of its end.
    pub resolved_at: Option<Timestamp>,
    /// The judged value of the newest round.
    pub value: f64,
    /// The worst judged value so far.
    pub peak: f64,
    /// Awake time since it was raised, as far as it was observed.
    #[serde(default)]
    pub up: Span,
    /// Awake time in breach at warning or worse, while pending; of a rule with `breaches`, while pending at all.
    pub held: Span,
    /// Awake time in breach of critical, while in such a breach and not yet critical.
    pub held_critical: Option<Span>,
    /// Awake time since the last breach, while recovering.
    pub calm: Span,
    /// Awake time since the last critical breach, while still raised as critical.
    pub calm_critical: Option<Span>,
    /// Whether the series stopped delivering.
    pub no_data: bool,
    /// Who took it on.
    pub acknowledged: Option<Acknowledgement>,
    /// Snoozed by its notification or a silence for this alert alone, until then.
    pub snoozed_until: Option<Timestamp>,
    /// What the owner was last told, by channel; nothing for channels that tell nothing of it now.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub told: BTreeMap<String, Told>,
    /// Whether it goes up and down all the time.
    #[serde(default)]
    pub flapping: bool,
    /// When it, and alerts of the same rule and series before it, turned from bad to well or back; the latest few.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<Timestamp>,
    /// The last samples while pending, the newest in the lowest bit; a set bit is a breach.
    #[serde(default)]
    pub recent: u64,
    /// How sure a forecast is, while one is judged that has an end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outlook: Option<Outlook>,
    /// What probably led to it, in a sentence: `/srv/models grew by 34 GB in 7 days`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
}

impl Instance {
    /// Raised and not over.
    pub fn is_raised(&self) -> bool {
        matches!(self.state, State::Firing | State::Recovering)
    }

    /// Awake time since its first breach, as far as it was observed: nobody knows what was during a sleep.
    pub fn lasted(&self) -> Span {
        self.held + self.up
    }

    /// Whether somebody took on at least the present level.
    pub fn is_acknowledged(&self) -> bool {
        self.acknowledged.as_ref().is_some_and(|ack| ack.level >= self.level)
    }
}
