//! What is pushed is there at once, in every tier, and in place of what was pushed before for the same moment.

use caretaker_core::metric::{Labels, Resolution, SeriesKind, Unit};
use caretaker_core::time::Span;

use super::super::testing::*;
use super::*;
use crate::{Keep, StoreError};

const RAW: Resolution = Resolution::Raw;
const FIVE: Resolution = Resolution::Step(Span::from_minutes(5));
const HOURLY: Resolution = Resolution::Step(Span::from_hours(1));

fn pushed(name: &str, unit: Unit, at: i64, value: f64) -> Pushed {
    let reading = caretaker_core::metric::Reading { key: key(name), unit, kind: SeriesKind::Gauge, value };
    Pushed { reading, at: stamp(at), seen: stamp(at) }
}

#[test]
fn every_bit_comes_back_from_the_inbox_and_from_the_seal() {
    let hard = [0.1, 1e-9, 1e18, -0.0, 0.0, f64::MAX, f64::MIN, 5e-324, 0.1 + 0.2];
    let world = World::new();
    for (number, value) in hard.iter().enumerate() {
        world.push("board.x", START + number as i64 * MINUTE, *value);
    }
    let bits = || -> Vec<u64> {
        let points = world.points("board.x", START, START + HOUR, RAW).unwrap().points;
        points.iter().filter_map(|point| point.value).map(f64::to_bits).collect()
    };
    let expect = hard.map(f64::to_bits);
    assert_eq!(bits(), expect);
    assert_eq!(world.store.roll_up(stamp(START + 3 * HOUR)).unwrap().pushed, 1);
    assert_eq!(bits(), expect);
    let point = world.points("board.x", START, START + HOUR, HOURLY).unwrap().points[0];
    assert_eq!((point.min, point.max), (Some(f64::MIN), Some(f64::MAX)));
    assert!(point.value.unwrap().is_finite());
}

#[test]
fn the_later_of_two_values_for_one_moment_stays_wherever_the_first_one_lies() {
    let world = World::new();
    let last = |expect: f64| {
        for resolution in [RAW, FIVE] {
            let values = world.values("board.x", START, START + HOUR, resolution);
            assert_eq!(values, [(0, Some(expect))], "{resolution:?}");
        }
        let entry = world.store.series().unwrap().remove(0);
        assert_eq!((entry.last, entry.at), (Some(expect), Some(stamp(START))));
        assert!(entry.pushed);
    };
    world.push("board.x", START, 9.0);
    world.push("board.x", START, 5.0);
    last(5.0);
    world.store.roll_up(stamp(START + 3 * HOUR)).unwrap();
    last(5.0);
    world.push_late("board.x", START, START + 3 * HOUR, -4.0);
    last(-4.0);
    world.store.roll_up(stamp(START + 3 * HOUR)).unwrap();
    last(-4.0);
}

#[test]
fn what_comes_late_is_counted_in_every_tier_that_holds_its_time() {
    let world = World::new();
    // Two weeks of rounds, so that there are days and weeks.
    let mut at = START;
    while at < START + 15 * DAY {
        world.append(at, &[("cpu", 1.0)]);
        at += HOUR;
    }
    world.push("board.x", START + DAY, 10.0);
    let now = START + 15 * DAY;
    let done = world.store.roll_up(stamp(now)).unwrap();
    assert!(done.weeks > 0 && done.pushed == 1, "{done:?}");
    for (number, (early, minutes)) in [(DAY, 1), (8 * DAY, 0), (14 * DAY + 20 * HOUR, 0)].into_iter().enumerate() {
        let at = START + early + minutes * MINUTE;
        world.push_late("board.x", at, now, 20.0);
        for sealed in [false, true] {
            if sealed {
                world.store.roll_up(stamp(now)).unwrap();
            }
            for resolution in [FIVE, HOURLY] {
                let points = world.points("board.x", at, at + 1, resolution).unwrap();
                let expect = if number == 0 { (2, Some(15.0), Some(20.0)) } else { (1, Some(20.0), Some(20.0)) };
                let point = points.points[0];
                assert_eq!((points.stats.count, point.value, point.max), expect, "{number} {sealed} {resolution:?}");
            }
        }
    }
    assert_eq!(world.points("board.x", START, now, RAW).unwrap().stats.count, 4);
}

#[test]
fn a_batch_is_stored_whole_or_not_at_all() {
    let world = World::new();
    world.append(START, &[("host.cpu", 1.0)]);
    let batch = [pushed("board.x", Unit::Count, START, 1.0), pushed("host.cpu", Unit::Percent, START, 99.0)];
    let refused = world.store.push(&batch).unwrap_err();
    assert!(matches!(&refused, StoreError::Measured { name } if name == "host.cpu"), "{refused}");
    assert!(world.store.pushed_series().unwrap().is_empty());
    assert_eq!(world.values("host.cpu", START, START + HOUR, RAW), [(0, Some(1.0))]);
}

#[test]
fn a_full_inbox_takes_nothing_until_it_is_sealed() {
    let world = World::new();
    let many = |from: i64, count: i64| -> Vec<Pushed> {
        (0..count).map(|number| pushed("board.x", Unit::Count, START + from + number, 1.0)).collect()
    };
    for part in 0..5 {
        world.store.push(&many(part * 50_000, 50_000)).unwrap();
    }
    let refused = world.store.push(&many(250_000, 1)).unwrap_err();
    assert!(matches!(refused, StoreError::InboxFull { waiting: 250_000, most: 250_000 }), "{refused}");
    world.store.roll_up(stamp(START + 2 * HOUR)).unwrap();
    world.store.push(&many(250_000, 1)).unwrap();
    assert_eq!(world.points("board.x", START, START + HOUR, RAW).unwrap().stats.count, 250_001);
    // One a millisecond, all alike: stamps, delays and values take hardly anything.
    world.store.roll_up(stamp(START + 2 * HOUR)).unwrap();
    assert_eq!(world.points("board.x", START, START + HOUR, HOURLY).unwrap().stats.count, 250_001);
}

#[test]
fn pushed_samples_go_with_the_rounds_of_their_time_and_stay_in_the_rollups() {
    let world = World::new();
    let mut at = START;
    while at < START + 3 * DAY {
        world.append(at, &[("cpu", 1.0)]);
        world.push("board.x", at, 2.0);
        at += 10 * MINUTE;
    }
    let now = START + 3 * DAY;
    // Old, and not sealed yet.
    world.push_late("board.x", START + MINUTE, now, 3.0);
    let keep = Keep { raw: Span::from_days(1), ..Keep::default() };
    assert_eq!(world.store.retain(keep, stamp(now)).unwrap().rounds, 0, "what waits is not sealed yet");
    world.store.roll_up(stamp(now)).unwrap();
    while world.store.retain(keep, stamp(now)).unwrap().rounds > 0 {}
    let rows = |table: &str| -> i64 {
        let connection = Connection::open(world.path()).unwrap();
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
    };
    assert_eq!((rows("pushed"), rows("inbox")), (12, 0), "a day of periods");
    assert_eq!(world.points("board.x", START, now, HOURLY).unwrap().stats.count, 3 * 144 + 1);
}

#[test]
fn a_series_with_a_beat_of_its_own_has_gaps_of_its_own() {
    let world = World::new();
    world.fill(START, START + HOUR, |_| 1.0);
    for minute in [0, 10, 20, 50, 60] {
        world.push("board.x", START + minute * MINUTE, 1.0);
    }
    let values = world.values("board.x", START, START + 2 * HOUR, RAW);
    let minutes: Vec<_> = values.iter().map(|(second, value)| (second / 60, value.is_some())).collect();
    assert_eq!(minutes, [(0, true), (10, true), (20, true), (30, false), (50, true), (60, true)]);
}

#[test]
fn rounds_carry_what_came_between_them_and_no_history() {
    let world = World::new();
    world.append(START, &[("cpu", 1.0)]);
    world.push("board.x", START + 5 * SECOND, 1.0);
    world.push("board.x", START + 9 * SECOND, 2.0);
    world.push_late("board.x", START - HOUR, START + 10 * SECOND, 77.0);
    world.append(START + 30 * SECOND, &[("cpu", 1.0)]);
    world.push("board.x", START + 31 * SECOND, 3.0);
    for sealed in [false, true] {
        if sealed {
            world.store.roll_up(stamp(START + 3 * HOUR)).unwrap();
        }
        let rounds = world.store.recent_rounds(stamp(START)).unwrap();
        let values: Vec<Vec<f64>> = rounds
            .iter()
            .map(|round| round.readings.iter().filter(|one| one.key.name == "board.x").map(|one| one.value).collect())
            .collect();
        assert_eq!(values, [vec![], vec![1.0, 2.0]]);
        let pending = world.store.pushed_after(stamp(START + 30 * SECOND), stamp(START + MINUTE)).unwrap();
        assert_eq!(pending.iter().map(|one| one.reading.value).collect::<Vec<_>>(), [3.0]);
    }
    assert!(world.store.points("board.x", &Labels::none(), stamp(START - DAY), stamp(START), RAW).unwrap().len() == 1);
}
