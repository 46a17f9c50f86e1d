//! What one frame shows, asked of the engine that runs or of one opened for this look alone.

use std::collections::HashMap;

use caretaker_api::Client;
use caretaker_core::metric::{Labels, Point, SeriesEntry, SeriesKey, names};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{ModelsView, Overview, PointsView, SeriesList, Tile};

use crate::request::Address;

/// How far back the graphs go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Range {
    /// One hour.
    #[default]
    Hour,
    /// Six hours.
    SixHours,
    /// A day.
    Day,
    /// Seven days.
    Week,
}

impl Range {
    /// The next longer one, and after the longest the shortest.
    pub const fn next(self) -> Self {
        match self {
            Self::Hour => Self::SixHours,
            Self::SixHours => Self::Day,
            Self::Day => Self::Week,
            Self::Week => Self::Hour,
        }
    }

    /// Its length.
    pub const fn span(self) -> Span {
        match self {
            Self::Hour => Span::from_hours(1),
            Self::SixHours => Span::from_hours(6),
            Self::Day => Span::from_hours(24),
            Self::Week => Span::from_days(7),
        }
    }

    /// In words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Hour => "1 h",
            Self::SixHours => "6 h",
            Self::Day => "24 h",
            Self::Week => "7 d",
        }
    }
}

/// More columns than any tile has.
const MOST_POINTS: u32 = 200;

/// Everything that a frame shows.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The first page.
    pub overview: Overview,
    /// Every series with its newest value.
    pub series: Vec<SeriesEntry>,
    /// Servers of local models.
    pub models: ModelsView,
    /// How far back the graphs go.
    pub range: Range,
    /// Graphs of tiles, where they are longer than those of the first page.
    pub longer: HashMap<SeriesKey, Vec<Point>>,
}

impl Snapshot {
    /// Asks for everything.
    pub async fn ask(client: &Client, range: Range) -> Result<Self, Problem> {
        let overview: Overview = client.get("/overview").await?;
        // A home that was never used has no series, which is no failure here.
        let series = match client.get::<SeriesList>("/metrics/series").await {
            Ok(list) => list.series,
            Err(problem) if problem.code == Code::NotConfigured => Vec::new(),
            Err(problem) => return Err(problem),
        };
        let models = client.get("/models").await.unwrap_or_default();
        let mut longer = HashMap::new();
        if range != Range::Hour {
            for tile in &overview.tiles {
                // A graph that cannot be drawn is no reason to show nothing.
                if let Ok(points) = points(client, &tile.series, range).await {
                    longer.insert(tile.series.clone(), points);
                }
            }
        }
        Ok(Self { overview, series, models, range, longer })
    }

    /// The graph of a tile, and where it begins.
    pub fn points<'s>(&'s self, tile: &'s Tile) -> (&'s [Point], Timestamp) {
        let longer = self.longer.get(&tile.series).map(Vec::as_slice);
        let from = if self.range == Range::Hour { self.overview.from } else { self.overview.to - self.range.span() };
        (longer.unwrap_or(&tile.points), from)
    }

    /// The newest value of a series without labels, if the newest round brought one.
    pub fn value(&self, name: &str) -> Option<f64> {
        self.newest(name).find(|entry| entry.key.labels.is_empty()).and_then(|entry| entry.last)
    }

    /// All series of a name that the newest round brought.
    pub fn newest<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s SeriesEntry> {
        let newest = self.overview.status.engine.last_round;
        self.series.iter().filter(move |entry| entry.key.name == name && entry.at.is_some() && entry.at >= newest)
    }

    /// Usage of each core, by its number.
    pub fn cores(&self) -> Vec<(String, f64)> {
        let mut cores: Vec<(String, f64)> = self
            .newest(names::CPU_CORE_USAGE)
            .filter_map(|entry| Some((label(&entry.key.labels, "core"), entry.last?)))
            .collect();
        cores.sort_by_key(|(core, _)| (core.parse::<u32>().unwrap_or(u32::MAX), core.clone()));
        cores
    }

    /// Temperature of each sensor, the hottest first.
    pub fn temperatures(&self) -> Vec<(String, f64)> {
        let mut sensors: Vec<(String, f64)> = self
            .newest(names::TEMPERATURE)
            .filter_map(|entry| Some((label(&entry.key.labels, "sensor"), entry.last?)))
            .collect();
        sensors.sort_by(|one, other| other.1.total_cmp(&one.1));
        sensors
    }
}

fn label(labels: &Labels, name: &str) -> String {
    labels.get(name).unwrap_or("?").to_owned()
}

async fn points(client: &Client, series: &SeriesKey, range: Range) -> Result<Vec<Point>, Problem> {
    let mut address = Address::new("/metrics/points")
        .parameter("name", Some(&series.name))
        .parameter("since", Some(range.span()))
        .parameter("max_points", Some(MOST_POINTS));
    for (name, value) in series.labels.iter() {
        address = address.parameter("label", Some(format!("{name}={value}")));
    }
    let view: PointsView = client.get(address.as_str()).await?;
    Ok(view.series.into_iter().find(|one| one.key == *series).map(|one| one.points).unwrap_or_default())
}
