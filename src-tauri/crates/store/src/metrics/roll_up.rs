//! Seals complete periods of two hours and rolls them up: parts of 5-minute buckets, a day of parts in one dense row, a
//! week of those in 1-hour buckets. The samples of a day that is over are sorted by series. Each step is one transaction with the point that says how far it came, so a step is
//! done or not done, and a crash in between repeats at most nothing. Rows that arrive for a period that is sealed already
//! (a clock set back) have that period sealed and rolled up again.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::gather::{Gathered, gather};
use super::layouts::Layouts;
use super::merge::{self, hour_of, merge_into, push};
use super::period;
use super::pushed::joined;
use super::seal::seal;
use crate::codec::buckets::{self, Bucket};
use crate::codec::chunk::Samples;
use crate::codec::pushed::Sample;
use crate::error::Fault;
use crate::table::chunk::{self, Sorting};
use crate::table::progress::{self, Mark};
use crate::table::rollup::{self, Tier};
use crate::table::{hot, inbox, pushed, series};

/// What a roll-up did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RolledUp {
    /// Periods of two hours.
    pub periods: usize,
    /// Whole days.
    pub days: usize,
    /// Whole weeks.
    pub weeks: usize,
    /// Periods that were sealed and rolled up again.
    pub repeated: usize,
    /// Periods that an earlier version had rolled up and not sealed.
    pub caught_up: usize,
    /// Periods whose pushed samples left the inbox.
    pub pushed: usize,
    /// Days whose samples were sorted by series.
    pub sorted: usize,
}

impl RolledUp {
    pub(super) fn add(&mut self, other: Self) {
        self.periods += other.periods;
        self.days += other.days;
        self.weeks += other.weeks;
        self.repeated += other.repeated;
        self.caught_up += other.caught_up;
        self.pushed += other.pushed;
        self.sorted += other.sorted;
    }
}

/// One step: what it did, and the period that it sealed.
pub(super) type Step = (RolledUp, Option<i64>);

/// Does the next step that is due at `now`; none when nothing is.
pub(super) fn step(connection: &Connection, layouts: &mut Layouts, now: i64) -> Result<Option<Step>, Fault> {
    if let Some(late) = progress::late(connection)?.into_iter().find(|late| period::end(*late) <= now) {
        again(connection, layouts, late)?;
        return Ok(Some((RolledUp { repeated: 1, ..RolledUp::default() }, Some(late))));
    }
    if let Some(due) = inbox::first_from(connection, i64::MIN)?.map(period::of)
        && period::end(due) <= now
    {
        pushed_period(connection, due)?;
        return Ok(Some((RolledUp { pushed: 1, ..RolledUp::default() }, None)));
    }
    let parts = progress::get(connection, Mark::Parts)?;
    if let Some(due) = due(connection, parts.unwrap_or(i64::MIN), now)? {
        part(connection, layouts, due)?;
        return Ok(Some((RolledUp { periods: 1, ..RolledUp::default() }, Some(due))));
    }
    let Some(parts) = parts else { return Ok(None) };
    if merge::day(connection, parts)? {
        return Ok(Some((RolledUp { days: 1, ..RolledUp::default() }, None)));
    }
    if merge::week(connection)? {
        return Ok(Some((RolledUp { weeks: 1, ..RolledUp::default() }, None)));
    }
    if let Some(left) = due(connection, i64::MIN, now)?.filter(|left| period::end(*left) <= parts) {
        let transaction = connection.unchecked_transaction()?;
        seal(&transaction, left, &gather(&transaction, layouts, left)?)?;
        transaction.commit()?;
        return Ok(Some((RolledUp { caught_up: 1, ..RolledUp::default() }, Some(left))));
    }
    // Last, when nothing is left that would be sealed among them.
    let transaction = connection.unchecked_transaction()?;
    let sorting = chunk::sort(&transaction, parts.min(now))?;
    transaction.commit()?;
    Ok(match sorting {
        Sorting::Nothing => None,
        Sorting::Some => Some((RolledUp::default(), None)),
        Sorting::Day => Some((RolledUp { sorted: 1, ..RolledUp::default() }, None)),
    })
}

/// The period of the first hot row at or after `from`, when it is over.
fn due(connection: &Connection, from: i64, now: i64) -> Result<Option<i64>, Fault> {
    let first = hot::first_from(connection, from)?.map(period::of);
    Ok(first.filter(|first| period::end(*first) <= now))
}

/// A period's rows are sealed and become parts.
fn part(connection: &Connection, layouts: &mut Layouts, due: i64) -> Result<(), Fault> {
    let transaction = connection.unchecked_transaction()?;
    let gathered = gather(&transaction, layouts, due)?;
    seal(&transaction, due, &gathered)?;
    for (id, samples) in &gathered.series {
        rollup::put(&transaction, Tier::Part, due, *id, &buckets::encode(&buckets_of(&gathered, samples, due)))?;
    }
    progress::set(&transaction, Mark::Parts, period::end(due))?;
    Ok(transaction.commit()?)
}

/// A period that got rows after it had been sealed: its buckets are counted anew, in every tier that holds them.
fn again(connection: &Connection, layouts: &mut Layouts, late: i64) -> Result<(), Fault> {
    let transaction = connection.unchecked_transaction()?;
    let gathered = gather(&transaction, layouts, late)?;
    seal(&transaction, late, &gathered)?;
    let tiers = Tiers::of(&transaction, late)?;
    for (id, samples) in &gathered.series {
        tiers.put(&transaction, *id, &buckets_of(&gathered, samples, late))?;
    }
    progress::clear_late(&transaction, late)?;
    Ok(transaction.commit()?)
}

/// The pushed samples of a period leave the inbox for one row a series, and are counted in every tier that holds the
/// period. What was sealed before is sealed with them once more.
fn pushed_period(connection: &Connection, due: i64) -> Result<(), Fault> {
    let transaction = connection.unchecked_transaction()?;
    let (start, end) = (period::start(due), period::end(due));
    let mut waiting: BTreeMap<u32, Vec<Sample>> = BTreeMap::new();
    inbox::range(&transaction, start, end, |series, sample| waiting.entry(series).or_default().push(sample))?;
    inbox::delete(&transaction, start, end)?;
    let tiers = Tiers::of(&transaction, due)?;
    for (id, waiting) in waiting {
        let samples = joined(pushed::find(&transaction, due, id)?, waiting);
        pushed::put(&transaction, due, id, &samples)?;
        if let Some(last) = samples.last() {
            series::remember_last(&transaction, id, last.ts, last.image)?;
        }
        let mut fresh = Vec::new();
        for sample in &samples {
            push(&mut fresh, Bucket::of_real(slot_of(sample.ts, due), sample.image));
        }
        tiers.put(&transaction, id, &fresh)?;
    }
    Ok(transaction.commit()?)
}

/// The tiers that a period of the past belongs to.
struct Tiers {
    period: i64,
    days: i64,
    weeks: i64,
}

impl Tiers {
    fn of(connection: &Connection, period: i64) -> Result<Self, Fault> {
        let mark = |mark| Ok::<_, Fault>(progress::get(connection, mark)?.unwrap_or(i64::MIN));
        Ok(Self { period, days: mark(Mark::Days)?, weeks: mark(Mark::Weeks)? })
    }

    /// Puts buckets that were counted anew wherever buckets of the period are.
    fn put(&self, connection: &Connection, id: u32, fresh: &[Bucket]) -> Result<(), Fault> {
        let start = period::start(self.period);
        if start >= self.days {
            merge_into(connection, Tier::Part, self.period, id, fresh)?;
            return Ok(());
        }
        let day = start.div_euclid(Tier::Day.span());
        let whole = merge_into(connection, Tier::Day, day, id, fresh)?;
        if start < self.weeks {
            let mut hours = Vec::new();
            for bucket in &whole {
                push(&mut hours, hour_of(day, *bucket));
            }
            merge_into(connection, Tier::Week, start.div_euclid(Tier::Week.span()), id, &hours)?;
        }
        Ok(())
    }
}

/// A bucket of one of the samples.
pub(super) const fn bucket_of(samples: &Samples, slot: u32, value: i64) -> Bucket {
    if samples.real { Bucket::of_real(slot, value) } else { Bucket::of(slot, value) }
}

/// The 5-minute slot of a stamp within the day of its period.
const fn slot_of(ts: i64, period: i64) -> u32 {
    ((ts - Tier::Part.origin(period)) / Tier::Part.bucket()) as u32
}

/// 5-minute buckets of a series in a period, slots counted within the day.
fn buckets_of(gathered: &Gathered, samples: &Samples, period: i64) -> Vec<Bucket> {
    let mut found = Vec::new();
    for (round, value) in samples.iter() {
        if let Some(stamp) = gathered.stamps.get(round) {
            push(&mut found, bucket_of(samples, slot_of(stamp.ts, period), value));
        }
    }
    found
}

#[cfg(test)]
mod tests;
