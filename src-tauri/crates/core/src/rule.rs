//! Rules as they are judged: every key resolved, nothing optional that has a default.
//! Reading them from the file is `config`'s work, judging them is `alert`'s.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::metric::{Labels, Unit};
use crate::time::Span;

/// How bad an alert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Needs a look.
    Warning,
    /// Needs a look now.
    Critical,
}

impl Level {
    /// The word as it stands in JSON and in the file.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// A strict bound in one direction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// Breached by values over this.
    Above(f64),
    /// Breached by values under this.
    Below(f64),
}

impl Threshold {
    /// The number itself.
    pub const fn bound(self) -> f64 {
        match self {
            Self::Above(bound) | Self::Below(bound) => bound,
        }
    }

    /// Whether `value` breaches it. Strict: the bound itself does not.
    pub fn breached_by(self, value: f64) -> bool {
        match self {
            Self::Above(bound) => value > bound,
            Self::Below(bound) => value < bound,
        }
    }

    /// The easier bound that an alert already raised must get past to clear.
    pub fn relaxed_by(self, band: f64) -> Self {
        match self {
            Self::Above(bound) => Self::Above(bound - band),
            Self::Below(bound) => Self::Below(bound + band),
        }
    }
}

/// What of a series is judged: the last value, or a figure over the window `over`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// The newest value.
    #[default]
    Last,
    /// Mean of the window.
    Avg,
    /// Smallest of the window.
    Min,
    /// Largest of the window.
    Max,
    /// Median of the window.
    P50,
    /// 95th percentile of the window.
    P95,
    /// 99th percentile of the window.
    P99,
    /// Sum of the window.
    Sum,
    /// Change a second over the window: of a level newest minus oldest, of a counter what it counted, also where it started
    /// anew.
    Rate,
    /// Change over the window, as for the rate.
    Delta,
    /// Seconds until the series reaches its end at the present pace.
    Forecast,
    /// Seconds without a value.
    Absent,
}

impl Aggregate {
    /// The unit of what is judged of a series in `unit`.
    pub const fn unit_of(self, unit: Unit) -> Unit {
        match (self, unit) {
            (Self::Forecast | Self::Absent, _) => Unit::Seconds,
            (Self::Rate, Unit::Bytes) => Unit::BytesPerSecond,
            (Self::Rate, _) => Unit::Ratio,
            (_, unit) => unit,
        }
    }
}

/// What to do when a series stops delivering.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoData {
    /// Freeze every timer and keep the state.
    #[default]
    Keep,
    /// Treat it as well.
    Ok,
    /// Treat it as a breach of the rule's mildest level.
    Alert,
}

/// Which channels hear of a rule's alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Route {
    /// Channels that are told at once, the desktop among them.
    #[default]
    Now,
    /// Channels of the second step.
    Second,
    /// The daily report only.
    Daily,
}

/// How many of the last samples must breach, so that a single good one does not start everything anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Tolerance {
    /// So many breaches raise the alert.
    pub breaches: u32,
    /// Among so many samples, at most 64.
    pub samples: u32,
}

impl Tolerance {
    /// The longest row of samples that is remembered.
    pub const MOST_SAMPLES: u32 = 64;
}

impl fmt::Display for Tolerance {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} of {}", self.breaches, self.samples)
    }
}

impl From<Tolerance> for String {
    fn from(tolerance: Tolerance) -> Self {
        tolerance.to_string()
    }
}

impl TryFrom<String> for Tolerance {
    type Error = ParseToleranceError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// A text that is no tolerance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("read `{0}` as so many breaches of so many samples, such as `3 of 5`, at most 64")]
pub struct ParseToleranceError(String);

impl std::str::FromStr for Tolerance {
    type Err = ParseToleranceError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts = text.split_once(" of ");
        let numbers =
            parts.and_then(|(breaches, samples)| Some((breaches.trim().parse().ok()?, samples.trim().parse().ok()?)));
        numbers
            .map(|(breaches, samples)| Self { breaches, samples })
            .filter(|read| read.breaches >= 1 && read.breaches <= read.samples && read.samples <= Self::MOST_SAMPLES)
            .ok_or_else(|| ParseToleranceError(text.to_owned()))
    }
}

/// A rule with every default filled in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Rule {
    /// Stable name: `cpu-high`.
    pub id: String,
    /// For people: `CPU busy`.
    pub title: String,
    /// Name of the series; each matching series is judged by itself.
    pub metric: String,
    /// Only series with all of these labels.
    #[serde(rename = "where", default, skip_serializing_if = "Labels::is_empty")]
    pub filter: Labels,
    /// What of the series is judged.
    pub of: Aggregate,
    /// The window; none for the last value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub over: Option<Span>,
    /// Bound of the level warning.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<Threshold>,
    /// Bound of the level critical.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub critical: Option<Threshold>,
    /// How long a breach must last, in awake time.
    #[serde(rename = "for")]
    pub hold: Span,
    /// How many of the last samples must breach, in place of a breach that lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "3 of 5")]
    pub breaches: Option<Tolerance>,
    /// Dead band; 10 points for percentages, 10 % of the threshold otherwise, when absent; at most half the threshold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clear_by: Option<f64>,
    /// How long an alert stays up after its last breach, in awake time.
    pub keep_firing_for: Span,
    /// Missing values.
    pub no_data: NoData,
    /// Id of the runbook.
    pub runbook: String,
    /// Which channels hear of it.
    #[serde(default)]
    pub route: Route,
    /// Judged at all.
    pub enabled: bool,
}

impl Rule {
    /// The bound of a level.
    pub const fn threshold(&self, level: Level) -> Option<Threshold> {
        match level {
            Level::Warning => self.warning,
            Level::Critical => self.critical,
        }
    }

    /// The dead band for a threshold of this rule, in units of the series. `percent` says whether the series is one.
    pub fn dead_band(&self, threshold: Threshold, percent: bool) -> f64 {
        let bound = threshold.bound().abs();
        let wished = self.clear_by.unwrap_or(if percent { 10.0 } else { bound / 10.0 });
        wished.min(bound / 2.0).max(0.0)
    }

    /// What makes two versions of a rule judge differently; titles and runbooks do not.
    pub fn meaning(&self) -> String {
        format!(
            "{} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            self.metric,
            self.filter,
            self.of,
            self.over,
            self.warning,
            self.critical,
            self.hold,
            self.breaches,
            self.clear_by,
            self.no_data
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_strict_in_both_directions() {
        assert!(!Threshold::Above(75.0).breached_by(75.0) && Threshold::Above(75.0).breached_by(75.01));
        assert!(!Threshold::Below(15.0).breached_by(15.0) && Threshold::Below(15.0).breached_by(14.99));
    }
}
