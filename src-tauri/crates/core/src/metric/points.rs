//! Stored values as charts and tables take them: points in time order, and figures over all of them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{SeriesKey, SeriesKind, Unit};
use crate::time::{Span, Timestamp};

/// A stored sample, or a bucket of several. A gap is a point without a value.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Point {
    /// The sample's stamp, or the start of the bucket.
    pub at: Timestamp,
    /// The sample, or the mean of the bucket; null in a gap.
    pub value: Option<f64>,
    /// Smallest sample of the bucket; null in a gap.
    pub min: Option<f64>,
    /// Largest sample of the bucket; null in a gap.
    pub max: Option<f64>,
}

/// Figures over all points of an answer; absent where there is no value at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Stats {
    /// Samples, not buckets.
    pub count: u64,
    /// Smallest sample.
    pub min: Option<f64>,
    /// Largest sample.
    pub max: Option<f64>,
    /// Mean over the samples.
    pub mean: Option<f64>,
    /// Median (nearest rank) of what `of` says.
    pub p50: Option<f64>,
    /// 95th percentile (nearest rank).
    pub p95: Option<f64>,
    /// 99th percentile (nearest rank).
    pub p99: Option<f64>,
    /// What the percentiles are of; left out for samples.
    #[serde(default, skip_serializing_if = "is_default")]
    pub of: StatsOf,
}

/// What percentiles are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StatsOf {
    /// Every sample of the time.
    #[default]
    Samples,
    /// Means of buckets, each counted as often as it has samples: the samples themselves are not kept any more, or are too
    /// many to be read for one answer. Peaks within a bucket are lost in them.
    Means,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// How finely stored values are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Resolution {
    /// Every stored sample.
    Raw,
    /// One point a step; steps start at multiples of their length since the epoch.
    Step(Span),
}

/// One series with its points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeriesPoints {
    /// Which series.
    #[serde(flatten)]
    pub key: SeriesKey,
    /// Its unit.
    pub unit: Unit,
    /// In time order.
    pub points: Vec<Point>,
    /// Over all points.
    pub stats: Stats,
}

/// A series that exists, with its newest value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SeriesEntry {
    /// Which series.
    #[serde(flatten)]
    pub key: SeriesKey,
    /// Its unit.
    pub unit: Unit,
    /// Its kind.
    pub kind: SeriesKind,
    /// Whether somebody pushes it; else Caretaker measures it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pushed: bool,
    /// The newest value, if any is stored.
    pub last: Option<f64>,
    /// The stamp of the newest value.
    pub at: Option<Timestamp>,
}

impl Stats {
    /// Figures from `(value, min, max, count)` of every point that has a value.
    pub fn of(points: impl IntoIterator<Item = (f64, f64, f64, u64)>) -> Self {
        let mut values: Vec<(f64, u64)> = Vec::new();
        let mut of = StatsOf::Samples;
        let (mut count, mut sum, mut low, mut high) = (0, 0.0, f64::INFINITY, f64::NEG_INFINITY);
        for (value, min, max, samples) in points {
            values.push((value, samples));
            count += samples;
            if samples > 1 {
                of = StatsOf::Means;
            }
            // Of the largest numbers there are, the sum stays one.
            sum = (sum + (value * samples as f64).clamp(f64::MIN, f64::MAX)).clamp(f64::MIN, f64::MAX);
            low = low.min(min);
            high = high.max(max);
        }
        if values.is_empty() {
            return Self::default();
        }
        values.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let rank = |percent: f64| ranked(&values, count, percent);
        Self {
            count,
            min: Some(low),
            max: Some(high),
            mean: Some((sum / count.max(1) as f64).max(low).min(high)),
            p50: rank(50.0),
            p95: rank(95.0),
            p99: rank(99.0),
            of,
        }
    }
}

/// The nearest-rank percentile of sorted values of which each stands for several.
fn ranked(values: &[(f64, u64)], count: u64, percent: f64) -> Option<f64> {
    let rank = (percent / 100.0 * count as f64).ceil().max(1.0);
    let mut passed = 0_u64;
    let found = values.iter().find(|(_, samples)| {
        passed += samples;
        passed as f64 >= rank
    });
    found.or(values.last()).map(|(value, _)| *value)
}

/// Index of the nearest-rank percentile in a sorted list of `length` values: ceil(p/100 * n) - 1.
pub fn nearest_rank(length: usize, percent: f64) -> usize {
    let rank = (percent / 100.0 * length as f64).ceil() as usize;
    rank.clamp(1, length.max(1)) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_nearest_ranks() {
        let stats = Stats::of((1..=100).map(|n| (f64::from(n), f64::from(n), f64::from(n), 1)));
        assert_eq!((stats.p50, stats.p95, stats.p99), (Some(50.0), Some(95.0), Some(99.0)));
        assert_eq!((stats.count, stats.mean), (100, Some(50.5)));
    }

    #[test]
    fn the_mean_weighs_buckets_by_their_samples() {
        let stats = Stats::of([(10.0, 5.0, 20.0, 1), (40.0, 30.0, 50.0, 2)]);
        assert_eq!((stats.mean, stats.min, stats.max, stats.count), (Some(30.0), Some(5.0), Some(50.0), 3));
    }

    #[test]
    fn percentiles_of_buckets_weigh_them_by_their_samples_and_say_so() {
        let stats = Stats::of([(12.5, 12.5, 12.5, 1), (1.0, 0.0, 2.0, 98), (13.0, 13.0, 13.0, 1)]);
        assert_eq!((stats.p50, stats.p95, stats.p99), (Some(1.0), Some(1.0), Some(12.5)));
        assert_eq!(stats.of, StatsOf::Means);
        let samples = Stats::of([(12.5, 12.5, 12.5, 1), (13.0, 13.0, 13.0, 1), (1.0, 1.0, 1.0, 1)]);
        assert_eq!((samples.p50, samples.of), (Some(12.5), StatsOf::Samples));
        assert!(!serde_json::to_string(&samples).unwrap().contains("of"), "what everybody expects is not said");
    }

    #[test]
    fn no_points_give_no_figures() {
        assert_eq!(Stats::of([]), Stats::default());
    }
}
