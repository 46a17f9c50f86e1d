//! What Caretaker itself costs, as doors show it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::metric::{Point, SeriesKey, Unit};
use crate::time::Timestamp;

/// How a cost stands beside what was promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CostState {
    /// At or below the target.
    Within,
    /// Above the target.
    Above,
    /// Nothing was promised of it.
    NoTarget,
    /// Not measured in this time.
    Unknown,
}

/// One thing that Caretaker costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CostRow {
    /// Stable name: `cpu`, `round-cpu`, `round-time`, `memory`, `writes`, `databases`, `wakeups`.
    pub id: String,
    /// For people.
    pub title: String,
    /// The series behind it.
    pub series: SeriesKey,
    /// Its unit.
    pub unit: Unit,
    /// The newest value.
    pub now: Option<f64>,
    /// The newest value with its unit; empty while there is none.
    pub now_text: String,
    /// Mean of the last 24 hours.
    pub average: Option<f64>,
    /// The mean with its unit; empty while there is none.
    pub average_text: String,
    /// What the mean should stay at or below.
    pub target: Option<f64>,
    /// `at most 0.1 %`; empty where nothing was promised.
    pub target_text: String,
    /// How the mean stands beside the target.
    pub state: CostState,
    /// The last 24 hours in steps of 15 minutes.
    pub points: Vec<Point>,
}

/// What Caretaker itself costs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CostView {
    /// When this was put together.
    pub at: Timestamp,
    /// Start of the last 24 hours.
    pub from: Timestamp,
    /// The program that was measured, and whose targets these are.
    pub program: String,
    /// In the order of the table.
    pub costs: Vec<CostRow>,
    /// Connections opened to other programs on this machine since the start.
    pub connections: u64,
    /// Connections opened to other machines since the start; only a configured target leads to one.
    pub connections_beyond: u64,
}
