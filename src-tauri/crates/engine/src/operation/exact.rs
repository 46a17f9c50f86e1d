//! Figures of an answer from the samples themselves, as long as they are kept; else the answer says that they are of means.

use caretaker_core::export::last_of_steps;
use caretaker_core::metric::{Point, Resolution, SeriesEntry, SeriesPoints, StatsOf};
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::{MetricsStore, Selection, StoreError};

const DAY: Span = Span::from_days(1);
/// Series times days whose samples are read for one answer: a second or two at most.
const MOST_SERIES_DAYS: i64 = 1_500;

/// Puts figures over every sample in the place of those over means.
pub(super) fn exact_figures(
    metrics: &MetricsStore,
    series: &mut [SeriesPoints],
    resolution: Resolution,
) -> Result<(), StoreError> {
    let Resolution::Step(step) = resolution else { return Ok(()) };
    let mut left = MOST_SERIES_DAYS;
    for one in series.iter_mut().filter(|one| one.stats.of == StatsOf::Means) {
        let Some((from, to)) = measured(&one.points, step) else { continue };
        left -= to.since(from).as_millis() / DAY.as_millis() + 1;
        if left < 0 {
            break;
        }
        if let Some(stats) = metrics.figures(&one.key, from, to)? {
            one.stats = stats;
        }
    }
    Ok(())
}

/// The newest sample of a series in `from <= time <= to`; its points may be means.
pub(super) fn newest_sample(
    metrics: &MetricsStore,
    entry: &SeriesEntry,
    points: &SeriesPoints,
    (from, to, resolution): (Timestamp, Timestamp, Resolution),
) -> Result<Option<(Timestamp, f64)>, StoreError> {
    if let (Some(at), Some(value)) = (entry.at, entry.last)
        && at >= from
        && at <= to
    {
        return Ok(Some((at, value)));
    }
    let step = match resolution {
        Resolution::Raw => Span::from_millis(1),
        Resolution::Step(step) => step,
    };
    let Some(last) = points.points.iter().rev().find(|point| point.value.is_some()) else { return Ok(None) };
    let end = (last.at + step).min(to + Span::from_millis(1));
    let selection = Selection::Keys(vec![entry.key.clone()]);
    let samples = metrics.points_of(&selection, last.at, end, Resolution::Raw)?;
    let samples = samples.iter().flat_map(|series| &series.points);
    Ok(samples.rev().find_map(|point| Some((point.at, point.value?))).or(last.value.map(|value| (last.at, value))))
}

/// Puts what a counter stood at when each step ended in the place of the mean of the step.
pub(super) fn count_up(
    metrics: &MetricsStore,
    points: &mut SeriesPoints,
    resolution: Resolution,
) -> Result<(), StoreError> {
    let Resolution::Step(step) = resolution else { return Ok(()) };
    let Some((from, to)) = measured(&points.points, step) else { return Ok(()) };
    let selection = Selection::Keys(vec![points.key.clone()]);
    for samples in metrics.points_of(&selection, from, to, Resolution::Raw)? {
        last_of_steps(&mut points.points, &samples.points);
    }
    Ok(())
}

/// From the first step with a value to the end of the last one.
fn measured(points: &[Point], step: Span) -> Option<(Timestamp, Timestamp)> {
    let has_value = |point: &&Point| point.value.is_some();
    Some((points.iter().find(has_value)?.at, points.iter().rev().find(has_value)?.at + step))
}
