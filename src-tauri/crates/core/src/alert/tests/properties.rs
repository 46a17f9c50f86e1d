//! What holds whatever a machine does: nothing is raised or ended twice, and neither a second look nor a restart changes a
//! decision.

use proptest::prelude::*;

use super::{INTERVAL, World, name, rule};
use crate::alert::{Evaluator, Instance, Transition};
use crate::metric::Round;
use crate::rule::{Aggregate, Level, Rule, Threshold};
use crate::time::Span;

/// Rounds as a random machine makes them: a value or none, after a pause, a sleep or a restart.
#[derive(Clone, Debug)]
enum Event {
    Value(f64),
    Missing,
    Sleep(i64),
    Stall(i64),
    Step(i64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        8 => (0.0..100.0).prop_map(Event::Value),
        2 => (70.0..95.0).prop_map(Event::Value),
        1 => Just(Event::Missing),
        1 => (60_i64..40_000).prop_map(Event::Sleep),
        1 => (100_i64..4_000).prop_map(Event::Stall),
        1 => (-4_000_i64..4_000).prop_map(Event::Step),
    ];
    prop::collection::vec(event, 1..120)
}

impl Event {
    fn value(&self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(*value),
            Self::Sleep(_) | Self::Step(_) => Some(88.0),
            Self::Stall(_) => Some(20.0),
            Self::Missing => None,
        }
    }
}

fn apply(world: &mut World, event: &Event) -> Vec<(&'static str, Level)> {
    judge(world, event).iter().map(|change| (name(&change.change), change.alert.level)).collect()
}

fn judge(world: &mut World, event: &Event) -> Vec<Transition> {
    match event {
        Event::Sleep(seconds) => world.asleep(Span::from_seconds(*seconds)),
        Event::Stall(seconds) => world.pass(Span::from_seconds(*seconds)),
        Event::Step(seconds) => world.moment.wall = world.moment.wall + Span::from_seconds(*seconds),
        Event::Value(_) | Event::Missing => {}
    }
    world.pass(INTERVAL);
    let round = world.round(event.value());
    world.evaluator.judge(&round).transitions
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_ends_that_did_not_begin_and_nothing_is_raised_twice(events in events()) {
        let mut world = World::new(&rule());
        let (mut open, mut raised) = (false, false);
        for event in &events {
            for (change, _) in apply(&mut world, event) {
                match change {
                    "pended" => { prop_assert!(!open); open = true; }
                    "dropped" => { prop_assert!(open && !raised); open = false; }
                    "warning" | "critical" => { prop_assert!(open && !raised); raised = true; }
                    "resolved" => { prop_assert!(open && raised); (open, raised) = (false, false); }
                    "worsened" | "eased" | "recovering" | "relapsed" => prop_assert!(raised),
                    _ => prop_assert!(open),
                }
            }
        }
    }

    /// The very round, with its values: a start may read one twice, and a second look is no second sample.
    #[test]
    fn the_same_round_judged_again_changes_nothing(events in events(), kind in 0..RULES) {
        let mut world = World::new(&rule_of(kind));
        for event in &events {
            apply(&mut world, event);
            let again = world.round(event.value());
            let before: Vec<Instance> = world.evaluator.open().cloned().collect();
            prop_assert!(world.evaluator.judge(&again).transitions.is_empty());
            let after: Vec<Instance> = world.evaluator.open().cloned().collect();
            prop_assert_eq!(before, after);
        }
    }

    /// A program that is stopped and started at once between two rounds decides the same: the state that is stored
    /// with the alert, and windows filled from stored rounds, are all there is. Missing values are left out, because how
    /// long they are missing starts anew.
    #[test]
    fn a_restart_between_two_rounds_changes_no_decision(events in events(), cut in 0_usize..120, kind in 0..RULES) {
        let steady = rule_of(kind);
        let (mut plain, mut restarted) = (World::new(&steady), World::new(&steady));
        let (mut rounds, mut ended): (Vec<Round>, Vec<Instance>) = (Vec::new(), Vec::new());
        for (index, event) in events.iter().filter(|event| !matches!(event, Event::Missing)).enumerate() {
            if index == cut {
                let open = restarted.evaluator.open().cloned().collect();
                let judged = rounds.last().map(|last| (last.id, last.moment));
                let (mut fresh, orphans) = Evaluator::restored(std::slice::from_ref(&steady), open, judged);
                prop_assert!(orphans.is_empty());
                for round in &rounds {
                    fresh.observe(round);
                }
                ended.drain(..).for_each(|alert| fresh.recall_ended(alert));
                restarted.evaluator = fresh;
            }
            let (expected, found) = (judge(&mut plain, event), judge(&mut restarted, event));
            rounds.push(restarted.round(event.value()));
            ended.extend(found.iter().map(|one| one.alert.clone()).filter(|alert| alert.resolved_at.is_some()));
            prop_assert_eq!(expected, found);
        }
    }
}

const RULES: usize = 5;

/// A rule of every kind that keeps something between rounds.
fn rule_of(kind: usize) -> Rule {
    let minutes = Span::from_minutes;
    match kind {
        0 => rule(),
        1 => Rule { of: Aggregate::Avg, over: Some(minutes(2)), ..rule() },
        2 => Rule { breaches: Some("2 of 5".parse().unwrap()), hold: Span::ZERO, ..rule() },
        3 => Rule {
            of: Aggregate::Rate,
            over: Some(minutes(2)),
            warning: Some(Threshold::Above(0.1)),
            critical: Some(Threshold::Above(0.5)),
            clear_by: Some(0.05),
            ..rule()
        },
        _ => Rule {
            of: Aggregate::Forecast,
            over: Some(Span::from_days(1)),
            warning: Some(Threshold::Below(400_000.0)),
            critical: Some(Threshold::Below(100_000.0)),
            clear_by: None,
            ..rule()
        },
    }
}
