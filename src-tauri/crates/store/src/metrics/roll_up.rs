//! Rolls raw rows up: a period of two hours into parts of 5-minute buckets, a day of parts into one dense row, a week
//! of those into 1-hour buckets. Each step is one transaction with the point that says how far it came, so a step is
//! done or not done, and a crash in between repeats at most nothing. Rows that arrive for a period already rolled up
//! (a clock set back) have that period rolled up again.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;

use super::layouts::Layouts;
use super::period;
use crate::codec::buckets::{self, Bucket};
use crate::codec::row::Row;
use crate::error::Fault;
use crate::table::progress::{self, Mark};
use crate::table::rollup::{self, Tier};
use crate::table::{hot, series};

/// What a roll-up did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RolledUp {
    /// Periods of two hours.
    pub periods: usize,
    /// Whole days.
    pub days: usize,
    /// Whole weeks.
    pub weeks: usize,
    /// Periods that were rolled up again.
    pub repeated: usize,
}

impl RolledUp {
    pub(super) fn add(&mut self, other: Self) {
        self.periods += other.periods;
        self.days += other.days;
        self.weeks += other.weeks;
        self.repeated += other.repeated;
    }
}

/// Buckets of one series, and its newest sample.
#[derive(Default)]
struct Gathered {
    buckets: Vec<Bucket>,
    last: Option<(i64, i64)>,
}

/// Does the next step that is due at `now`; none when nothing is. The second value is a period that was done again.
pub(super) fn step(
    connection: &Connection,
    layouts: &mut Layouts,
    now: i64,
) -> Result<Option<(RolledUp, Option<i64>)>, Fault> {
    if let Some(late) = progress::late(connection)?.into_iter().find(|late| period::end(*late) <= now) {
        again(connection, layouts, late)?;
        return Ok(Some((RolledUp { repeated: 1, ..RolledUp::default() }, Some(late))));
    }
    let parts = progress::get(connection, Mark::Parts)?;
    if let Some(first) = hot::first_from(connection, parts.unwrap_or(i64::MIN))? {
        let due = period::of(first);
        if period::end(due) <= now {
            part(connection, layouts, due)?;
            return Ok(Some((RolledUp { periods: 1, ..RolledUp::default() }, None)));
        }
    }
    let Some(parts) = parts else { return Ok(None) };
    if day(connection, parts)? {
        return Ok(Some((RolledUp { days: 1, ..RolledUp::default() }, None)));
    }
    if week(connection)? {
        return Ok(Some((RolledUp { weeks: 1, ..RolledUp::default() }, None)));
    }
    Ok(None)
}

/// A period's rows become parts.
fn part(connection: &Connection, layouts: &mut Layouts, due: i64) -> Result<(), Fault> {
    let transaction = connection.unchecked_transaction()?;
    for (id, gathered) in gather(&transaction, layouts, due)? {
        rollup::put(&transaction, Tier::Part, due, id, &buckets::encode(&gathered.buckets))?;
        if let Some((at, stored)) = gathered.last {
            series::remember_last(&transaction, id, at, stored)?;
        }
    }
    progress::set(&transaction, Mark::Parts, period::end(due))?;
    Ok(transaction.commit()?)
}

/// The parts of the first day that is over become one row a series.
fn day(connection: &Connection, parts: i64) -> Result<bool, Fault> {
    const PARTS: i64 = Tier::Day.span() / Tier::Part.span();
    let over = parts.div_euclid(Tier::Day.span());
    let before = progress::get(connection, Mark::Days)?.unwrap_or(i64::MIN);
    let first = rollup::first_from(connection, Tier::Part, rollup::FIRST_ROW)?.map(|row| row.div_euclid(PARTS));
    let Some(day) = first.filter(|day| *day < over) else {
        // Days without a round are over too.
        if before < over * Tier::Day.span() {
            progress::set(connection, Mark::Days, over * Tier::Day.span())?;
        }
        return Ok(false);
    };
    let end = (day + 1) * Tier::Day.span();
    let transaction = connection.unchecked_transaction()?;
    let whole = collect(&transaction, Tier::Part, day * PARTS, (day + 1) * PARTS, |_, bucket| bucket)?;
    for (id, fresh) in whole {
        merge_into(&transaction, Tier::Day, day, id, &fresh)?;
    }
    rollup::delete_before(&transaction, Tier::Part, (day + 1) * PARTS)?;
    progress::set(&transaction, Mark::Days, end.max(before))?;
    transaction.commit()?;
    Ok(true)
}

/// The days of the first week that is over become one row a series.
fn week(connection: &Connection) -> Result<bool, Fault> {
    const DAYS: i64 = Tier::Week.span() / Tier::Day.span();
    let done = progress::get(connection, Mark::Weeks)?;
    let from = done.map_or(rollup::FIRST_ROW, |done| done.div_euclid(Tier::Day.span()));
    let Some(first) = rollup::first_from(connection, Tier::Day, from)? else { return Ok(false) };
    let week = first.div_euclid(DAYS);
    let end = (week + 1) * Tier::Week.span();
    if end > progress::get(connection, Mark::Days)?.unwrap_or(i64::MIN) {
        return Ok(false);
    }
    let transaction = connection.unchecked_transaction()?;
    let whole = collect(&transaction, Tier::Day, week * DAYS, (week + 1) * DAYS, hour_of)?;
    for (id, fresh) in whole {
        merge_into(&transaction, Tier::Week, week, id, &fresh)?;
    }
    progress::set(&transaction, Mark::Weeks, end)?;
    transaction.commit()?;
    Ok(true)
}

/// A period that got rows after it had been rolled up: its buckets are counted anew, in every tier that holds them.
fn again(connection: &Connection, layouts: &mut Layouts, late: i64) -> Result<(), Fault> {
    let transaction = connection.unchecked_transaction()?;
    let (start, day) = (period::start(late), period::start(late).div_euclid(Tier::Day.span()));
    let days = progress::get(&transaction, Mark::Days)?.unwrap_or(i64::MIN);
    let weeks = progress::get(&transaction, Mark::Weeks)?.unwrap_or(i64::MIN);
    for (id, gathered) in gather(&transaction, layouts, late)? {
        if start >= days {
            merge_into(&transaction, Tier::Part, late, id, &gathered.buckets)?;
            continue;
        }
        let whole = merge_into(&transaction, Tier::Day, day, id, &gathered.buckets)?;
        if start < weeks {
            let mut hours = Vec::new();
            for bucket in &whole {
                push(&mut hours, hour_of(day, *bucket));
            }
            merge_into(&transaction, Tier::Week, start.div_euclid(Tier::Week.span()), id, &hours)?;
        }
    }
    progress::clear_late(&transaction, late)?;
    Ok(transaction.commit()?)
}

/// 5-minute buckets of a period by series, slots counted within the day.
fn gather(connection: &Connection, layouts: &mut Layouts, due: i64) -> Result<BTreeMap<u32, Gathered>, Fault> {
    let origin = Tier::Part.origin(due);
    let mut found: Vec<(u32, Gathered)> = Vec::new();
    let mut index: HashMap<u32, usize> = HashMap::new();
    // For the layout of the row before: where each of its slots goes.
    let mut current: Option<(std::sync::Arc<crate::table::layout::Layout>, Vec<usize>)> = None;
    hot::range(connection, period::start(due), period::end(due), |row| {
        if current.as_ref().is_none_or(|(layout, _)| layout.id != row.layout) {
            let layout = layouts.get(connection, row.layout)?;
            let places = layout.series.iter().map(|id| {
                *index.entry(*id).or_insert_with(|| {
                    found.push((*id, Gathered::default()));
                    found.len() - 1
                })
            });
            let places = places.collect();
            current = Some((layout, places));
        }
        let Some((layout, places)) = &current else { return Ok(()) };
        let slot = ((row.ts - origin) / Tier::Part.bucket()) as u32;
        Row::open(row.bytes, layout.series.len())
            .and_then(|open| {
                open.each(&layout.base, |place, value| {
                    let place = places.get(place).copied().unwrap_or(usize::MAX);
                    if let Some((_, gathered)) = found.get_mut(place) {
                        push(&mut gathered.buckets, Bucket::of(slot, value));
                        gathered.last = Some((row.ts, value));
                    }
                })
            })
            .map_err(Fault::malformed(hot::TABLE))
    })?;
    Ok(found.into_iter().filter(|(_, gathered)| gathered.last.is_some()).collect())
}

/// Buckets of the rows `from <= row < to` of a tier by series, each sent through `place`.
fn collect(
    connection: &Connection,
    tier: Tier,
    from: i64,
    to: i64,
    place: impl Fn(i64, Bucket) -> Bucket,
) -> Result<BTreeMap<u32, Vec<Bucket>>, Fault> {
    let mut whole: BTreeMap<u32, Vec<Bucket>> = BTreeMap::new();
    rollup::range(connection, tier, from, to, |row, id, bytes| {
        let into = whole.entry(id).or_default();
        buckets::decode(bytes, |bucket| push(into, place(row, bucket))).map_err(Fault::malformed(rollup::TABLE))
    })?;
    Ok(whole)
}

/// A 5-minute bucket of a day as part of an hour of its week.
fn hour_of(day: i64, bucket: Bucket) -> Bucket {
    const DAYS: i64 = Tier::Week.span() / Tier::Day.span();
    const PER_HOUR: u32 = (Tier::Week.bucket() / Tier::Day.bucket()) as u32;
    Bucket { slot: day.rem_euclid(DAYS) as u32 * 24 + bucket.slot / PER_HOUR, ..bucket }
}

/// Adds a bucket to those with slots up to its own.
fn push(buckets: &mut Vec<Bucket>, bucket: Bucket) {
    match buckets.last_mut() {
        Some(last) if last.slot == bucket.slot => last.merge(&bucket),
        _ => buckets.push(bucket),
    }
}

/// Stores buckets together with those that the row may hold already, and gives all.
fn merge_into(connection: &Connection, tier: Tier, row: i64, id: u32, fresh: &[Bucket]) -> Result<Vec<Bucket>, Fault> {
    let stored = rollup::find(connection, tier, row, id, |bytes| {
        buckets::decode_all(bytes).map_err(Fault::malformed(rollup::TABLE))
    })?;
    let merged = stored.map_or_else(|| fresh.to_vec(), |stored| buckets::replace(&stored, fresh));
    rollup::put(connection, tier, row, id, &buckets::encode(&merged))?;
    Ok(merged)
}

#[cfg(test)]
mod tests {
    use caretaker_core::metric::{Labels, Resolution};
    use caretaker_core::time::Span;

    use crate::metrics::testing::*;
    use crate::{EpochReason, Keep};

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
        assert_eq!(
            values.iter().map(|(_, value)| value.unwrap()).collect::<Vec<_>>(),
            [1.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0]
        );
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
        assert_eq!(
            last(&world),
            [("cpu".to_owned(), Some(2.0), Some(30_000)), ("gone".to_owned(), Some(7.0), Some(0))]
        );
        world.append(START + 10 * HOUR, &[("cpu", 3.0)]);
        world.store.roll_up(stamp(START + 10 * HOUR)).unwrap();
        assert_eq!(
            last(&world),
            [("cpu".to_owned(), Some(3.0), Some(36_000_000)), ("gone".to_owned(), Some(7.0), Some(0))]
        );
        assert!(
            world.store.points("gone", &Labels::none(), stamp(START), stamp(START + DAY), FIVE).unwrap().len() == 1
        );
    }
}
