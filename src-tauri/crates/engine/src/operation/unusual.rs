//! Which tiles are unusual for this hour of the week. Learnt from the roll-ups when somebody looks, kept for some hours.

use std::collections::HashMap;

use caretaker_core::metric::{Labels, Point, Resolution, SeriesKey, Unit};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::unusual::{Baseline, FEWEST_DAYS, IN_A_ROW};
use caretaker_core::view::UnusualView;
use caretaker_store::{MetricsStore, StoreError};
use chrono::{Datelike, Local, Timelike};

/// What is learnt from.
const HISTORY: Span = Span::from_days(28);
const STEP: Span = Span::from_minutes(5);
/// What was learnt is good for this long.
const GOOD_FOR: Span = Span::from_hours(6);

/// What is usual, by series, with when it was learnt.
#[derive(Debug, Default)]
pub struct Baselines(HashMap<SeriesKey, (Timestamp, Baseline)>);

impl Baselines {
    /// Whether the end of `points`, the last hour of a series, is unusual for its hour of the week.
    pub fn judge(
        &mut self,
        metrics: &MetricsStore,
        series: &SeriesKey,
        unit: Unit,
        points: &[Point],
        now: Timestamp,
    ) -> Result<Option<UnusualView>, StoreError> {
        let known = self.0.get(series).is_some_and(|(learnt, _)| *learnt <= now && now.since(*learnt) < GOOD_FOR);
        if !known {
            let oldest = metrics.oldest()?;
            if oldest.is_none_or(|oldest| now.since(oldest) < Span::from_days(FEWEST_DAYS)) {
                return Ok(None);
            }
            self.0.insert(series.clone(), (now, learn(metrics, series, now)?));
        }
        let Some((_, baseline)) = self.0.get(series) else { return Ok(None) };
        let found = baseline.judge(&five_minute_means(points, now));
        Ok(found.map(|found| {
            let (low, high) =
                (found.usual.median - 2.0 * found.usual.deviation, found.usual.median + 2.0 * found.usual.deviation);
            let low = if found.usual.median >= 0.0 { low.max(0.0) } else { low };
            let high = if unit == Unit::Percent { high.min(100.0) } else { high };
            let direction = if found.score > 0.0 { "higher" } else { "lower" };
            // The hour that the newest value lies in, which at the full hour is the one before.
            let hour = (now - STEP).to_utc().with_timezone(&Local).format("%A %H:00");
            UnusualView {
                text: format!("{direction} than usual for {hour}: {} to {}", unit.format(low), unit.format(high)),
                score: found.score,
                usual_from: low,
                usual_to: high,
            }
        }))
    }
}

fn learn(metrics: &MetricsStore, series: &SeriesKey, now: Timestamp) -> Result<Baseline, StoreError> {
    // The last hour is what is judged, so it teaches nothing.
    let until = now - Span::from_hours(1);
    let labels: &Labels = &series.labels;
    let stored = metrics.points(&series.name, labels, until - HISTORY, until, Resolution::Step(STEP))?;
    let points = stored.into_iter().find(|one| one.key == *series).map(|one| one.points).unwrap_or_default();
    let values: Vec<(usize, f64)> =
        points.iter().filter_map(|point| Some((hour_of_week(point.at), point.value?))).collect();
    Ok(Baseline::learn(&values))
}

/// Hours since Monday 00:00 in local time.
fn hour_of_week(at: Timestamp) -> usize {
    let local = at.to_utc().with_timezone(&Local);
    (local.weekday().num_days_from_monday() * 24 + local.hour()) as usize
}

/// Means of the last whole five minutes each with the hour of the week that most of them lie in, the newest last; none where
/// one of them has no value.
fn five_minute_means(points: &[Point], now: Timestamp) -> Vec<(usize, f64)> {
    let bucket = |back: i64| {
        let (from, to) = (now - STEP * (back + 1), now - STEP * back);
        let values: Vec<f64> =
            points.iter().filter(|point| from < point.at && point.at <= to).filter_map(|point| point.value).collect();
        let middle = Timestamp::from_millis(i64::midpoint(from.as_millis(), to.as_millis()));
        (!values.is_empty()).then(|| (hour_of_week(middle), values.iter().sum::<f64>() / values.len() as f64))
    };
    (0..IN_A_ROW as i64).rev().map(bucket).collect::<Option<Vec<_>>>().unwrap_or_default()
}
