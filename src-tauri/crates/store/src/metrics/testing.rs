//! A store in a temporary folder and rounds for it.

use std::path::PathBuf;
use std::sync::Arc;

use caretaker_core::metric::{Labels, Pushed, Reading, Resolution, Round, RoundId, SeriesKey, SeriesPoints, Unit};
use caretaker_core::time::{BootId, Moment, Span, Timestamp};
use tempfile::TempDir;

use super::MetricsStore;
use crate::{Access, EpochReason};

/// Saturday 2026-01-31, midnight UTC, in ms; the first of all rounds lies near it.
pub(super) const START: i64 = 1_769_817_600_000;
pub(super) const SECOND: i64 = 1_000;
pub(super) const MINUTE: i64 = 60_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;

pub(super) struct World {
    pub(super) folder: TempDir,
    pub(super) store: MetricsStore,
    pub(super) epoch: u32,
}

pub(super) fn stamp(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// Clocks of a machine that booted an hour before [`START`] and never slept.
pub(super) fn moment(at: i64) -> Moment {
    let up = Span::from_millis(at - START + HOUR);
    Moment { wall: stamp(at), awake: up, elapsed: up, boot: BootId(u64::MAX - 7) }
}

pub(super) fn key(name: &str) -> Arc<SeriesKey> {
    match name.split_once('@') {
        Some((name, mount)) => Arc::new(SeriesKey::labelled(name, "mount", mount)),
        None => Arc::new(SeriesKey::plain(name)),
    }
}

impl World {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = MetricsStore::open(&folder.path().join("metrics.db"), Access::ReadWrite).unwrap();
        let epoch = store.start_epoch(moment(START), EpochReason::Start).unwrap();
        Self { folder, store, epoch }
    }

    pub(super) fn path(&self) -> PathBuf {
        self.folder.path().join("metrics.db")
    }

    /// The same folder after the engine ended and began again.
    pub(super) fn restarted(self, at: i64) -> Self {
        let Self { folder, store, .. } = self;
        drop(store);
        let store = MetricsStore::open(&folder.path().join("metrics.db"), Access::ReadWrite).unwrap();
        let epoch = store.start_epoch(moment(at), EpochReason::Start).unwrap();
        Self { folder, store, epoch }
    }

    pub(super) fn round(&self, at: i64, values: &[(&str, f64)]) -> Round {
        let readings = values.iter().map(|(name, value)| Reading::gauge(key(name), Unit::Percent, *value)).collect();
        Round {
            id: RoundId { epoch: self.epoch, at: stamp(at) },
            moment: moment(at),
            interval: Span::from_seconds(30),
            readings,
            processes: None,
        }
    }

    /// Stores a round with percentages; `name@mount` gives a label.
    pub(super) fn append(&self, at: i64, values: &[(&str, f64)]) -> RoundId {
        self.store.append(&self.round(at, values)).unwrap()
    }

    /// Pushes a number that came when it was true.
    pub(super) fn push(&self, name: &str, at: i64, value: f64) {
        self.push_late(name, at, at, value);
    }

    /// Pushes a number that came later than it was true.
    pub(super) fn push_late(&self, name: &str, at: i64, seen: i64, value: f64) {
        let reading = Reading::gauge(key(name), Unit::Number, value);
        self.store.push(&[Pushed { reading, at: stamp(at), seen: stamp(seen) }]).unwrap();
    }

    /// Rounds every 30 s with `from <= at < to`.
    pub(super) fn fill(&self, from: i64, to: i64, value: impl Fn(i64) -> f64) {
        let mut at = from;
        while at < to {
            self.append(at, &[("cpu", value(at))]);
            at += 30 * SECOND;
        }
    }

    /// The only series of that name; what has no points has no series.
    pub(super) fn points(&self, name: &str, from: i64, to: i64, resolution: Resolution) -> Option<SeriesPoints> {
        let mut all = self.store.points(name, &Labels::none(), stamp(from), stamp(to), resolution).unwrap();
        assert!(all.len() <= 1, "{all:?}");
        all.pop()
    }

    /// `(offset from START in s, value)` of the points of a series.
    pub(super) fn values(&self, name: &str, from: i64, to: i64, resolution: Resolution) -> Vec<(i64, Option<f64>)> {
        let points = self.points(name, from, to, resolution).map(|series| series.points).unwrap_or_default();
        points.iter().map(|point| ((point.at.as_millis() - START) / SECOND, point.value)).collect()
    }
}
