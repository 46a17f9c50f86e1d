//! Rules over stored history: what lies before the range fills windows and courses of hours as a start does, the range itself
//! is judged.

use std::collections::BTreeSet;
use std::sync::Arc;

use caretaker_core::alert::Backtest;
use caretaker_core::metric::Resolution;
use caretaker_core::rule::{Aggregate, Rule};
use caretaker_core::time::{Span, Timestamp};
use caretaker_store::{MetricsStore, StoreError};

use crate::recall::{HOUR, hour_start};

/// What a range had to judge.
#[derive(Clone, Copy, Debug, Default)]
pub struct Measured {
    /// Rounds in it.
    pub rounds: usize,
    /// The first of them that has something to judge.
    pub from: Option<Timestamp>,
}

/// Takes versions of one rule through the rounds that are stored from `from` on, all in one reading.
pub fn replay(
    metrics: &MetricsStore,
    rule: &Rule,
    from: Timestamp,
    backtests: &mut [Backtest],
) -> Result<Measured, StoreError> {
    let length = rule.over.unwrap_or_default();
    let window = if rule.of == Aggregate::Forecast {
        let until = hour_start(from);
        for series in metrics.points(&rule.metric, &rule.filter, until - length, until, Resolution::Step(HOUR))? {
            let key = Arc::new(series.key);
            let means: Vec<(Timestamp, f64)> =
                series.points.into_iter().filter_map(|point| Some((point.at, point.value?))).collect();
            for backtest in backtests.iter_mut() {
                backtest.recall(&key, series.unit, means.iter().copied());
            }
        }
        Span::ZERO
    } else {
        length
    };
    let observed = (from - window - Span::from_minutes(1)).min(hour_start(from));
    let mut measured = Measured::default();
    metrics.for_each_round(observed, &BTreeSet::from([rule.metric.clone()]), |round| {
        let is_before = round.id.at < from;
        for backtest in backtests.iter_mut() {
            if is_before {
                backtest.observe(round);
            } else {
                backtest.see(round);
            }
        }
        if !is_before {
            measured.rounds += 1;
            if rule.of == Aggregate::Absent || !round.readings.is_empty() {
                measured.from.get_or_insert(round.id.at);
            }
        }
    })?;
    Ok(measured)
}
