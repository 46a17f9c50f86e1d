//! The last samples of a series on an axis of real time that clock steps do not bend, and the figures over them.

use std::collections::VecDeque;

use crate::metric::{SeriesKind, nearest_rank};
use crate::rule::Aggregate;
use crate::time::Span;

/// Samples no older than the window's length.
#[derive(Clone, Debug, Default)]
pub struct Window {
    samples: VecDeque<(Span, f64)>,
}

impl Window {
    /// Adds a sample at `position` and forgets what lies more than `length` before it.
    pub fn push(&mut self, position: Span, value: f64, length: Span) {
        self.samples.push_back((position, value));
        self.forget(position, length);
    }

    /// Forgets what lies `length` or more before `now`.
    pub fn forget(&mut self, now: Span, length: Span) {
        while self.samples.len() > 1 && self.samples.front().is_some_and(|(at, _)| now - *at >= length) {
            self.samples.pop_front();
        }
        if self.samples.front().is_some_and(|(at, _)| now - *at > length) {
            self.samples.pop_front();
        }
    }

    /// The figure over the samples there are; none without any, or with too few for a change. A counter changes by what it
    /// counted, however often it started anew; a level that falls has fallen.
    pub fn figure(&self, of: Aggregate, kind: SeriesKind) -> Option<f64> {
        let values = || self.samples.iter().map(|(_, value)| *value);
        let count = self.samples.len();
        let (first, last) = (self.samples.front()?, self.samples.back()?);
        match of {
            Aggregate::Last => Some(last.1),
            Aggregate::Avg => Some(values().sum::<f64>() / count as f64),
            Aggregate::Min => values().reduce(f64::min),
            Aggregate::Max => values().reduce(f64::max),
            Aggregate::Sum => Some(values().sum()),
            Aggregate::P50 => self.percentile(50.0),
            Aggregate::P95 => self.percentile(95.0),
            Aggregate::P99 => self.percentile(99.0),
            Aggregate::Delta => (count > 1).then(|| self.changed(first.1, last.1, kind)),
            Aggregate::Rate => {
                let seconds = (last.0 - first.0).as_seconds();
                (seconds > 0.0).then(|| self.changed(first.1, last.1, kind) / seconds)
            }
            // Judged by the evaluator: one by its own timer, the other by the course of hours.
            Aggregate::Absent | Aggregate::Forecast => None,
        }
    }

    fn percentile(&self, percent: f64) -> Option<f64> {
        let mut sorted: Vec<f64> = self.samples.iter().map(|(_, value)| *value).collect();
        sorted.sort_by(f64::total_cmp);
        sorted.get(nearest_rank(sorted.len(), percent)).copied()
    }

    /// From the first sample to the last: a level by their difference, a counter by all that it counted.
    fn changed(&self, first: f64, last: f64, kind: SeriesKind) -> f64 {
        match kind {
            SeriesKind::Gauge => last - first,
            SeriesKind::Counter => self.risen(),
        }
    }

    /// How much a counter rose; where it fell it started anew from zero.
    fn risen(&self) -> f64 {
        let pairs = self.samples.iter().zip(self.samples.iter().skip(1));
        pairs.map(|((_, before), (_, after))| if after < before { *after } else { after - before }).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(values: &[f64]) -> Window {
        let mut window = Window::default();
        for (index, value) in values.iter().enumerate() {
            window.push(Span::from_seconds(30 * index as i64), *value, Span::from_minutes(5));
        }
        window
    }

    #[test]
    fn every_figure_over_a_small_window() {
        for (of, expected) in [
            (Aggregate::Last, Some(4.0)),
            (Aggregate::Avg, Some(2.5)),
            (Aggregate::Min, Some(1.0)),
            (Aggregate::Max, Some(4.0)),
            (Aggregate::Sum, Some(10.0)),
            (Aggregate::P50, Some(2.0)),
            (Aggregate::P95, Some(4.0)),
            (Aggregate::Delta, Some(3.0)),
            (Aggregate::Rate, Some(3.0 / 90.0)),
        ] {
            assert_eq!(window(&[1.0, 2.0, 3.0, 4.0]).figure(of, SeriesKind::Gauge), expected, "{of:?}");
        }
    }

    #[test]
    fn a_level_that_falls_has_a_falling_rate() {
        let falling = |of| window(&[1_000.0, 990.0, 995.0, 970.0]).figure(of, SeriesKind::Gauge);
        assert_eq!((falling(Aggregate::Delta), falling(Aggregate::Rate)), (Some(-30.0), Some(-30.0 / 90.0)));
    }

    #[test]
    fn five_minutes_at_thirty_seconds_are_ten_samples() {
        let values: Vec<f64> = (0..25).map(f64::from).collect();
        assert_eq!(window(&values).figure(Aggregate::Min, SeriesKind::Gauge), Some(15.0));
    }

    #[test]
    fn what_is_older_than_the_window_does_not_count_even_alone() {
        let mut window = window(&[90.0]);
        window.forget(Span::from_minutes(6), Span::from_minutes(5));
        assert_eq!(window.figure(Aggregate::Avg, SeriesKind::Gauge), None);
    }

    #[test]
    fn a_counter_that_starts_anew_counts_from_zero() {
        assert_eq!(window(&[100.0, 130.0, 10.0]).figure(Aggregate::Rate, SeriesKind::Counter), Some(40.0 / 60.0));
        let counted = |kind| window(&[100.0, 130.0, 0.0, 10.0]).figure(Aggregate::Delta, kind);
        assert_eq!((counted(SeriesKind::Counter), counted(SeriesKind::Gauge)), (Some(40.0), Some(-90.0)));
    }

    #[test]
    fn a_change_needs_two_samples() {
        assert_eq!(window(&[5.0]).figure(Aggregate::Delta, SeriesKind::Gauge), None);
        assert_eq!(window(&[5.0]).figure(Aggregate::Rate, SeriesKind::Counter), None);
    }
}
