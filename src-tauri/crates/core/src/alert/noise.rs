//! The threshold at which a noisy rule would have been quiet, found by replaying stored rounds through milder versions of it.

use super::Backtest;
use crate::rule::{Rule, Threshold};
use crate::time::Span;

/// Bounds that are tried between the present one and the worst value seen.
const STEPS: u32 = 24;

/// A milder bound, and how often it would have rung.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quieter {
    /// The bound for the rule's mildest level.
    pub threshold: Threshold,
    /// Notifications that would have rung.
    pub would_notify: usize,
}

/// The bound nearest to the present one of the rule's mildest level that would have rung at most `most` times; none where no
/// bound does, or where the rule is quiet already. A stricter level moves along so that it stays beyond.
///
/// `replay` takes rules over the same stored rounds, all at once, so that no round has to stay in memory: it is asked for the
/// rule itself, and if that rang too often for all milder ones together.
///
/// # Errors
/// What `replay` fails with.
pub fn quieter<E>(
    rule: &Rule,
    most: usize,
    mut replay: impl FnMut(&mut [Backtest]) -> Result<(), E>,
    repeat: Span,
) -> Result<Option<Quieter>, E> {
    let Some(bound) = rule.warning.or(rule.critical) else { return Ok(None) };
    let mut present = [Backtest::new(rule, repeat)];
    replay(&mut present)?;
    let [present] = present;
    let (spans, notices) = present.finish();
    if notices <= most {
        return Ok(None);
    }
    let peaks = spans.iter().map(|span| span.peak);
    let worst = match bound {
        Threshold::Above(_) => peaks.fold(f64::NEG_INFINITY, f64::max),
        Threshold::Below(_) => peaks.fold(f64::INFINITY, f64::min),
    };
    let step = |step: u32| {
        let share = f64::from(step) / f64::from(STEPS);
        match bound {
            Threshold::Above(present) => Threshold::Above(tidy(present + (worst - present) * share, f64::ceil)),
            Threshold::Below(present) => Threshold::Below(tidy(present + (worst - present) * share, f64::floor)),
        }
    };
    let thresholds: Vec<Threshold> = (1..=STEPS).map(step).collect();
    let mut milder: Vec<Backtest> =
        thresholds.iter().map(|threshold| Backtest::new(&milder(rule, *threshold), repeat)).collect();
    replay(&mut milder)?;
    let mut tried = thresholds.into_iter().zip(milder);
    Ok(tried.find_map(|(threshold, backtest)| {
        let (_, would_notify) = backtest.finish();
        (would_notify <= most).then_some(Quieter { threshold, would_notify })
    }))
}

fn milder(rule: &Rule, threshold: Threshold) -> Rule {
    let beyond = |critical: Threshold| match (critical, threshold) {
        (Threshold::Above(old), Threshold::Above(new)) => Threshold::Above(old.max(new)),
        (Threshold::Below(old), Threshold::Below(new)) => Threshold::Below(old.min(new)),
        (other, _) => other,
    };
    if rule.warning.is_some() {
        Rule { warning: Some(threshold), critical: rule.critical.map(beyond), ..rule.clone() }
    } else {
        Rule { critical: Some(threshold), ..rule.clone() }
    }
}

/// Three digits are enough for a bound that a person sets; rounded to the quiet side, or the worst value would ring still.
fn tidy(value: f64, to_quiet: fn(f64) -> f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10_f64.powi(2 - value.abs().log10().floor() as i32);
    // What was computed a hair beyond a short number is that number.
    to_quiet((value * scale * 1e6).round() / 1e6) / scale
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::{Platform, default_rules};
    use crate::metric::{Reading, Round, RoundId, SeriesKey, Unit};
    use crate::time::{BootId, Moment, Timestamp};

    /// Ten hours, each beginning with twenty minutes at `load`.
    fn hours(load: impl Fn(i64) -> f64) -> Vec<Round> {
        let key = Arc::new(SeriesKey::plain("host.cpu.usage"));
        (0..1_200)
            .map(|number| {
                let past = Span::from_seconds(number * 30);
                let (hour, minute) = (number / 120, number / 2 % 60);
                let wall = Timestamp::from_millis(1_700_000_000_000) + past;
                let value = if minute < 20 { load(hour) } else { 10.0 };
                Round {
                    id: RoundId { epoch: 1, at: wall },
                    moment: Moment { wall, awake: past, elapsed: past, boot: BootId(1) },
                    interval: Span::from_seconds(30),
                    readings: vec![Reading::gauge(Arc::clone(&key), Unit::Percent, value)],
                    processes: None,
                }
            })
            .collect()
    }

    fn found(rounds: &[Round], most: usize) -> Option<Quieter> {
        let replay = |tried: &mut [Backtest]| -> Result<(), std::convert::Infallible> {
            for round in rounds {
                for backtest in &mut *tried {
                    backtest.see(round);
                }
            }
            Ok(())
        };
        let Ok(found) = quieter(&cpu(), most, replay, Span::from_hours(4));
        found
    }

    fn cpu() -> Rule {
        default_rules(Platform::Linux, Span::from_seconds(30)).into_iter().find(|rule| rule.id == "cpu-high").unwrap()
    }

    #[test]
    fn the_bound_between_the_usual_and_the_one_real_peak_is_found() {
        let rounds = hours(|hour| if hour == 7 { 99.0 } else { 80.0 });
        let found = found(&rounds, 2).unwrap();
        let Threshold::Above(bound) = found.threshold else { panic!("it keeps its direction") };
        assert!((79.0..85.0).contains(&bound), "{bound}");
        assert!(found.would_notify <= 2, "the real peak still rings: {}", found.would_notify);
    }

    #[test]
    fn a_quiet_rule_needs_nothing() {
        assert_eq!(found(&hours(|_| 50.0), 1), None);
    }

    #[test]
    fn bounds_are_numbers_that_people_set() {
        for (value, above, below) in [
            (81.234, 81.3, 81.2),
            (0.123_45, 0.124, 0.123),
            (123_456.0, 124_000.0, 123_000.0),
            (-4.567, -4.56, -4.57),
            (82.5, 82.5, 82.5),
            (0.3 - 0.1, 0.2, 0.2),
        ] {
            assert_eq!((tidy(value, f64::ceil), tidy(value, f64::floor)), (above, below));
        }
    }

    #[test]
    fn the_worst_value_itself_may_be_the_bound() {
        // Always the same peak: nothing below it is quiet, and rounded down it would ring.
        let found = found(&hours(|_| 88.04), 1).unwrap();
        assert_eq!((found.threshold, found.would_notify), (Threshold::Above(88.1), 0));
    }
}
