//! A rule being changed: what it would have done, and the change itself.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::alert::BacktestSpan;
use crate::rule::Rule;
use crate::time::{Span, Timestamp};

/// Asks what a rule would have done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BacktestRequest {
    /// Id of the rule; a new one when no rule has it.
    pub rule: String,
    /// Changes to its keys, as `config set rule.ID.KEY VALUE` takes them; null removes a key: `{"warning.above": "70"}`.
    #[serde(default)]
    pub set: BTreeMap<String, Option<String>>,
    /// How far back; 30 days when absent.
    #[serde(default)]
    #[schema(value_type = Option<String>, example = "30d")]
    pub since: Option<Span>,
}

/// What a rule would have done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct BacktestView {
    /// The rule with its changes.
    pub rule: Rule,
    /// The rule in a sentence.
    pub rule_text: String,
    /// Start of the range.
    pub from: Timestamp,
    /// The first measurement of the series in the range; null where there is none. What lies before it is not known.
    #[serde(default)]
    pub measured_from: Option<Timestamp>,
    /// End of the range.
    pub to: Timestamp,
    /// The alerts that it would have raised, the oldest first.
    pub fired: Vec<BacktestSpan>,
    /// Notifications that would have rung.
    pub would_notify: usize,
    /// Stored rounds that it was judged over.
    pub rounds: usize,
    /// What the calculation took, in milliseconds.
    pub took_ms: f64,
}

/// Changes a rule in the file, everything at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RuleRequest {
    /// Its keys, as `config set rule.ID.KEY VALUE` takes them; null removes a key.
    pub set: BTreeMap<String, Option<String>>,
}

/// What each rule had to say lately, and whether anybody did anything about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NoiseView {
    /// Start of the range.
    pub from: Timestamp,
    /// End of the range.
    pub to: Timestamp,
    /// `12 notifications, 9 acted on; disk-space made 60 % of them`.
    pub line: String,
    /// The noisiest first; rules that said nothing are left out.
    pub rules: Vec<NoiseRow>,
}

/// What one rule had to say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct NoiseRow {
    /// Id of the rule.
    pub rule: String,
    /// Its title.
    pub title: String,
    /// Alerts that it raised.
    pub fired: usize,
    /// How often the desktop told of one of them, alone or among several; every channel where the desktop tells nothing.
    pub told: usize,
    /// Alerts that somebody took on.
    pub acknowledged: usize,
    /// Alerts that somebody snoozed.
    pub snoozed: usize,
    /// Its share of all notifications, 0 to 100.
    pub share_percent: f64,
    /// A bound at which it would have rung at most once a week, if it was noisier than that.
    pub quieter: Option<QuieterView>,
}

/// A milder bound.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct QuieterView {
    /// The bound for the rule's mildest level.
    pub threshold: crate::rule::Threshold,
    /// Notifications that would have rung in the time whose samples are stored.
    pub would_notify: usize,
    /// Notifications that rang in that time.
    pub instead_of: usize,
}
