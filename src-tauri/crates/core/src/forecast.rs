//! When a quantity that shrinks will be used up, from its hourly means. Knows nothing of alerts or of what the quantity is.
//!
//! The pace is a median of slopes (Theil 1950, Sen 1968) over pairs of hours that lie whole days apart, so that neither outliers
//! nor the daily ebb and flow bend it; longer pairs weigh more. Before that, steps are levelled out: one large download is no
//! trend. The spread of the same slopes says how sure the pace is.
//!
//! Even loss over the last hours counts before a week can show it. As long as it may be one large download, the forecast says so.

mod step;

use crate::time::Span;
use step::levelled;

/// Hourly means needed before anything is said.
const FEWEST_HOURS: usize = 24;
const DAY: i64 = 24;
/// A pace is sure when at least this share of all slopes goes the same way.
const SURE: f64 = 0.8;
/// Hours of even loss in a row that count as a run of their own.
const RUN: usize = 6;
/// A run counts only if it ends within this many hours.
const RUN_ENDS_WITHIN: f64 = 24.0;
/// A run that ends within this many hours is sure whatever causes it: nobody can wait and see.
const RUN_IS_SURE_WITHIN: f64 = 6.0;
/// A run is sure from the moment on that less than this share is left of what there was when it began.
const RUN_IS_SURE_BELOW: f64 = 0.5;

/// What is left of a quantity in one hour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hour {
    /// Hours since the epoch.
    pub hour: i64,
    /// Mean of what was left.
    pub left: f64,
}

/// How fast a quantity shrinks, in its unit an hour; negative numbers are loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    /// Median slope.
    middle: f64,
    /// The slope that only one in five pairs is steeper than.
    steep: f64,
    /// The slope that only one in five pairs is flatter than.
    flat: f64,
    /// Even loss in each of the last hours, which says more about the next day than the week before.
    run: Option<Run>,
}

/// Even loss in each of the last hours, in the unit an hour.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Run {
    middle: f64,
    steep: f64,
    flat: f64,
    /// What was left when it began, which may be longer ago than the hours that make it a run.
    began: f64,
}

/// When nothing will be left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Forecast {
    /// At the median pace.
    pub expected: Span,
    /// At the steep end of the usual paces: one time in five it comes sooner.
    pub earliest: Span,
    /// At the flat end of the usual paces: one time in five it comes later.
    pub latest: Span,
    /// Only the last hours say so, and what they did may be one large download that ends.
    pub tentative: bool,
}

impl Pace {
    /// The pace over `hours`, in time order; none while there are too few to tell.
    pub fn of(hours: &[Hour]) -> Option<Self> {
        let span = hours.last()?.hour - hours.first()?.hour;
        if hours.len() < FEWEST_HOURS || span < DAY - 1 {
            return None;
        }
        let even = levelled(hours);
        let mut slopes = slopes(&even, span);
        slopes.sort_by(|one, other| one.0.total_cmp(&other.0));
        Some(Self {
            middle: weighted(&slopes, 0.5)?,
            steep: weighted(&slopes, 1.0 - SURE)?,
            flat: weighted(&slopes, SURE)?,
            run: run(hours),
        })
    }

    /// When `left` is used up; none where it does not surely shrink.
    pub fn ends(&self, left: f64) -> Option<Forecast> {
        let hours = |pace: f64| -left / pace;
        let shrinks = self.middle < 0.0 && self.flat < 0.0;
        if let Some(run) = self.run.filter(|run| hours(run.middle) <= RUN_ENDS_WITHIN) {
            let sure = hours(run.middle) < RUN_IS_SURE_WITHIN
                || left < RUN_IS_SURE_BELOW * run.began
                || (shrinks && hours(self.middle) <= RUN_ENDS_WITHIN);
            return Some(Forecast {
                expected: span(hours(run.middle)),
                earliest: span(hours(run.steep)),
                latest: span(hours(run.flat)),
                tentative: !sure,
            });
        }
        shrinks.then(|| Forecast {
            expected: span(hours(self.middle)),
            earliest: span(hours(self.steep)),
            latest: span(hours(self.flat)),
            tentative: false,
        })
    }
}

/// Slopes with their weights. Pairs lie whole days apart, or half the history where that is too short for it.
fn slopes(hours: &[Hour], span: i64) -> Vec<(f64, f64)> {
    let fits = |apart: i64| if span >= 2 * DAY { apart >= DAY && apart % DAY == 0 } else { apart * 2 >= span };
    let mut slopes = Vec::new();
    for (index, first) in hours.iter().enumerate() {
        for second in hours.iter().skip(index + 1) {
            let apart = second.hour - first.hour;
            if fits(apart) {
                slopes.push(((second.left - first.left) / apart as f64, apart as f64));
            }
        }
    }
    slopes
}

/// The value below which `share` of all weight lies, in a sorted list.
fn weighted(sorted: &[(f64, f64)], share: f64) -> Option<f64> {
    let wanted = share * sorted.iter().map(|(_, weight)| weight).sum::<f64>();
    let mut passed = 0.0;
    for (value, weight) in sorted {
        passed += weight;
        if passed >= wanted {
            return Some(*value);
        }
    }
    sorted.last().map(|(value, _)| *value)
}

/// The loss an hour if each of the last hours lost about the same.
fn run(hours: &[Hour]) -> Option<Run> {
    let last = hours.get(hours.len().checked_sub(RUN + 1)?..)?;
    let pairs = || last.iter().zip(last.iter().skip(1));
    let mut losses: Vec<f64> = pairs().map(|(before, after)| after.left - before.left).collect();
    losses.sort_by(f64::total_cmp);
    let (steep, middle, flat) = (*losses.first()?, *losses.get(RUN / 2)?, *losses.last()?);
    let is_part = |before: &Hour, after: &Hour| {
        let loss = after.left - before.left;
        after.hour == before.hour + 1 && loss < 0.0 && loss <= middle / 2.0
    };
    if !pairs().all(|(before, after)| is_part(before, after)) {
        return None;
    }
    let before = hours.iter().rev().skip(1).zip(hours.iter().rev());
    let began = before.take_while(|(before, after)| is_part(before, after)).last()?.0.left;
    Some(Run { middle, steep, flat, began })
}

fn span(hours: f64) -> Span {
    Span::from_millis((hours.max(0.0) * 3_600_000.0).min(1e15) as i64)
}

#[cfg(test)]
mod tests;
