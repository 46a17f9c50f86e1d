//! Series as doors show them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::metric::{Labels, Mark, Point, SeriesEntry, SeriesKey, SeriesKind, SeriesPoints, Stats, Unit};
use crate::time::Timestamp;

/// Every series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeriesList {
    /// By name, then labels.
    pub series: Vec<SeriesEntry>,
}

/// Points of every series that was asked for, and what explains them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PointsView {
    /// Start of what was asked for.
    pub from: Timestamp,
    /// End of what was asked for.
    pub to: Timestamp,
    /// Length of a step in milliseconds; null when every stored sample is shown.
    pub step_ms: Option<i64>,
    /// One entry for each matching series.
    pub series: Vec<SeriesPoints>,
    /// Only when exactly one series matches: its points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Vec<Point>>,
    /// Only when exactly one series matches: its figures.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stats: Option<Stats>,
    /// Boots, sleeps, clock steps, starts, configuration changes.
    pub marks: Vec<Mark>,
}

/// Figures of a series over rolling windows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SummaryRow {
    /// Which series.
    #[serde(flatten)]
    pub key: SeriesKey,
    /// Its unit.
    pub unit: Unit,
    /// The newest value.
    pub last: Option<f64>,
    /// Over the last hour.
    pub hour: Stats,
    /// Over the last 24 hours.
    pub day: Stats,
    /// Over the last 7 days; its percentiles are those of the means of 5 minutes.
    pub week: Stats,
    /// The last 24 hours in steps of 15 minutes.
    pub points: Vec<Point>,
}

/// Figures of the main series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MetricSummary {
    /// Stamp of the newest round.
    pub at: Option<Timestamp>,
    /// Start of the last 24 hours.
    pub from: Timestamp,
    /// End of the windows.
    pub to: Timestamp,
    /// The main series of the machine.
    pub series: Vec<SummaryRow>,
}

/// A sample that is pushed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SampleRequest {
    /// Name of the series: letters, digits and `_` in parts with dots between, such as `board.sales`.
    pub name: String,
    /// The value; every bit of it is kept.
    pub value: f64,
    /// `gauge` or `counter`; default what the series is, or a gauge when it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<SeriesKind>,
    /// Unit by its word or symbol: `percent`, `bytes`, `bytes_per_second`, `celsius`, `milliseconds`, `seconds`, `watts`,
    /// `turns_per_minute`, `count`, `ratio`, `number`; default that of the series, or `number` when it is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "milliseconds")]
    pub unit: Option<String>,
    /// The service that it is about; becomes the label `service`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// What tells this series from others of its name.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
    /// When the value was true; default now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// Samples that are pushed together: all are kept or none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SamplesRequest {
    /// Up to 5,000.
    pub samples: Vec<SampleRequest>,
}

/// What became of pushed samples.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RecordedView {
    /// How many samples were stored.
    pub recorded: usize,
    /// Series that did not exist before.
    pub created: Vec<SeriesKey>,
    /// Series that are pushed now, of at most as many as `most_series`.
    pub series: usize,
    /// How many series may be pushed.
    pub most_series: usize,
}

/// Which counters go back to zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetRequest {
    /// Name of the counter.
    pub name: String,
    /// Only series with all of these labels.
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub labels: Labels,
}

/// A counter that went back to zero.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ResetCounter {
    /// Which series.
    #[serde(flatten)]
    pub key: SeriesKey,
    /// What it had counted.
    pub before: f64,
    /// The stamp of the zero.
    pub at: Timestamp,
}

/// Counters that went back to zero.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ResetView {
    /// By name, then labels.
    pub reset: Vec<ResetCounter>,
}
