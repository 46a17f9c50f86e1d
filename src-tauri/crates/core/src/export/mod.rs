//! Measurements as text for other programs: JSON, CSV, Markdown, Prometheus. Reads nothing; what is exported was asked for
//! before.

mod alert;
mod counter;
mod csv;
mod format;
mod glob;
mod json;
mod markdown;
mod plan;
mod prometheus;

pub use alert::{AlertExport, AlertFormat, ParseAlertFormatError};
pub use counter::last_of_steps;
pub use format::{ExportFormat, ParseFormatError};
pub use glob::glob_matches;
pub use plan::{Due, ExportPlan, ExportRecord, KeepFiles, WrittenFile};

use serde::Serialize;

use crate::metric::{SeriesKind, SeriesPoints};
use crate::time::{Span, Timestamp};

/// Measurements of a stretch of time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Export {
    /// Start.
    pub from: Timestamp,
    /// End.
    pub to: Timestamp,
    /// Length of a step in milliseconds; none when every stored sample is there.
    #[serde(rename = "step_ms", serialize_with = "millis")]
    pub step: Option<Span>,
    /// By name, then labels.
    pub series: Vec<ExportedSeries>,
}

/// One series of an export.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExportedSeries {
    /// Its kind.
    pub kind: SeriesKind,
    /// Its newest sample within the time; its points may be means of many.
    #[serde(skip)]
    pub newest: Option<(Timestamp, f64)>,
    /// Its values.
    #[serde(flatten)]
    pub points: SeriesPoints,
}

impl Export {
    /// The whole text in a format; it ends with a line break.
    pub fn write(&self, format: ExportFormat) -> String {
        match format {
            ExportFormat::Json => json::write(self),
            ExportFormat::Csv => csv::write(self),
            ExportFormat::Markdown => markdown::write(self),
            ExportFormat::Prometheus => prometheus::write(self),
        }
    }
}

#[expect(clippy::ref_option, reason = "the shape that serde asks for")]
fn millis<S: serde::Serializer>(step: &Option<Span>, out: S) -> Result<S::Ok, S::Error> {
    step.map(Span::as_millis).serialize(out)
}

#[cfg(test)]
pub(crate) mod example {
    use super::{Export, ExportedSeries};
    use crate::metric::{Point, SeriesKey, SeriesKind, SeriesPoints, Stats, Unit};
    use crate::time::{Span, Timestamp};

    /// A disk with two values around a gap, and an empty fan.
    pub fn export() -> Export {
        let at = |minute: i64| Timestamp::from_millis(1_767_225_600_000 + minute * 60_000);
        let point = |minute, value: Option<f64>| Point {
            at: at(minute),
            value,
            min: value.map(|value| value - 1.0),
            max: value.map(|value| value + 1.0),
        };
        let series = |key, unit, points: Vec<Point>| ExportedSeries {
            kind: SeriesKind::Gauge,
            newest: points.last().and_then(|point| Some((point.at + Span::from_minutes(4), point.max?))),
            points: SeriesPoints {
                stats: Stats::of(points.iter().filter_map(|point| Some((point.value?, point.min?, point.max?, 2)))),
                key,
                unit,
                points,
            },
        };
        Export {
            from: at(0),
            to: at(15),
            step: Some(Span::from_minutes(5)),
            series: vec![
                series(
                    SeriesKey::labelled("host.disk.usage", "mount", "/a, \"b\"|c"),
                    Unit::Percent,
                    vec![point(0, Some(61.5)), point(5, None), point(10, Some(63.0))],
                ),
                series(SeriesKey::plain("host.fan"), Unit::TurnsPerMinute, Vec::new()),
            ],
        }
    }
}
