//! Sealing and rolling up: once, whole, and again for what comes late.

use caretaker_core::metric::{Labels, ProcessReading, Resolution, Round, RoundId, Unit};
use caretaker_core::time::Span;

use crate::metrics::testing::*;
use crate::{Access, EpochReason, Keep, MetricsStore, Selection};

use super::*;

const FIVE: Resolution = Resolution::Step(Span::from_minutes(5));
const HOURLY: Resolution = Resolution::Step(Span::from_hours(1));

/// The tables with the rows of sorted days, and the day of each.
fn day_tables(connection: &Connection) -> Vec<(String, Option<i64>)> {
    let mut statement =
        connection.prepare("SELECT name FROM sqlite_schema WHERE name GLOB 'chunk_day*' ORDER BY name").unwrap();
    let names = statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap);
    names.map(|name| (name.clone(), name.strip_prefix("chunk_day_").map(|day| day.parse().unwrap()))).collect()
}

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

/// What kill -9 leaves is what lies on disk at that moment: the files are copied again and again while everything that is
/// due at `now` is done, and every copy must hold every round, and end like a store that nobody disturbed. Gives how many
/// copies there were, and how many of them were not at the end.
fn killed_anywhere(world: World, now: i64, instructions: i32) -> (usize, usize) {
    let now = stamp(now);
    let text = |store: &MetricsStore| {
        let mut rounds = store.rounds_after(RoundId::default(), usize::MAX).unwrap();
        for round in &mut rounds {
            round.readings.sort_by(|one, other| one.key.cmp(&other.key));
        }
        let all = store.points_of(&Selection::All, stamp(0), now, Resolution::Raw).unwrap();
        let mut five = store.points_of(&Selection::All, stamp(START), now, FIVE).unwrap();
        five.retain(|series| series.unit == Unit::Number);
        format!("{rounds:?} {all:?} {five:?} {:?}", store.series().unwrap())
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
    connection.progress_handler(instructions, Some(copy)).unwrap();
    let mut layouts = Layouts::default();
    while step(&connection, &mut layouts, now.as_millis()).unwrap().is_some() {}
    connection.progress_handler(0, None::<fn() -> bool>).unwrap();
    drop(connection);

    let whole = MetricsStore::open(&path, Access::ReadWrite).unwrap();
    assert!(text(&whole) == expect, "undisturbed");
    let end = dump(&path);
    let mut unfinished = 0;
    let count = std::fs::read_dir(copies.path()).unwrap().count();
    for number in 1..=count {
        let path = copies.path().join(number.to_string()).join("metrics.db");
        let store = MetricsStore::open(&path, Access::ReadWrite).unwrap();
        assert!(text(&store) == expect, "copy {number}");
        unfinished += usize::from(store.roll_up(now).unwrap() != RolledUp::default());
        assert!(text(&store) == expect, "copy {number}, sealed again");
        drop(store);
        assert!(dump(&path) == end, "copy {number}");
    }
    (count, unfinished)
}

/// Every row of what rolling up changes, a text a table.
fn dump(path: &std::path::Path) -> Vec<String> {
    let connection = Connection::open(path).unwrap();
    let text = |what: &str| {
        let sql = format!("SELECT group_concat(quote(a) || quote(b), ';') FROM ({what}) AS t");
        connection.query_row(&sql, [], |row| row.get::<_, Option<String>>(0)).unwrap().unwrap_or_default()
    };
    let days = day_tables(&connection).into_iter().map(|(table, _)| {
        let rows = text(&format!("SELECT id AS a, d AS b FROM \"{table}\""));
        format!("{table}: {rows}")
    });
    let days: Vec<String> = days.collect();
    let others = [
        "SELECT ts AS a, quote(d) || quote(processes) AS b FROM hot",
        "SELECT period AS a, d AS b FROM clocks",
        "SELECT id AS a, d AS b FROM chunk",
        "SELECT day AS a, own AS b FROM sorted_day",
        "SELECT period AS a, d AS b FROM process_list",
        "SELECT id AS a, d AS b FROM r5m_part",
        "SELECT id AS a, d AS b FROM r5m",
        "SELECT name AS a, at AS b FROM progress",
        "SELECT period AS a, 0 AS b FROM late",
        "SELECT id AS a, series AS b FROM layout",
        "SELECT ts AS a, value AS b FROM inbox",
        "SELECT id AS a, d AS b FROM pushed",
    ]
    .map(text);
    others.into_iter().chain(days).collect()
}

fn with_processes(mut round: Round, number: i64) -> Round {
    let process = |pid: u32| ProcessReading {
        pid,
        name: format!("process-{pid}"),
        cpu_percent: Some(number as f64),
        memory_bytes: 4_096,
    };
    round.processes = Some([1, 2, 3 + number as u32 % 3].map(process).to_vec());
    round
}

#[test]
fn a_seal_that_is_killed_anywhere_loses_nothing_and_ends_the_same() {
    let world = World::new();
    for number in 0..50 {
        let at = START + number * 10 * MINUTE;
        let round = world.round(at, &[("cpu", (number * 37 % 101) as f64), ("memory", 40.0)]);
        world.store.append(&with_processes(round, number)).unwrap();
    }
    // Sealed once, and then late: the harder case of the two.
    let mut world = world.restarted(START + 9 * HOUR);
    for minute in 0..60 {
        world.push("board.sales", START + minute * MINUTE, minute as f64 / 7.0);
    }
    world.store.roll_up(stamp(START + 4 * HOUR)).unwrap();
    world.push("board.sales", START + 5 * MINUTE, -0.0);
    world.push("board.latency@/a", START + 3 * HOUR, 1e-9);
    world.push("board.latency@/a", START + 5 * HOUR, 1e18);
    world.epoch = world.store.start_epoch(moment(START + HOUR), EpochReason::ClockStep).unwrap();
    let late = world.round(START + 63 * MINUTE, &[("cpu", 5.0), ("late", 6.0)]);
    world.store.append(&with_processes(late, 7)).unwrap();
    let (count, unfinished) = killed_anywhere(world, START + 9 * HOUR, 8);
    assert!(count > 30, "{count} copies");
    assert!(unfinished > 20, "{unfinished} of {count}");
}

#[test]
fn a_list_that_cannot_be_read_is_left_out_and_its_period_is_sealed() {
    let world = World::new();
    for number in 0..4 {
        let round = world.round(START + number * MINUTE, &[("cpu", 1.0)]);
        world.store.append(&with_processes(round, number)).unwrap();
    }
    let spoil = "UPDATE hot SET processes = x'0105' WHERE ts = ?1";
    Connection::open(world.path()).unwrap().execute(spoil, [START + 2 * MINUTE]).unwrap();
    assert_eq!(world.store.roll_up(stamp(START + 2 * HOUR)).unwrap().periods, 1);
    let rounds = world.store.rounds_after(RoundId::default(), 10).unwrap();
    let lists: Vec<_> = rounds.iter().map(|round| round.processes.is_some()).collect();
    assert_eq!(lists, [true, true, false, true]);
}

/// More series than one step sorts.
fn wide(world: &World, at: i64) {
    let names: Vec<_> = (0..120).map(|n| format!("series{n:03}")).collect();
    let value = |n: i64| (at / MINUTE * (n + 7) % 1_009) as f64;
    // Every seventh is not there all the time.
    let there = (0..).zip(&names).filter(|(n, _)| n % 7 != 0 || at / MINUTE % 40 == 0);
    let values: Vec<_> = there.map(|(n, name)| (name.as_str(), value(n))).collect();
    world.append(at, &values);
}

#[test]
fn sorting_a_day_that_is_killed_anywhere_loses_nothing_and_ends_the_same() {
    let world = World::new();
    for number in 0..75 {
        wide(&world, START + number * 20 * MINUTE);
    }
    world.store.roll_up(stamp(START + DAY - 1)).unwrap();
    let (count, unfinished) = killed_anywhere(world, START + DAY + 2 * HOUR, 1_800);
    assert!(count > 25, "{count} copies");
    assert!(unfinished > 15, "{unfinished} of {count}");
}

#[test]
fn a_day_that_is_over_is_sorted_by_series_step_by_step_and_reads_the_same() {
    let mut world = World::new();
    for number in 0..150 {
        wide(&world, START + number * 10 * MINUTE);
    }
    let now = START + DAY + 2 * HOUR;
    let text = |world: &World| {
        let whole = world.store.points_of(&Selection::All, stamp(START), stamp(now), Resolution::Raw).unwrap();
        let part = stamp(START + 5 * HOUR);
        let few = world.store.points("series003", &Labels::none(), part, stamp(START + 9 * HOUR), Resolution::Raw);
        format!("{whole:?} {few:?} {:?}", world.store.recent_rounds(part).unwrap())
    };
    let before = text(&world);
    let connection = Connection::open(world.path()).unwrap();
    let mut layouts = Layouts::default();
    while step(&connection, &mut layouts, START + DAY - 1).unwrap().is_some() {}
    let own = format!("chunk_day_{}", START / DAY);
    let begun = || day_tables(&connection).iter().any(|(table, _)| *table == own);
    while !begun() {
        step(&connection, &mut layouts, now).unwrap().unwrap();
    }
    assert_eq!(rows(&world, &own).len(), 12 * 50, "a step has its end");
    assert!(text(&world) == before, "what is sorted only in part is not read");

    // A period of that day changes in between: its rows that were sorted already are not the right ones any more.
    // A new writer, because the steps were done behind the back of the other.
    world = world.restarted(START + HOUR);
    wide(&world, START + 61 * MINUTE);
    let before = text(&world);
    let mut done = RolledUp::default();
    while let Some((step, _)) = step(&connection, &mut layouts, now).unwrap() {
        done.add(step);
        assert!(text(&world) == before, "{done:?}");
    }
    assert_eq!((done.repeated, done.sorted), (1, 1), "{done:?}");
    let days: Vec<i64> = {
        let mut statement = connection.prepare("SELECT day FROM sorted_day").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(days, [START / DAY]);
    let by_period =
        |world: &World| rows(world, "chunk").iter().map(|(id, _)| id >> 20).collect::<std::collections::BTreeSet<_>>();
    let of_next_day = [START / (2 * HOUR) + 12].into();
    assert_eq!(by_period(&world), of_next_day);

    // And once more when all of it is sorted, with a series that the day did not have.
    world = world.restarted(START + 3 * HOUR);
    wide(&world, START + 3 * HOUR + MINUTE);
    world.append(START + 3 * HOUR + 2 * MINUTE, &[("new", 5.0)]);
    let before = text(&world);
    assert_eq!(world.store.roll_up(stamp(now)).unwrap(), RolledUp { repeated: 1, ..RolledUp::default() });
    assert!(text(&world) == before);
    assert_eq!(by_period(&world), of_next_day, "it lies where the others of its day lie");
    world.store.check().unwrap();
}

#[test]
fn a_day_is_sorted_also_when_the_next_one_has_begun() {
    let world = World::new();
    for number in 0..200 {
        wide(&world, START + number * 10 * MINUTE);
    }
    let now = stamp(START + DAY + 10 * HOUR);
    let points = || world.store.points_of(&Selection::All, stamp(START), now, Resolution::Raw).unwrap();
    let before = points();
    let done = world.store.roll_up(now).unwrap();
    assert_eq!((done.periods, done.sorted), (17, 1));
    let periods =
        |table: &str| rows(&world, table).iter().map(|(id, _)| id >> 20).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(periods("chunk").len(), 5, "those of the day that is not over");
    assert!(points() == before);
}

#[test]
fn days_beyond_a_hundred_lie_together_and_read_the_same() {
    let world = World::new();
    for number in 0..=106 * 4 {
        world.append(START + number * 6 * HOUR, &[("cpu", (number % 97) as f64)]);
    }
    let now = START + 106 * DAY + 2 * HOUR;
    let points = || world.store.points_of(&Selection::All, stamp(START), stamp(now), Resolution::Raw).unwrap();
    let before = points();
    assert_eq!(world.store.roll_up(stamp(now)).unwrap().sorted, 106);
    assert!(points() == before);
    let tables = || day_tables(&Connection::open(world.path()).unwrap()).len() - 1;
    assert_eq!((tables(), rows(&world, "chunk_day").len()), (100, 6 * 4));

    // Days go from either, the oldest first, and new ones have a table of their own again.
    let keep = |days| Keep { raw: Span::from_days(days), ..Keep::default() };
    while world.store.retain(keep(3), stamp(now)).unwrap().rounds > 0 {}
    assert_eq!((tables(), rows(&world, "chunk_day").len()), (0, 3 * 4));
    for number in 106 * 4 + 1..=107 * 4 {
        world.append(START + number * 6 * HOUR, &[("cpu", 1.0)]);
    }
    assert_eq!(world.store.roll_up(stamp(now + DAY)).unwrap().sorted, 1);
    assert_eq!((tables(), rows(&world, "chunk_day").len()), (1, 3 * 4));
}
