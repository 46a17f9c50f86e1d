//! Deletes what is older than is to be kept: ranges at the left edge of each table, and never what a coarser tier does
//! not hold yet. A call deletes at most a day of each kind (a week of 1-hour buckets): a clock that is a year ahead for
//! an hour then costs a day and not the history. After a long pause it takes several calls.

use caretaker_core::time::Span;
use rusqlite::Connection;

use super::append::Appender;
use super::period;
use crate::error::Fault;
use crate::table::progress::{self, Mark};
use crate::table::rollup::{self, Tier};
use crate::table::{epoch, hot, layout, mark, processes, series};

/// Free pages that stay in the file, or an eighth of it if that is more: the next rounds need them, and moving pages
/// about only to ask for new ones costs writes.
const SPARE_PAGES: i64 = 256;
const SPARE_PART: i64 = 8;
/// Pages given back to the file system at once; rounds wait meanwhile.
const MOST_PAGES: i64 = 1_000;

/// How long each kind of row is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Samples.
    pub raw: Span,
    /// 5-minute buckets.
    pub five_minutes: Span,
    /// 1-hour buckets.
    pub hourly: Span,
    /// Lists of top processes.
    pub processes: Span,
    /// Marks on charts.
    pub marks: Span,
}

impl Default for Keep {
    /// 30 days, 90 days, 2 years, 2 days, 2 years.
    fn default() -> Self {
        Self {
            raw: Span::from_days(30),
            five_minutes: Span::from_days(90),
            hourly: Span::from_days(730),
            processes: Span::from_days(2),
            marks: Span::from_days(730),
        }
    }
}

/// What was deleted, in rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Rounds.
    pub rounds: usize,
    /// Rows of rollups.
    pub rollups: usize,
    /// Lists of processes, marks, series, epochs and layouts.
    pub others: usize,
}

/// Deletes what is due.
pub(super) fn retain(connection: &Connection, appender: &Appender, keep: &Keep, now: i64) -> Result<Removed, Fault> {
    let cutoff = |span: Span| now.saturating_sub(span.as_millis());
    let transaction = connection.unchecked_transaction()?;
    let (rounds, layouts) = raw(&transaction, cutoff(keep.raw))?;
    let rollups = five_minutes(&transaction, cutoff(keep.five_minutes))? + hourly(&transaction, cutoff(keep.hourly))?;
    let others = layouts
        + processes::delete_before(&transaction, a_day_on(processes::first(&transaction)?, cutoff(keep.processes)))?
        + mark::delete_before(&transaction, a_day_on(mark::first(&transaction)?, cutoff(keep.marks)))?
        + epoch::delete_before(&transaction, cutoff(keep.hourly))?
        + unused_series(&transaction, appender, cutoff(keep.hourly))?;
    transaction.commit()?;
    give_back(connection)?;
    Ok(Removed { rounds, rollups, others })
}

/// Raw rows that are rolled up, with the layouts that only they used.
fn raw(connection: &Connection, wished: i64) -> Result<(usize, usize), Fault> {
    let rolled_up = progress::get(connection, Mark::Parts)?.unwrap_or(i64::MIN);
    let late = progress::late(connection)?.first().map_or(i64::MAX, |late| period::start(*late));
    let cutoff = period::start(period::of(wished)).min(rolled_up).min(late);
    let Some(first) = hot::first_from(connection, i64::MIN)?.filter(|first| *first < cutoff) else { return Ok((0, 0)) };
    let until = a_day_on(Some(period::start(period::of(first))), cutoff);
    let rounds = hot::delete(connection, i64::MIN, until)?;
    // A row at the very start of a period may still use the layout of the one before.
    let layouts = layout::delete_before(connection, period::of(until) - 1)?;
    let before = progress::get(connection, Mark::RawDeleted)?.unwrap_or(i64::MIN);
    progress::set(connection, Mark::RawDeleted, until.max(before))?;
    Ok((rounds, layouts))
}

/// 5-minute buckets that are in 1-hour buckets.
fn five_minutes(connection: &Connection, wished: i64) -> Result<usize, Fault> {
    let in_hours = progress::get(connection, Mark::Weeks)?.unwrap_or(i64::MIN);
    let cutoff = wished.min(in_hours).div_euclid(Tier::Day.span());
    let first = rollup::first_from(connection, Tier::Day, rollup::FIRST_ROW)?;
    let Some(first) = first.filter(|first| *first < cutoff) else { return Ok(0) };
    let before = progress::get(connection, Mark::DaysDeleted)?.unwrap_or(i64::MIN);
    progress::set(connection, Mark::DaysDeleted, ((first + 1) * Tier::Day.span()).max(before))?;
    rollup::delete_before(connection, Tier::Day, first + 1)
}

/// 1-hour buckets of which no 5-minute buckets are left: a coarser tier never ends before a finer one.
fn hourly(connection: &Connection, wished: i64) -> Result<usize, Fault> {
    let finer = rollup::first_from(connection, Tier::Day, rollup::FIRST_ROW)?;
    let finer = finer.map_or(i64::MAX, |day| day * Tier::Day.span());
    let cutoff = wished.min(finer).div_euclid(Tier::Week.span());
    let first = rollup::first_from(connection, Tier::Week, rollup::FIRST_ROW)?;
    let Some(first) = first.filter(|first| *first < cutoff) else { return Ok(0) };
    rollup::delete_before(connection, Tier::Week, first + 1)
}

/// Series whose last sample is gone from every tier.
fn unused_series(connection: &Connection, appender: &Appender, wished: i64) -> Result<usize, Fault> {
    let mut oldest = hot::first_from(connection, i64::MIN)?.unwrap_or(i64::MAX);
    for tier in [Tier::Part, Tier::Day, Tier::Week] {
        let first = rollup::first_from(connection, tier, rollup::FIRST_ROW)?;
        oldest = oldest.min(first.map_or(i64::MAX, |row| row * tier.span()));
    }
    series::delete_unseen_since(connection, wished.min(oldest), |id| appender.uses(id))
}

/// The cutoff, but no more than a day after the first row.
fn a_day_on(first: Option<i64>, cutoff: i64) -> i64 {
    first.map_or(cutoff, |first| cutoff.min(first.saturating_add(Tier::Day.span())))
}

fn give_back(connection: &Connection) -> Result<(), Fault> {
    let count = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let free = count("PRAGMA freelist_count")?;
    let spare = SPARE_PAGES.max(count("PRAGMA page_count")? / SPARE_PART);
    if free > spare {
        let pages = (free - spare / 2).min(MOST_PAGES);
        let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
        let mut rows = statement.query([])?;
        // Each step frees one page.
        while rows.next()?.is_some() {}
    }
    Ok(())
}

#[cfg(test)]
mod tests {
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
                names.iter().map(|name| (name.as_str(), (minute * 7_919 % 8_009) as f64 / 7.0)).collect();
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

    #[test]
    fn layouts_go_with_their_rows() {
        let world = World::new();
        fill(&world, 6);
        let now = stamp(START + 6 * DAY);
        world.store.roll_up(now).unwrap();
        retain_all(&world, now);
        let connection = Connection::open(world.path()).unwrap();
        let layouts: i64 = connection.query_row("SELECT count(*) FROM layout", [], |row| row.get(0)).unwrap();
        assert_eq!(layouts, 2 * 12 + 1);
        let orphans: i64 = connection
            .query_row("SELECT count(*) FROM hot WHERE layout NOT IN (SELECT id FROM layout)", [], |row| row.get(0))
            .unwrap();
        assert_eq!(orphans, 0);
    }
}
