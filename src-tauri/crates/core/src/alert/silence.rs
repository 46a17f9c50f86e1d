//! Silences: what a person does not want to hear of for a while. Alerts under one are judged and recorded all the same.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Instance;
use crate::metric::Labels;
use crate::time::Timestamp;

/// Identity of a silence: a UUIDv7 as text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct SilenceId(pub String);

/// What is muted, why, and until when. It always ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Silence {
    /// Its identity.
    pub id: SilenceId,
    /// Alerts of this rule; none for every rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// This alert only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alert: Option<super::AlertId>,
    /// Only series with all of these labels.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// Start.
    pub from: Timestamp,
    /// End, on the wall clock.
    pub until: Timestamp,
    /// In the person's words.
    pub reason: String,
}

impl Silence {
    /// Whether it mutes the same as another, whatever the time and the reason.
    pub fn has_same_subject(&self, other: &Self) -> bool {
        (&self.rule, &self.alert, &self.labels) == (&other.rule, &other.alert, &other.labels)
    }

    /// Whether it mutes `alert` at `now`.
    pub fn mutes(&self, alert: &Instance, now: Timestamp) -> bool {
        self.from <= now
            && now < self.until
            && self.rule.as_ref().is_none_or(|rule| *rule == alert.rule)
            && self.alert.as_ref().is_none_or(|id| *id == alert.id)
            && alert.series.labels.matches(&self.labels)
    }
}
