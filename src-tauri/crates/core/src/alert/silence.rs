//! Silences: what a person does not want to hear of for a while. Alerts under one are judged and recorded all the same.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Instance;
use crate::metric::Labels;
use crate::rule::Level;
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
    /// Alerts of this level and above are told all the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub except: Option<Level>,
    /// It ends as soon as nothing is up that it mutes, and at `until` at the latest.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub until_resolved: bool,
    /// Id of the maintenance window of the configuration that it stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<String>,
    /// Start; it may lie ahead.
    pub from: Timestamp,
    /// End, on the wall clock.
    pub until: Timestamp,
    /// In the person's words.
    pub reason: String,
}

impl Silence {
    /// Whether it mutes the same as another, whatever the time and the reason.
    pub fn has_same_subject(&self, other: &Self) -> bool {
        (&self.rule, &self.alert, &self.labels, &self.window, self.except)
            == (&other.rule, &other.alert, &other.labels, &other.window, other.except)
    }

    /// Whether it mutes whatever comes, and not one rule or one alert: a maintenance window.
    pub const fn is_maintenance(&self) -> bool {
        self.rule.is_none() && self.alert.is_none()
    }

    /// Whether it is in force at `now`.
    pub fn is_in_force(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }

    /// Whether `alert` is one of those that it is about, whatever the time.
    pub fn covers(&self, alert: &Instance) -> bool {
        self.rule.as_ref().is_none_or(|rule| *rule == alert.rule)
            && self.alert.as_ref().is_none_or(|id| *id == alert.id)
            && self.except.is_none_or(|except| alert.level < except)
            && alert.series.labels.matches(&self.labels)
    }

    /// Whether it mutes `alert` at `now`.
    pub fn mutes(&self, alert: &Instance, now: Timestamp) -> bool {
        self.is_in_force(now) && self.covers(alert)
    }
}
