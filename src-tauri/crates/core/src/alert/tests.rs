//! Tables and properties over the state machine, with time made up by hand.

use std::sync::Arc;

use super::{Change, Evaluator, State};
use crate::metric::{Labels, Reading, Round, RoundId, SeriesKey, Unit};
use crate::rule::{Aggregate, Level, NoData, Rule, Threshold};
use crate::time::{BootId, Moment, Span, Timestamp};

const INTERVAL: Span = Span::from_seconds(30);

fn rule() -> Rule {
    Rule {
        id: "cpu-high".into(),
        title: "CPU busy".into(),
        metric: "host.cpu.usage".into(),
        filter: Labels::none(),
        of: Aggregate::Last,
        over: None,
        warning: Some(Threshold::Above(75.0)),
        critical: Some(Threshold::Above(90.0)),
        hold: Span::from_minutes(1),
        breaches: None,
        clear_by: Some(10.0),
        keep_firing_for: Span::from_minutes(1),
        no_data: NoData::Keep,
        runbook: "cpu-high".into(),
        route: crate::rule::Route::Now,
        enabled: true,
    }
}

/// A machine whose clocks a test moves by hand.
struct World {
    evaluator: Evaluator,
    moment: Moment,
    epoch: u32,
}

impl World {
    fn new(rule: &Rule) -> Self {
        let (evaluator, _) = Evaluator::restored(std::slice::from_ref(rule), Vec::new(), None);
        let wall = Timestamp::from_millis(1_700_000_000_000);
        Self { evaluator, moment: Moment { wall, boot: BootId(1), ..Moment::default() }, epoch: 1 }
    }

    /// Lets awake time pass without a round.
    fn pass(&mut self, span: Span) {
        self.moment.wall = self.moment.wall + span;
        self.moment.awake += span;
        self.moment.elapsed += span;
    }

    fn asleep(&mut self, span: Span) {
        self.moment.wall = self.moment.wall + span;
        self.moment.elapsed += span;
    }

    fn round(&self, value: Option<f64>) -> Round {
        let key = Arc::new(SeriesKey::plain("host.cpu.usage"));
        Round {
            id: RoundId { epoch: self.epoch, at: self.moment.wall },
            moment: self.moment,
            interval: INTERVAL,
            readings: value.into_iter().map(|value| Reading::gauge(Arc::clone(&key), Unit::Percent, value)).collect(),
            processes: None,
        }
    }

    /// One round 30 s later; the names of what changed.
    fn see(&mut self, value: impl Into<Option<f64>>) -> Vec<&'static str> {
        self.pass(INTERVAL);
        let round = self.round(value.into());
        self.evaluator.judge(&round).transitions.iter().map(|transition| name(&transition.change)).collect()
    }

    fn run(&mut self, values: &[f64]) -> Vec<&'static str> {
        values.iter().flat_map(|value| self.see(*value)).collect()
    }

    fn level(&self) -> Option<Level> {
        self.evaluator.open().find(|alert| alert.is_raised()).map(|alert| alert.level)
    }
}

fn name(change: &Change) -> &'static str {
    match change {
        Change::Pended => "pended",
        Change::Dropped => "dropped",
        Change::Fired { level: Level::Warning } => "warning",
        Change::Fired { level: Level::Critical } => "critical",
        Change::Worsened => "worsened",
        Change::Eased => "eased",
        Change::Recovering => "recovering",
        Change::Relapsed => "relapsed",
        Change::Resolved { .. } => "resolved",
        Change::Flapping { .. } => "flapping",
        Change::DataLost => "data lost",
        Change::DataBack => "data back",
        Change::Acknowledged { .. } => "acknowledged",
        Change::Snoozed { .. } => "snoozed",
        Change::Ran { .. } => "ran",
    }
}

#[test]
fn the_whole_life_of_an_alert() {
    for (values, expected) in [
        (vec![50.0, 75.0, 75.0], vec![]),
        (vec![80.0, 50.0], vec!["pended", "dropped"]),
        (vec![80.0, 80.0, 80.0], vec!["pended", "warning"]),
        (vec![95.0, 95.0, 95.0], vec!["pended", "critical"]),
        // Two rounds of critical inside a longer warning are not enough for critical, three are.
        (vec![80.0, 80.0, 80.0, 95.0, 95.0, 80.0], vec!["pended", "warning"]),
        (vec![80.0, 80.0, 80.0, 95.0, 95.0, 95.0], vec!["pended", "warning", "worsened"]),
        // Within the dead band nothing changes; below it recovery starts, and a relapse ends it.
        (vec![80.0, 80.0, 80.0, 66.0, 66.0, 66.0, 66.0], vec!["pended", "warning"]),
        (vec![80.0, 80.0, 80.0, 60.0, 70.0, 60.0], vec!["pended", "warning", "recovering", "relapsed", "recovering"]),
        (vec![80.0, 80.0, 80.0, 60.0, 60.0, 60.0], vec!["pended", "warning", "recovering", "resolved"]),
        // From critical to warning without going through well.
        (vec![95.0, 95.0, 95.0, 79.0, 79.0, 79.0], vec!["pended", "critical", "eased"]),
    ] {
        assert_eq!(World::new(&rule()).run(&values), expected, "{values:?}");
    }
}

#[test]
fn below_works_as_above_does() {
    let free = Rule {
        warning: Some(Threshold::Below(15.0)),
        critical: Some(Threshold::Below(5.0)),
        clear_by: Some(2.0),
        ..rule()
    };
    let changes = World::new(&free).run(&[20.0, 14.0, 14.0, 14.0, 16.0, 4.0, 4.0, 4.0, 18.0, 18.0, 18.0]);
    assert_eq!(changes, ["pended", "warning", "worsened", "recovering", "resolved"]);
}

#[test]
fn without_for_the_first_breach_raises() {
    let rule = Rule { hold: Span::ZERO, keep_firing_for: Span::ZERO, ..rule() };
    assert_eq!(World::new(&rule).run(&[95.0, 50.0]), ["pended", "critical", "resolved"]);
}

#[test]
fn the_window_is_judged_and_not_the_sample() {
    let rule = Rule { of: Aggregate::Avg, over: Some(Span::from_minutes(5)), hold: Span::ZERO, ..rule() };
    let mut world = World::new(&rule);
    assert_eq!(world.run(&[20.0; 10]), Vec::<&str>::new());
    // Ten samples of 20 give way one by one to 100: the mean passes 75 with the seventh.
    assert_eq!(world.run(&[100.0; 6]), Vec::<&str>::new());
    assert_eq!(world.see(100.0), ["pended", "warning"]);
}

#[test]
fn vanished_data_freezes_the_alert_and_never_resolves_it() {
    let mut world = World::new(&rule());
    world.run(&[80.0, 80.0, 80.0]);
    let changes: Vec<_> = (0..100).flat_map(|_| world.see(None)).collect();
    assert_eq!(changes, ["data lost"]);
    assert_eq!(world.level(), Some(Level::Warning));
    assert_eq!(world.run(&[60.0, 60.0, 60.0]), ["data back", "recovering", "resolved"]);
}

#[test]
fn a_rule_may_ask_to_be_told_when_data_vanish_or_to_take_it_as_well() {
    let mut alerting = World::new(&Rule { no_data: NoData::Alert, ..rule() });
    alerting.see(10.0);
    let changes: Vec<_> = (0..6).flat_map(|_| alerting.see(None)).collect();
    assert_eq!(changes, ["pended", "warning"]);
    let mut easy = World::new(&Rule { no_data: NoData::Ok, ..rule() });
    easy.run(&[80.0, 80.0, 80.0]);
    let changes: Vec<_> = (0..8).flat_map(|_| easy.see(None)).collect();
    assert_eq!(changes, ["recovering", "resolved"]);
    assert!(easy.evaluator.open().next().is_none());
}

#[test]
fn absence_is_a_figure_of_its_own() {
    let absent = Rule {
        of: Aggregate::Absent,
        warning: Some(Threshold::Above(120.0)),
        critical: None,
        hold: Span::ZERO,
        keep_firing_for: Span::ZERO,
        ..rule()
    };
    let mut world = World::new(&absent);
    let changes: Vec<_> = (0..6).flat_map(|_| world.see(None)).collect();
    assert_eq!(changes, ["pended", "warning"]);
    assert_eq!(world.see(1.0), ["resolved"]);
}

/// A rule that misses a series after so long.
fn missing(after: Span) -> Rule {
    Rule {
        of: Aggregate::Absent,
        warning: Some(Threshold::Above(after.as_seconds())),
        critical: None,
        hold: Span::ZERO,
        keep_firing_for: Span::ZERO,
        ..rule()
    }
}

#[test]
fn what_comes_once_a_week_is_missed_after_two_days_and_not_forgotten_after_one() {
    let mut world = World::new(&missing(Span::from_days(2)));
    assert_eq!(world.see(1.0), Vec::<&str>::new());
    let changes: Vec<_> = (0..3 * 2_880).flat_map(|_| world.see(None)).collect();
    assert_eq!(changes, ["pended", "warning"]);
    assert_eq!(world.see(1.0), ["resolved"]);
}

#[test]
fn a_series_with_labels_is_not_missed_under_a_name_without() {
    let mut world = World::new(&missing(Span::from_minutes(2)));
    let labelled = |world: &World| {
        let mut round = world.round(None);
        let key = Arc::new(SeriesKey::labelled("host.cpu.usage", "service", "board"));
        round.readings.push(Reading::gauge(key, Unit::Percent, 1.0));
        round
    };
    // Nothing came at all: that is missed, and over as soon as something comes.
    let changes: Vec<_> = (0..6).flat_map(|_| world.see(None)).collect();
    assert_eq!(changes, ["pended", "warning"]);
    let mut changes = Vec::new();
    for _ in 0..20 {
        world.pass(INTERVAL);
        let round = labelled(&world);
        changes.extend(world.evaluator.judge(&round).transitions.iter().map(|one| name(&one.change)));
    }
    assert_eq!(changes, ["resolved"]);
    // What came and stopped is missed once, by its own name.
    let changes: Vec<_> = (0..20).flat_map(|_| world.see(None)).collect();
    assert_eq!(changes, ["pended", "warning"]);
    let missed: Vec<String> = world.evaluator.open().map(|alert| alert.series.to_string()).collect();
    assert_eq!(missed, ["host.cpu.usage{service=board}"]);
}

#[test]
fn ten_minutes_of_sleep_raise_nothing_and_lose_nothing() {
    let mut world = World::new(&rule());
    assert_eq!(world.run(&[80.0, 80.0]), ["pended"]);
    world.asleep(Span::from_minutes(10));
    // The sleep itself does not count for `for`, and after waking a minute passes before anything is judged.
    assert_eq!(world.run(&[80.0, 80.0]), Vec::<&str>::new());
    assert_eq!(world.run(&[80.0, 80.0]), ["warning"]);
    world.asleep(Span::from_hours(8));
    assert_eq!(world.run(&[10.0, 10.0]), Vec::<&str>::new());
    assert_eq!(world.run(&[10.0, 10.0, 10.0]), ["recovering", "resolved"]);
}

#[test]
fn a_clock_set_back_an_hour_changes_no_timer() {
    let mut world = World::new(&rule());
    world.run(&[80.0, 80.0]);
    world.moment.wall = world.moment.wall - Span::from_hours(1);
    assert_eq!(world.see(80.0), ["warning"]);
}

#[test]
fn a_starved_engine_does_not_count_the_time_it_did_not_look() {
    let mut world = World::new(&rule());
    world.see(80.0);
    world.pass(Span::from_minutes(5));
    assert_eq!(world.see(80.0), Vec::<&str>::new());
    assert_eq!(world.run(&[80.0, 80.0]), ["warning"]);
}

#[test]
fn an_edited_rule_ends_its_alerts_and_a_cosmetic_edit_does_not() {
    let mut world = World::new(&rule());
    world.run(&[80.0, 80.0, 80.0]);
    let round = world.round(Some(80.0));
    let renamed = Rule { title: "Busy".into(), runbook: "other".into(), ..rule() };
    assert!(world.evaluator.take_rules(&[renamed], &round).is_empty());
    let stricter = Rule { warning: Some(Threshold::Above(60.0)), ..rule() };
    let ended = world.evaluator.take_rules(&[stricter], &round);
    assert_eq!(ended.len(), 1);
    assert!(matches!(&ended[0].change, Change::Resolved { reason } if reason == "the rule changed"));
    assert_eq!(ended[0].alert.state, State::Resolved);
    assert_eq!(world.run(&[80.0, 80.0, 80.0]), ["pended", "warning"]);
    let gone = world.evaluator.take_rules(&[], &round);
    assert!(matches!(&gone[0].change, Change::Resolved { reason } if reason == "the rule was removed"));
}

#[test]
fn the_worst_value_is_kept_in_the_direction_of_the_rule() {
    let mut world = World::new(&rule());
    world.run(&[80.0, 97.0, 85.0]);
    assert_eq!(world.evaluator.open().next().map(|alert| alert.peak), Some(97.0));
}

#[test]
fn a_second_look_at_a_sample_is_no_second_sample() {
    let mut world = World::new(&Rule { breaches: Some("2 of 5".parse().unwrap()), hold: Span::ZERO, ..rule() });
    assert_eq!(world.see(80.0), ["pended"]);
    let again = world.round(Some(80.0));
    assert!(world.evaluator.judge(&again).transitions.is_empty(), "one breach of two");
    assert_eq!(world.see(80.0), ["warning"]);
}

#[test]
fn a_forecast_from_the_last_hours_alone_warns_and_the_next_hours_make_it_critical() {
    let filling = Rule {
        of: Aggregate::Forecast,
        over: Some(Span::from_days(7)),
        warning: Some(Threshold::Below(7.0 * 86_400.0)),
        critical: Some(Threshold::Below(86_400.0)),
        hold: Span::ZERO,
        clear_by: None,
        ..rule()
    };
    let mut world = World::new(&filling);
    let hour = |world: &mut World, full: f64| -> Vec<&'static str> { (0..120).flat_map(|_| world.see(full)).collect() };
    for _ in 0..48 {
        assert_eq!(hour(&mut world, 10.0), Vec::<&str>::new());
    }
    let mut changes: Vec<(i64, &str)> = Vec::new();
    for number in 1..=11 {
        changes.extend(hour(&mut world, 10.0 + 6.0 * number as f64).into_iter().map(|change| (number, change)));
    }
    // After six even hours it is a warning; after eight less than half is left of what there was when they began.
    assert_eq!(changes, [(6, "pended"), (6, "warning"), (8, "worsened")]);
    let alert = world.evaluator.open().next().unwrap();
    assert!(alert.outlook.is_some_and(|outlook| !outlook.tentative && outlook.earliest <= outlook.latest));
}

#[test]
fn of_five_samples_three_may_breach_with_good_ones_in_between() {
    let tolerant = Rule { breaches: Some("3 of 5".parse().unwrap()), hold: Span::ZERO, ..rule() };
    for (values, expected) in [
        (vec![80.0, 50.0, 80.0, 50.0, 80.0], vec!["pended", "warning"]),
        (vec![80.0, 50.0, 80.0, 50.0, 50.0, 80.0], vec!["pended"]),
        (vec![80.0, 50.0, 50.0, 50.0, 50.0, 50.0], vec!["pended", "dropped"]),
        (vec![80.0, 95.0, 95.0], vec!["pended", "critical"]),
    ] {
        assert_eq!(World::new(&tolerant).run(&values), expected, "{values:?}");
    }
}

#[test]
fn one_that_goes_up_and_down_is_kept_as_one_alert_until_it_is_stable() {
    let quick = Rule { hold: Span::ZERO, keep_firing_for: Span::ZERO, ..rule() };
    let mut world = World::new(&quick);
    let first = world.run(&[80.0, 50.0, 80.0, 50.0]);
    assert_eq!(first, ["pended", "warning", "resolved", "pended", "warning", "flapping"]);
    assert_eq!(world.run(&[80.0, 50.0, 80.0, 50.0]), ["relapsed", "recovering", "relapsed", "recovering"]);
    assert!(world.run(&[50.0; 29]).is_empty(), "fourteen and a half minutes are not stable yet");
    assert_eq!(world.run(&[50.0]), ["resolved"]);
    assert_eq!(world.run(&[80.0, 50.0]), ["pended", "warning", "resolved"], "stable, it counts anew");
}

#[test]
fn one_that_stays_up_flaps_no_more() {
    let quick = Rule { hold: Span::ZERO, keep_firing_for: Span::ZERO, ..rule() };
    let mut world = World::new(&quick);
    world.run(&[80.0, 50.0, 80.0, 50.0, 80.0]);
    world.run(&[80.0; 40]);
    assert_eq!(world.run(&[50.0]), ["resolved"]);
}

mod properties;
