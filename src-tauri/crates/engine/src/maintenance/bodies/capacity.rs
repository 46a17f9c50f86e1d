//! How full disks are, when they will be full, what grew on them, and what Caretaker itself costs.

use caretaker_core::folder;
use caretaker_core::maintenance::{Figure, Finding, Outcome};
use caretaker_core::metric::{Labels, Resolution, SeriesPoints, Unit, names};
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;
use caretaker_core::view::CostState;

use crate::engine::Engine;

/// The history that a forecast is drawn from, and its step.
const HISTORY: Span = Span::from_days(60);
const STEP: Span = Span::from_hours(6);
/// A disk that is full sooner is to be looked at.
const SOON: f64 = 90.0;
const DAY_MS: f64 = 86_400_000.0;

/// Looks at every measured disk.
pub(super) async fn capacity(engine: &Engine) -> Result<Outcome, Problem> {
    let now = engine.now();
    let disks = engine
        .blocking(move |inner| {
            Ok(inner.metrics.points(names::DISK_FREE, &Labels::none(), now - HISTORY, now, Resolution::Step(STEP))?)
        })
        .await?;
    let mut findings = Vec::new();
    let mut figures = Vec::new();
    for series in &disks {
        let Some(mount) = series.key.labels.get("mount") else { continue };
        let Some(free) = series.points.iter().rev().find_map(|point| point.value) else { continue };
        figures.push(Figure { name: format!("free {mount}"), value: free, unit: "bytes".to_owned() });
        let left = Unit::Bytes.format(free);
        findings.push(match days_left(series) {
            Some(days) if days < SOON => {
                Finding::attention(mount, format!("{left} are free; at this pace it is full in {days:.0} days."))
                    .hint("see `caretaker folders` for what takes up the disk")
            }
            Some(days) => Finding::note(mount, format!("{left} are free; at this pace it lasts {}.", lasts(days))),
            None => Finding::note(mount, format!("{left} are free; it does not fill up.")),
        });
    }
    for disk in engine.folders().await?.disks {
        findings
            .extend(disk.grown.iter().take(5).map(|grown| Finding::note(grown.path.clone(), folder::sentence(grown))));
    }
    let cost = engine.cost().await?;
    let told = cost.costs.iter().filter(|row| !row.average_text.is_empty());
    findings.extend(told.map(|row| {
        let make = if row.state == CostState::Above { Finding::attention } else { Finding::note };
        let target = if row.target_text.is_empty() { String::new() } else { format!("; {}", row.target_text) };
        make(format!("Caretaker: {}", row.title), format!("{} on average{target}.", row.average_text))
    }));
    let soon = findings.iter().any(|finding| finding.text.contains("it is full in"));
    Ok(Outcome {
        figures,
        ..Outcome::found(if soon { "A disk will be full soon." } else { "There is room for a while." }, findings)
    })
}

/// By a straight line through the history, at least a week of it; none when it does not fill up.
fn days_left(series: &SeriesPoints) -> Option<f64> {
    let points: Vec<(f64, f64)> =
        series.points.iter().filter_map(|point| Some((point.at.as_millis() as f64 / DAY_MS, point.value?))).collect();
    let (first, last) = (points.first()?, points.last()?);
    if last.0 - first.0 < 7.0 {
        return None;
    }
    let count = points.len() as f64;
    let mean_x = points.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = points.iter().map(|(_, y)| y).sum::<f64>() / count;
    let above: f64 = points.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    let below: f64 = points.iter().map(|(x, _)| (x - mean_x) * (x - mean_x)).sum();
    let slope = above / below;
    (slope < 0.0 && slope.is_finite()).then(|| last.1 / -slope)
}

fn lasts(days: f64) -> String {
    match days {
        days if days < 365.0 => format!("{days:.0} days"),
        days if days < 3_650.0 => format!("{:.1} years", days / 365.0),
        _ => "more than ten years".to_owned(),
    }
}
