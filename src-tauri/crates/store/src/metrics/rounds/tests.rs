//! Rounds in the order of measuring, whole and in part, hot and sealed.

use crate::EpochReason;
use crate::metrics::testing::*;

use super::*;

#[test]
fn rounds_after_a_judged_one_come_in_the_order_of_measuring_also_when_the_clock_went_back() {
    let mut world = World::new();
    let first = world.append(START + HOUR, &[("cpu", 1.0)]);
    let second = world.append(START + HOUR + 30 * SECOND, &[("cpu", 2.0)]);
    // Set back an hour: the stamps lie before those of the first epoch.
    world.epoch = world.store.start_epoch(moment(START + 10 * SECOND), EpochReason::ClockStep).unwrap();
    let third = world.append(START + 10 * SECOND, &[("cpu", 3.0)]);
    let fourth = world.append(START + 2 * HOUR, &[("cpu", 4.0)]);
    let after =
        |id, limit| -> Vec<_> { world.store.rounds_after(id, limit).unwrap().iter().map(|round| round.id).collect() };
    assert_eq!(after(RoundId::default(), 10), [first, second, third, fourth]);
    assert_eq!(after(first, 10), [second, third, fourth]);
    assert_eq!(after(second, 1), [third]);
    assert_eq!(after(third, 10), [fourth]);
    assert!(after(fourth, 10).is_empty());
    assert_eq!(world.store.newest().unwrap().unwrap().0, fourth);
}

#[test]
fn the_newest_round_is_the_last_measured_and_not_the_latest_stamp() {
    let mut world = World::new();
    assert_eq!(world.store.newest().unwrap(), None);
    world.append(START + HOUR, &[("cpu", 1.0)]);
    world.epoch = world.store.start_epoch(moment(START), EpochReason::ClockStep).unwrap();
    assert_eq!(world.store.newest().unwrap().unwrap().0.at, stamp(START + HOUR));
    let last = world.append(START, &[("cpu", 2.0)]);
    assert_eq!(world.store.newest().unwrap(), Some((last, moment(START))));
}

#[test]
fn recent_rounds_refill_a_window() {
    let world = World::new();
    world.fill(START, START + HOUR, |at| (at - START) as f64 / 1e6);
    let recent = world.store.recent_rounds(stamp(START + HOUR - 5 * MINUTE)).unwrap();
    assert_eq!(recent.len(), 10);
    assert!(recent.is_sorted_by_key(|round| round.id));
}

#[test]
fn rounds_are_walked_with_nothing_but_the_series_that_are_named() {
    let mut world = World::new();
    for step in 0..1_200 {
        let at = START + step * 30 * SECOND;
        if step == 700 {
            world.epoch = world.store.start_epoch(moment(at), EpochReason::Start).unwrap();
        }
        world.append(at, &[("cpu", step as f64), ("memory", 2.0), ("disk@/", 3.0)]);
    }
    let since = stamp(START + 100 * 30 * SECOND);
    let walk = |names: &[&str]| {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        let mut seen = Vec::new();
        world.store.for_each_round(since, &names, |round| seen.push(format!("{round:?}"))).unwrap();
        seen
    };
    let mut expect = world.store.recent_rounds(since).unwrap();
    assert_eq!(expect.len(), 1_100, "more than are read at once");
    let text = |rounds: &[Round]| rounds.iter().map(|round| format!("{round:?}")).collect::<Vec<_>>();
    assert_eq!(walk(&["cpu", "memory", "disk"]), text(&expect));
    for round in &mut expect {
        round.readings.retain(|reading| reading.key.name == "cpu");
    }
    assert_eq!(walk(&["cpu", "unheard of"]), text(&expect));
    for round in &mut expect {
        round.readings.clear();
    }
    assert_eq!(walk(&[]), text(&expect), "the rounds themselves count, for gaps");
}

#[test]
fn pages_end_with_their_periods_and_hold_every_round_once() {
    let at = |number: i64| RoundId { epoch: 1, at: stamp(START + number * 30 * SECOND) };
    let ids: Vec<_> = (0..1_000).map(at).collect();
    let lengths = |about| pages(&ids, about).map(<[RoundId]>::len).collect::<Vec<_>>();
    assert_eq!(lengths(500), [720, 280], "three periods are the first whole ones beyond 500");
    assert_eq!(lengths(100), [200, 200, 200, 120, 200, 80], "a period too long is cut");
    assert_eq!(pages(&ids, 500).flatten().copied().collect::<Vec<_>>(), ids);
}
