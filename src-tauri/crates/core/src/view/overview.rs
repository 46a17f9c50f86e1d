//! The first page: the verdict, tiles with their last hour, top processes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{OverallState, Status};
use crate::metric::{Mark, Point, ProcessReading, SeriesKey, Unit};
use crate::rule::Threshold;
use crate::time::Timestamp;

/// A second figure on a tile: `Load 1.2`, `Free 120 GB`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TileDetail {
    /// What it is.
    pub label: String,
    /// Value with unit.
    pub text: String,
}

/// One figure of the machine with its last hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Tile {
    /// Stable name: `cpu`, `memory`, `disk:/`, `network:eth0`.
    pub id: String,
    /// For people: `CPU`, `Disk /`.
    pub title: String,
    /// The series behind the sparkline; the Metrics page opens on it.
    pub series: SeriesKey,
    /// Its unit.
    pub unit: Unit,
    /// The newest value; null while there is none yet.
    pub value: Option<f64>,
    /// The newest value with its unit; `no value yet` while there is none.
    pub text: String,
    /// By the open alerts on this tile's series.
    pub state: OverallState,
    /// Why the state is not that of the newest value: `5-min mean 96 %`, `recovering`; mostly empty.
    pub reason: String,
    /// Whether the last half hour is unusual for this hour of the week. Information only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unusual: Option<UnusualView>,
    /// Further figures.
    pub details: Vec<TileDetail>,
    /// The last hour.
    pub points: Vec<Point>,
    /// Bound of the rule on this series, if there is one.
    pub warning: Option<Threshold>,
    /// Bound of the rule on this series, if there is one.
    pub critical: Option<Threshold>,
}

/// How a series differs from earlier weeks at this hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct UnusualView {
    /// `higher than usual for Saturday 08:00: 5 % to 20 %`.
    pub text: String,
    /// How many standard deviations, positive above.
    pub score: f64,
    /// The lower end of what is usual.
    pub usual_from: f64,
    /// The upper end of what is usual.
    pub usual_to: f64,
}

/// Top processes of one round.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ProcessTable {
    /// The round.
    pub at: Timestamp,
    /// Busiest first.
    pub processes: Vec<ProcessReading>,
}

/// Everything that the first page shows, in one answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Overview {
    /// The state of everything.
    pub status: Status,
    /// Tiles in their order on the page.
    pub tiles: Vec<Tile>,
    /// Top processes of the newest round that looked at them.
    pub processes: Option<ProcessTable>,
    /// Marks of the last hour.
    pub marks: Vec<Mark>,
    /// Start of the last hour.
    pub from: Timestamp,
    /// End of the last hour.
    pub to: Timestamp,
}
