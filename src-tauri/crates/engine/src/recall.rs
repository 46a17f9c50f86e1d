//! The course of hours that forecasting rules look at, read from the store when a start or a new rule wants it.

use std::sync::Arc;

use caretaker_core::metric::{Labels, Resolution};
use caretaker_core::rule::Rule;
use caretaker_core::time::{Span, Timestamp};

use crate::pipeline::Pipeline;

/// The step of a course of hours.
pub const HOUR: Span = Span::from_minutes(60);

/// The start of the hour that `at` lies in.
pub fn hour_start(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.as_millis().div_euclid(HOUR.as_millis()) * HOUR.as_millis())
}

impl Pipeline {
    /// Gives every rule that wants it the hourly means before the hour of `now`. What cannot be read is learnt anew.
    pub(crate) fn recall_history(&mut self, now: Timestamp) {
        let wanting: Vec<(String, String, Labels, Span)> = self.evaluator.wanting_history().map(wish).collect();
        let until = hour_start(now);
        for (rule, metric, labels, length) in wanting {
            let stored = match self.metrics.points(&metric, &labels, until - length, until, Resolution::Step(HOUR)) {
                Ok(stored) => stored,
                Err(error) => {
                    tracing::warn!(%error, rule, "the history that a forecast needs could not be read");
                    continue;
                }
            };
            for series in stored {
                let means = series.points.into_iter().filter_map(|point| Some((point.at, point.value?)));
                self.evaluator.recall(&rule, &Arc::new(series.key), series.unit, means);
            }
        }
    }
}

fn wish(rule: &Rule) -> (String, String, Labels, Span) {
    (rule.id.clone(), rule.metric.clone(), rule.filter.clone(), rule.over.unwrap_or_default())
}
