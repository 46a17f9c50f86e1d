//! Series as doors show them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::metric::{Mark, Point, SeriesEntry, SeriesKey, SeriesPoints, Stats, Unit};
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

/// Figures of a series over the last hour and day.
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
}

/// Figures of the main series.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct MetricSummary {
    /// Stamp of the newest round.
    pub at: Option<Timestamp>,
    /// The main series of the machine.
    pub series: Vec<SummaryRow>,
}
