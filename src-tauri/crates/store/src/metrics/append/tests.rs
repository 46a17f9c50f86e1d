//! Rounds come back as they were measured.

use std::collections::BTreeMap;

use caretaker_core::metric::{ProcessReading, Resolution, SeriesKind};
use caretaker_core::time::Span;
use proptest::prelude::*;

use crate::metrics::testing::*;
use crate::{Access, MetricsStore, StoreError};

use super::*;

fn connection(world: &World) -> Connection {
    Connection::open(world.path()).unwrap()
}

fn count(world: &World, table: &str) -> i64 {
    connection(world).query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

#[test]
fn a_round_comes_back_as_it_was_measured() {
    let world = World::new();
    let mut round = world.round(START + 30 * SECOND, &[("cpu", 12.34), ("disk@/", 99.99), ("disk@/home", 0.01)]);
    round.moment.awake = round.moment.awake - Span::from_minutes(5);
    round.readings.push(Reading { kind: SeriesKind::Counter, ..Reading::gauge(key("sent"), Unit::Bytes, 7e12) });
    round.processes = Some(vec![ProcessReading {
        pid: 7,
        name: "make".to_owned(),
        cpu_percent: Some(180.5),
        memory_bytes: 4_096_000,
    }]);
    let id = world.store.append(&round).unwrap();
    let stored = world.store.rounds_after(RoundId::default(), 10).unwrap();
    assert_eq!(stored.len(), 1);
    let stored = &stored[0];
    assert_eq!((stored.id, stored.moment, stored.interval), (id, round.moment, round.interval));
    assert_eq!(stored.readings, round.readings);
    assert_eq!(stored.processes, round.processes);
    assert_eq!(world.store.newest().unwrap(), Some((id, round.moment)));
}

#[test]
fn a_stamp_that_is_taken_moves_to_the_next_free_millisecond_and_loses_nothing() {
    let world = World::new();
    let ids: Vec<_> = (0..3).map(|n| world.append(START, &[("cpu", f64::from(n))]).at.as_millis()).collect();
    assert_eq!(ids, [START, START + 1, START + 2]);
    let rounds = world.store.rounds_after(RoundId::default(), 10).unwrap();
    assert_eq!(rounds.iter().map(|round| round.readings[0].value).collect::<Vec<_>>(), [0.0, 1.0, 2.0]);
    // The clocks that timers run on are not moved with the stamp.
    assert!(rounds.iter().all(|round| round.moment.elapsed == moment(START).elapsed));
}

#[test]
fn what_cannot_be_stored_is_left_out() {
    let world = World::new();
    world.append(START, &[("a", f64::NAN), ("b", f64::INFINITY), ("c", 1e30), ("d", -1e30), ("e", 5.0)]);
    let rounds = world.store.rounds_after(RoundId::default(), 10).unwrap();
    assert_eq!(rounds[0].readings.iter().map(|one| one.key.name.as_str()).collect::<Vec<_>>(), ["e"]);
}

#[test]
fn a_series_that_comes_and_goes_makes_no_new_layouts() {
    let world = World::new();
    for n in 0..100 {
        let at = START + n * 30 * SECOND;
        if n % 2 == 0 {
            world.append(at, &[("cpu", 1.0), ("disk@/", 2.0)])
        } else {
            world.append(at, &[("cpu", 1.0)])
        };
    }
    assert_eq!(count(&world, "layout"), 1);
    let disk = world.values("disk", START, START + DAY, Resolution::Raw);
    assert!(disk.iter().all(|(_, value)| *value == Some(2.0)), "missing is not zero: {disk:?}");
    assert_eq!(disk.len(), 50);
}

#[test]
fn a_new_period_drops_series_that_are_gone() {
    let world = World::new();
    world.append(START, &[("gone", 1.0), ("cpu", 1.0)]);
    world.append(START + 2 * HOUR, &[("cpu", 2.0)]);
    world.append(START + 4 * HOUR, &[("cpu", 3.0)]);
    let lengths: Vec<usize> = connection(&world)
        .prepare("SELECT length(series) FROM layout ORDER BY id")
        .unwrap()
        .query_map([], |row| row.get::<_, i64>(0))
        .unwrap()
        .map(|length| length.unwrap() as usize)
        .collect();
    assert_eq!(lengths, [2, 2, 1]);
    assert_eq!(world.values("cpu", START, START + DAY, Resolution::Step(Span::from_hours(2))).len(), 3);
}

#[test]
fn a_restart_goes_on_with_the_layout_of_the_period() {
    let world = World::new();
    world.append(START, &[("cpu", 1.0), ("memory", 2.0)]);
    let world = world.restarted(START + MINUTE);
    world.append(START + MINUTE, &[("memory", 3.0), ("cpu", 4.0)]);
    assert_eq!((count(&world, "layout"), count(&world, "series")), (1, 2));
    assert_eq!(world.values("memory", START, START + HOUR, Resolution::Raw), [(0, Some(2.0)), (60, Some(3.0))]);
}

#[test]
fn a_series_that_changes_its_unit_keeps_its_past() {
    let world = World::new();
    world.append(START, &[("load", 50.0)]);
    let mut round = world.round(START + 30 * SECOND, &[]);
    round.readings.push(Reading::gauge(key("load"), Unit::Count, 3.0));
    world.store.append(&round).unwrap();
    let labels = caretaker_core::metric::Labels::none();
    let all = world.store.points("load", &labels, stamp(START), stamp(START + HOUR), Resolution::Raw).unwrap();
    let values: BTreeMap<_, _> = all.iter().map(|one| (one.unit.symbol(), one.points[0].value)).collect();
    assert_eq!(values, BTreeMap::from([("%", Some(50.0)), ("", Some(3.0))]));
}

#[test]
fn an_epoch_that_was_never_started_is_refused() {
    let world = World::new();
    let mut round = world.round(START, &[("cpu", 1.0)]);
    round.id.epoch = 99;
    assert!(matches!(world.store.append(&round), Err(StoreError::UnknownEpoch { epoch: 99 })));
    world.append(START, &[("cpu", 1.0)]);
}

#[test]
fn a_reader_cannot_append() {
    let world = World::new();
    world.append(START, &[("cpu", 1.0)]);
    let reader = MetricsStore::open(&world.path(), Access::ReadOnly).unwrap();
    assert!(matches!(reader.append(&world.round(START, &[])), Err(StoreError::ReadOnly { .. })));
    assert_eq!(reader.newest().unwrap(), world.store.newest().unwrap());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    /// Whatever comes in whatever order, over periods and restarts: what was stored is what is read.
    #[test]
    fn rounds_come_back(rounds in prop::collection::vec((prop::collection::btree_map(0_usize..12, -1_000_000_i64..1_000_000, 0..10), 0_i64..40, prop::bool::weighted(0.1)), 1..40)) {
        let names: Vec<_> = (0..12).map(|n| format!("series{n}")).collect();
        let mut world = World::new();
        let (mut at, mut expect) = (START, Vec::new());
        for (values, minutes, restart) in rounds {
            at += minutes * MINUTE;
            if restart {
                world = world.restarted(at);
            }
            let values: Vec<_> = values.iter().map(|(n, value)| (names[*n].as_str(), *value as f64 / 100.0)).collect();
            world.append(at, &values);
            expect.push(values.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect::<BTreeMap<_, _>>());
        }
        let stored: Vec<BTreeMap<_, _>> = world.store.rounds_after(RoundId::default(), usize::MAX).unwrap().iter()
            .map(|round| round.readings.iter().map(|one| (one.key.name.clone(), one.value)).collect()).collect();
        prop_assert_eq!(stored, expect);
    }
}

#[test]
fn a_stamp_that_a_sealed_round_has_is_taken_too() {
    let mut world = World::new();
    world.fill(START, START + 2 * HOUR, |_| 1.0);
    world.store.roll_up(stamp(START + 2 * HOUR)).unwrap();
    world.epoch = world.store.start_epoch(moment(START + HOUR), EpochReason::ClockStep).unwrap();
    let id = world.append(START + HOUR, &[("cpu", 2.0)]);
    assert_eq!(id.at, stamp(START + HOUR + 1));
    for _ in 0..2 {
        let rounds = world.store.rounds_after(RoundId::default(), usize::MAX).unwrap();
        assert_eq!((rounds.len(), rounds.last().unwrap().id), (241, id));
        assert_eq!(rounds.last().unwrap().readings[0].value, 2.0);
        world.store.roll_up(stamp(START + 2 * HOUR)).unwrap();
    }
    assert_eq!(world.append(START + HOUR, &[("cpu", 3.0)]).at, stamp(START + HOUR + 2));
}
