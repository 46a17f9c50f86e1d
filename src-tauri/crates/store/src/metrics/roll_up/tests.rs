//! Sealing and rolling up: once, whole, and again for what comes late.

use caretaker_core::metric::{Labels, Resolution, RoundId};
use caretaker_core::time::Span;

use crate::metrics::testing::*;
use crate::{Access, EpochReason, Keep, MetricsStore};

use super::*;

const FIVE: Resolution = Resolution::Step(Span::from_minutes(5));
const HOURLY: Resolution = Resolution::Step(Span::from_hours(1));

fn rows(world: &World, table: &str) -> Vec<(i64, Vec<u8>)> {
    let connection = Connection::open(world.path()).unwrap();
    let mut statement = connection.prepare(&format!("SELECT id, d FROM {table} ORDER BY id")).unwrap();
    statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap().map(Result::unwrap).collect()
}

#[test]
fn only_complete_periods_are_rolled_up_and_each_once() {
    let world = World::new();
    world.fill(START, START + 5 * HOUR, |_| 1.0);
    assert_eq!(world.store.roll_up(stamp(START + 2 * HOUR - 1)).unwrap(), RolledUp::default());
    assert_eq!(world.store.roll_up(stamp(START + 2 * HOUR)).unwrap().periods, 1);
    assert_eq!(world.store.roll_up(stamp(START + 5 * HOUR)).unwrap().periods, 1);
    assert_eq!(world.store.roll_up(stamp(START + 5 * HOUR)).unwrap(), RolledUp::default());
    assert_eq!(rows(&world, "r5m_part").len(), 2);
}

#[test]
fn a_day_that_is_over_becomes_one_row_and_its_parts_go() {
    let world = World::new();
    world.fill(START, START + DAY + 2 * HOUR, |_| 1.0);
    let done = world.store.roll_up(stamp(START + DAY + 2 * HOUR)).unwrap();
    assert_eq!((done.periods, done.days), (13, 1));
    assert_eq!((rows(&world, "r5m").len(), rows(&world, "r5m_part").len()), (1, 1));
}

#[test]
fn a_machine_that_was_off_for_weeks_still_closes_its_days() {
    let world = World::new();
    world.fill(START, START + HOUR, |_| 1.0);
    world.fill(START + 40 * DAY, START + 40 * DAY + 3 * HOUR, |_| 2.0);
    let done = world.store.roll_up(stamp(START + 40 * DAY + 3 * HOUR)).unwrap();
    assert_eq!((done.periods, done.days, done.weeks), (2, 1, 1));
    assert_eq!(world.values("cpu", START, START + 50 * DAY, HOURLY).first(), Some(&(0, Some(1.0))));
}

/// A crash between two steps is a restart after the first; one within a step leaves nothing of it.
#[test]
fn a_roll_up_that_was_cut_off_anywhere_ends_the_same() {
    let fill = || {
        let world = World::new();
        let mut at = START;
        while at < START + 8 * DAY {
            world.append(at, &[("cpu", (at / MINUTE % 97) as f64), ("memory", 40.0)]);
            at += 10 * MINUTE;
        }
        world
    };
    let now = stamp(START + 8 * DAY);
    let whole = fill();
    whole.store.roll_up(now).unwrap();

    let mut cut = fill();
    let mut steps = 0;
    loop {
        // One step on a connection of its own, then the "process" is gone.
        let connection = Connection::open(cut.path()).unwrap();
        // An uncommitted step first: it must leave no trace.
        let undone = connection.unchecked_transaction().unwrap();
        rollup::put(&undone, Tier::Part, 1, 1, b"torn").unwrap();
        undone.rollback().unwrap();
        let Some(_) = step(&connection, &mut Layouts::default(), now.as_millis()).unwrap() else { break };
        drop(connection);
        steps += 1;
        if steps % 25 == 0 {
            cut = cut.restarted(START + 8 * DAY);
        }
    }
    assert!(steps > 100);
    for table in ["r5m_part", "r5m", "r1h"] {
        assert_eq!(rows(&cut, table), rows(&whole, table), "{table}");
    }
}

#[test]
fn rows_that_come_after_their_period_was_rolled_up_are_counted_in_every_tier() {
    for days in [0, 1, 9] {
        let mut world = World::new();
        let end = START + days * DAY + 4 * HOUR;
        let mut at = START;
        while at < end {
            world.append(at, &[("cpu", 10.0)]);
            at += 5 * MINUTE;
        }
        world.store.roll_up(stamp(end)).unwrap();
        world.epoch = world.store.start_epoch(moment(START + 7 * MINUTE), EpochReason::ClockStep).unwrap();
        world.append(START + 7 * MINUTE, &[("cpu", 40.0), ("new", 5.0)]);
        let expect = |resolution| world.values("cpu", START, START + HOUR, resolution);
        let before = (expect(FIVE), expect(HOURLY));
        assert_eq!(before.0[1], (300, Some(25.0)), "read from the raw rows until it is rolled up again");
        let done = world.store.roll_up(stamp(end)).unwrap();
        assert_eq!(done, RolledUp { repeated: 1, ..RolledUp::default() });
        let after = (expect(FIVE), expect(HOURLY));
        for (one, other) in before.0.iter().chain(&before.1).zip(after.0.iter().chain(&after.1)) {
            let apart = (one.1.unwrap_or(-1.0) - other.1.unwrap_or(-1.0)).abs();
            assert!(one.0 == other.0 && apart <= 30.0 / 1_023.0, "after {days} days: {one:?} {other:?}");
        }
        assert_eq!(world.values("new", START, START + HOUR, FIVE), [(300, Some(5.0))]);
        assert_eq!(world.store.roll_up(stamp(end)).unwrap(), RolledUp::default());
    }
}

#[test]
fn a_late_row_whose_period_has_no_raw_rows_left_does_not_replace_its_buckets() {
    let mut world = World::new();
    world.fill(START, START + 10 * MINUTE, |_| 10.0);
    world.fill(START + 3 * DAY, START + 3 * DAY + 2 * HOUR, |_| 20.0);
    let now = stamp(START + 3 * DAY + 2 * HOUR);
    world.store.roll_up(now).unwrap();
    world.store.retain(Keep { raw: Span::from_days(1), ..Keep::default() }, now).unwrap();
    world.epoch = world.store.start_epoch(moment(START + MINUTE), EpochReason::ClockStep).unwrap();
    world.append(START + MINUTE, &[("cpu", 99.0)]);
    world.append(START + 11 * MINUTE, &[("cpu", 30.0)]);
    assert_eq!(world.store.roll_up(now).unwrap().repeated, 1);
    let values = world.values("cpu", START, START + HOUR, FIVE);
    assert_eq!(values, [(0, Some(10.0)), (300, Some(10.0)), (600, Some(30.0))]);
}

#[test]
fn a_clock_far_ahead_for_a_while_spoils_nothing() {
    let mut world = World::new();
    world.fill(START, START + HOUR, |_| 1.0);
    world.append(START + 400 * DAY, &[("cpu", 50.0)]);
    world.store.roll_up(stamp(START + 400 * DAY + 3 * HOUR)).unwrap();
    world.epoch = world.store.start_epoch(moment(START + HOUR), EpochReason::ClockStep).unwrap();
    world.fill(START + HOUR, START + 7 * HOUR, |_| 3.0);
    world.store.roll_up(stamp(START + 7 * HOUR)).unwrap();
    let values = world.values("cpu", START, START + 7 * HOUR, HOURLY);
    assert_eq!(values.iter().map(|(_, value)| value.unwrap()).collect::<Vec<_>>(), [1.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0]);
    let entries = world.store.series().unwrap();
    assert_eq!((entries[0].last, entries[0].at), (Some(3.0), Some(stamp(START + 7 * HOUR - 30 * SECOND))));
}

#[test]
fn the_newest_value_of_every_series_is_known_also_of_those_that_are_gone() {
    let world = World::new();
    world.append(START, &[("gone", 7.0), ("cpu", 1.0)]);
    world.append(START + 30 * SECOND, &[("cpu", 2.0)]);
    let last = |world: &World| -> Vec<_> {
        world
            .store
            .series()
            .unwrap()
            .into_iter()
            .map(|one| (one.key.name, one.last, one.at.map(|at| at.as_millis() - START)))
            .collect()
    };
    assert_eq!(last(&world), [("cpu".to_owned(), Some(2.0), Some(30_000)), ("gone".to_owned(), Some(7.0), Some(0))]);
    world.append(START + 10 * HOUR, &[("cpu", 3.0)]);
    world.store.roll_up(stamp(START + 10 * HOUR)).unwrap();
    assert_eq!(
        last(&world),
        [("cpu".to_owned(), Some(3.0), Some(36_000_000)), ("gone".to_owned(), Some(7.0), Some(0))]
    );
    assert!(world.store.points("gone", &Labels::none(), stamp(START), stamp(START + DAY), FIVE).unwrap().len() == 1);
}

/// What kill -9 leaves is what lies on disk at that moment: the files are copied again and again while a period is
/// sealed, and every copy must hold every round, and end like a store that nobody disturbed.
#[test]
fn a_seal_that_is_killed_anywhere_loses_nothing_and_ends_the_same() {
    let world = World::new();
    for number in 0..50 {
        let at = START + number * 10 * MINUTE;
        world.append(at, &[("cpu", (number * 37 % 101) as f64), ("memory", 40.0)]);
    }
    // Sealed once, and then late: the harder case of the two.
    let mut world = world.restarted(START + 9 * HOUR);
    world.store.roll_up(stamp(START + 4 * HOUR)).unwrap();
    world.epoch = world.store.start_epoch(moment(START + HOUR), EpochReason::ClockStep).unwrap();
    world.append(START + 63 * MINUTE, &[("cpu", 5.0), ("late", 6.0)]);
    let now = stamp(START + 9 * HOUR);
    let text = |store: &MetricsStore| {
        let mut rounds = store.rounds_after(RoundId::default(), usize::MAX).unwrap();
        for round in &mut rounds {
            round.readings.sort_by(|one, other| one.key.cmp(&other.key));
        }
        format!("{rounds:?}")
    };
    let expect = text(&world.store);
    let World { folder, store, .. } = world;
    drop(store);

    let copies = tempfile::tempdir().unwrap();
    let path = folder.path().join("metrics.db");
    let mut connection = Connection::open(&path).unwrap();
    // Hardly any cache: what is not committed yet is on disk all the same.
    connection.execute_batch("PRAGMA cache_size = 1; PRAGMA cache_spill = 1").unwrap();
    let (from, into) = (path.clone(), copies.path().to_owned());
    let mut taken = 0;
    let copy = move || {
        taken += 1;
        let folder = into.join(taken.to_string());
        std::fs::create_dir(&folder).unwrap();
        for name in ["metrics.db", "metrics.db-wal"] {
            std::fs::copy(from.with_file_name(name), folder.join(name)).unwrap();
        }
        false
    };
    connection.progress_handler(8, Some(copy)).unwrap();
    let mut layouts = Layouts::default();
    while step(&connection, &mut layouts, now.as_millis()).unwrap().is_some() {}
    connection.progress_handler(0, None::<fn() -> bool>).unwrap();
    drop(connection);

    let whole = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    assert_eq!(text(&whole), expect);
    let dump = |path: &std::path::Path| -> Vec<String> {
        let connection = Connection::open(path).unwrap();
        let tables = ["hot", "clocks", "chunk", "r5m_part", "progress", "late", "layout"];
        tables
            .map(|table| {
                let sql = format!("SELECT group_concat(quote(a) || quote(b), ';') FROM (SELECT * FROM {table}) AS t");
                let columns = match table {
                    "hot" => "ts AS a, d AS b",
                    "clocks" => "period AS a, d AS b",
                    "progress" => "name AS a, at AS b",
                    "late" => "period AS a, 0 AS b",
                    "layout" => "id AS a, series AS b",
                    _ => "id AS a, d AS b",
                };
                let sql = sql.replace("SELECT *", &format!("SELECT {columns}"));
                connection.query_row(&sql, [], |row| row.get::<_, Option<String>>(0)).unwrap().unwrap_or_default()
            })
            .to_vec()
    };
    let end = dump(&path);
    let mut unfinished = 0;
    let count = std::fs::read_dir(copies.path()).unwrap().count();
    assert!(count > 30, "{count} copies");
    for number in 1..=count {
        let path = copies.path().join(number.to_string()).join("metrics.db");
        let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
        assert_eq!(text(&store), expect, "copy {number}");
        unfinished += usize::from(store.roll_up(now).unwrap() != RolledUp::default());
        assert_eq!(text(&store), expect, "copy {number}, sealed again");
        drop(store);
        assert_eq!(dump(&path), end, "copy {number}");
    }
    assert!(unfinished > 20 && unfinished < count + 1, "{unfinished} of {count}");
}
