//! How long the evaluator takes for 200 rules on a round in which nothing changes, as nearly all rounds are.

use caretaker_core::alert::Evaluator;
use caretaker_core::metric::SeriesKey;
use caretaker_core::rule::{Aggregate, NoData, Route, Rule, Threshold};
use caretaker_core::time::Span;

use super::Outcome;
use super::options::Options;
use super::report::Row;
use super::series::{INTERVAL, Machine, START};
use super::times::{Times, figure};

const RULES: usize = 200;
const LIMIT: f64 = 1.0;
/// Rounds until every window is full.
const WARM_UP: i64 = 40;

/// One row.
pub fn rows(options: &Options) -> Outcome<Vec<Row>> {
    let mut machine = Machine::new();
    let keys: Vec<_> = machine.keys().cloned().collect();
    let rules: Vec<_> = (0..RULES).map(|number| rule(number, &keys[number % keys.len()])).collect();
    let (mut evaluator, _) = Evaluator::restored(&rules, Vec::new(), None);
    let mut times = Times::default();
    for number in 0..WARM_UP + options.choose(2_000, 500) {
        let round = machine.round(1, START + number * INTERVAL);
        if number < WARM_UP {
            evaluator.judge(&round);
            continue;
        }
        let judgement = times.measure(|| Ok(evaluator.judge(&round)))?;
        if !judgement.transitions.is_empty() {
            return Err("a rule found something, so this was no quiet round".into());
        }
    }
    let measured = format!("{}; mean CPU {} ms", times.in_words(), figure(times.mean_cpu()));
    Ok(vec![Row::at_most("200 rules judged on a quiet round of 150 series", times.wall(0.5), LIMIT, "ms", measured)])
}

/// Half of them look at the last value, the others at a window, as the built-in rules do.
fn rule(number: usize, key: &SeriesKey) -> Rule {
    let (of, over) = match number % 4 {
        0 | 1 => (Aggregate::Last, None),
        2 => (Aggregate::Avg, Some(Span::from_minutes(5))),
        _ => (Aggregate::P95, Some(Span::from_minutes(15))),
    };
    Rule {
        id: format!("rule-{number}"),
        title: format!("Rule {number}"),
        metric: key.name.clone(),
        filter: key.labels.clone(),
        of,
        over,
        warning: Some(Threshold::Above(1e15)),
        critical: Some(Threshold::Above(2e15)),
        hold: Span::from_minutes(1),
        breaches: None,
        clear_by: None,
        keep_firing_for: Span::from_minutes(5),
        no_data: NoData::Keep,
        runbook: String::new(),
        route: Route::Now,
        enabled: true,
    }
}
