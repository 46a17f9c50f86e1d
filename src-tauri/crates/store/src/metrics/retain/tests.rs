//! What is old goes, what is needed stays, and room is given back.

use caretaker_core::metric::{Mark as ChartMark, MarkKind, ProcessReading, Resolution};

use crate::metrics::testing::*;

use super::*;

const HOURLY: Resolution = Resolution::Step(Span::from_hours(1));

fn keep() -> Keep {
    Keep {
        raw: Span::from_days(2),
        five_minutes: Span::from_days(10),
        hourly: Span::from_days(30),
        processes: Span::from_days(1),
        marks: Span::from_days(5),
    }
}

/// As many calls as it takes, with what they deleted together.
fn retain_all(world: &World, now: caretaker_core::time::Timestamp) -> Removed {
    let mut all = Removed::default();
    loop {
        let removed = world.store.retain(keep(), now).unwrap();
        if removed == Removed::default() {
            return all;
        }
        all.rounds += removed.rounds;
        all.rollups += removed.rollups;
        all.others += removed.others;
    }
}

fn fill(world: &World, days: i64) {
    let mut at = START;
    while at < START + days * DAY {
        let mut round = world.round(at, &[("cpu", 10.0)]);
        round.processes =
            Some(vec![ProcessReading { pid: 1, name: "init".into(), cpu_percent: None, memory_bytes: 1 }]);
        world.store.append(&round).unwrap();
        at += 10 * MINUTE;
    }
}

#[test]
fn raw_rows_stay_until_they_are_rolled_up() {
    let world = World::new();
    fill(&world, 5);
    let now = stamp(START + 5 * DAY);
    assert_eq!(world.store.retain(keep(), now).unwrap().rounds, 0);
    world.store.roll_up(now).unwrap();
    assert_eq!(world.store.retain(keep(), now).unwrap().rounds, 144, "a day in one call");
    assert_eq!(retain_all(&world, now).rounds, 2 * 144);
    assert_eq!(world.values("cpu", START, START + DAY, HOURLY).len(), 24, "the rollup remains");
}

#[test]
fn every_kind_of_row_has_its_own_age() {
    let world = World::new();
    for day in [0, 45] {
        let at = stamp(START + day * DAY);
        let mark = ChartMark { kind: MarkKind::Start, at, until: None, text: "Caretaker started".into() };
        world.store.mark(&mark).unwrap();
        world.store.mark(&mark).unwrap();
    }
    fill(&world, 50);
    let now = stamp(START + 50 * DAY);
    world.store.roll_up(now).unwrap();
    assert_eq!(world.store.marks(stamp(START), now).unwrap().len(), 2);
    assert_eq!(retain_all(&world, now).rounds, 48 * 144);
    assert_eq!(world.store.marks(stamp(START), now).unwrap().len(), 1);
    let nearest = world.store.processes_near(stamp(START)).unwrap().unwrap().0;
    assert_eq!(nearest, stamp(START + 49 * DAY));
    let hours = world.values("cpu", START, START + 50 * DAY, HOURLY);
    // Weeks go whole, so up to seven days more than asked for may remain.
    let oldest = hours.first().unwrap().0 / 86_400;
    assert!((13..=20).contains(&oldest), "{oldest}");
}

#[test]
fn a_clock_a_year_ahead_costs_a_day_and_not_the_history() {
    let world = World::new();
    fill(&world, 8);
    world.store.roll_up(stamp(START + 8 * DAY)).unwrap();
    world.store.roll_up(stamp(START + 400 * DAY)).unwrap();
    let removed = world.store.retain(keep(), stamp(START + 1_000 * DAY)).unwrap();
    assert_eq!(removed.rounds, 144);
    assert_eq!(world.values("cpu", START, START + 8 * DAY, HOURLY).len(), 8 * 24);
    assert_eq!(world.store.series().unwrap().len(), 1);
}

#[test]
fn a_series_without_data_is_forgotten_and_one_in_use_is_not() {
    let world = World::new();
    world.append(START, &[("gone", 1.0), ("cpu", 1.0)]);
    world.append(START + 40 * DAY, &[("cpu", 1.0)]);
    let now = stamp(START + 40 * DAY + 2 * HOUR);
    world.store.roll_up(now).unwrap();
    world.append(START + 40 * DAY + 2 * HOUR, &[("cpu", 1.0)]);
    retain_all(&world, now);
    let names: Vec<_> = world.store.series().unwrap().into_iter().map(|one| one.key.name).collect();
    assert_eq!(names, ["cpu"]);
}

#[test]
fn room_goes_back_to_the_file_system_but_for_what_the_next_rounds_need() {
    let world = World::new();
    let names: Vec<_> = (0..100).map(|n| format!("series{n}")).collect();
    for minute in 0..5 * 1_440 {
        let values: Vec<_> =
            names.iter().zip(1..).map(|(name, n)| (name.as_str(), (minute * 7_919 * n % 1_000_003) as f64)).collect();
        world.append(START + minute * MINUTE, &values);
    }
    let now = stamp(START + 5 * DAY);
    world.store.roll_up(now).unwrap();
    let pages = |name: &str| -> i64 {
        let connection = Connection::open(world.path()).unwrap();
        connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get(0)).unwrap()
    };
    let before = pages("page_count");
    retain_all(&world, now);
    assert!(pages("freelist_count") <= SPARE_PAGES);
    assert!(pages("page_count") < before - 100, "{} of {before}", pages("page_count"));
    world.store.check().unwrap();
}

/// Pages of a day are left where they are: were each of them written to the log, history would cost more to lose than to
/// keep.
#[test]
fn a_day_that_goes_writes_a_few_pages_however_many_it_had() {
    let world = World::new();
    let names: Vec<_> = (0..250).map(|n| format!("series{n}")).collect();
    for number in 0..3 * 288 {
        let values: Vec<_> =
            names.iter().zip(1..).map(|(name, n)| (name.as_str(), (number * 7_919 * n % 1_000_003) as f64)).collect();
        world.append(START + number * 5 * MINUTE, &values);
    }
    let now = stamp(START + 3 * DAY);
    world.store.roll_up(now).unwrap();
    world.store.checkpoint().unwrap();
    let connection = Connection::open(world.path()).unwrap();
    let number = |sql: &str| -> i64 { connection.query_row(sql, [], |row| row.get(0)).unwrap() };
    let free = number("PRAGMA freelist_count");
    let log = || connection.query_row("PRAGMA wal_checkpoint(NOOP)", [], |row| row.get::<_, i64>(1)).unwrap();
    let before = log();
    assert_eq!(world.store.retain(keep(), now).unwrap().rounds, 288);
    let (written, freed) = (log() - before, number("PRAGMA freelist_count") - free);
    assert!(freed > 60, "{freed} pages were freed");
    assert!(written < 25, "{written} pages were written for {freed}");
}

#[test]
fn layouts_go_with_their_rows() {
    let world = World::new();
    fill(&world, 6);
    let now = stamp(START + 6 * DAY);
    world.append(START + 6 * DAY, &[("cpu", 1.0)]);
    world.store.roll_up(now).unwrap();
    retain_all(&world, now);
    let connection = Connection::open(world.path()).unwrap();
    let layouts: i64 = connection.query_row("SELECT count(*) FROM layout", [], |row| row.get(0)).unwrap();
    assert_eq!(layouts, 1, "that of the period which is not over");
    let orphans: i64 = connection
        .query_row("SELECT count(*) FROM hot WHERE layout NOT IN (SELECT id FROM layout)", [], |row| row.get(0))
        .unwrap();
    assert_eq!(orphans, 0);
}
