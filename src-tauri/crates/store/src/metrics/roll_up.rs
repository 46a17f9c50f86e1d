//! Seals complete periods of two hours and rolls them up: parts of 5-minute buckets, a day of parts in one dense row, a
//! week of those in 1-hour buckets. Each step is one transaction with the point that says how far it came, so a step is
//! done or not done, and a crash in between repeats at most nothing. Rows that arrive for a period that is sealed already
//! (a clock set back) have that period sealed and rolled up again.

use rusqlite::Connection;

use super::gather::{Gathered, gather};
use super::layouts::Layouts;
use super::merge::{self, hour_of, merge_into, push};
use super::period;
use super::seal::seal;
use crate::codec::buckets::{self, Bucket};
use crate::codec::chunk::Samples;
use crate::error::Fault;
use crate::table::hot;
use crate::table::progress::{self, Mark};
use crate::table::rollup::{self, Tier};

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
}

impl RolledUp {
    pub(super) fn add(&mut self, other: Self) {
        self.periods += other.periods;
        self.days += other.days;
        self.weeks += other.weeks;
        self.repeated += other.repeated;
        self.caught_up += other.caught_up;
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
    Ok(None)
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
    let (start, day) = (period::start(late), period::start(late).div_euclid(Tier::Day.span()));
    let days = progress::get(&transaction, Mark::Days)?.unwrap_or(i64::MIN);
    let weeks = progress::get(&transaction, Mark::Weeks)?.unwrap_or(i64::MIN);
    let gathered = gather(&transaction, layouts, late)?;
    seal(&transaction, late, &gathered)?;
    for (id, samples) in &gathered.series {
        let fresh = buckets_of(&gathered, samples, late);
        if start >= days {
            merge_into(&transaction, Tier::Part, late, *id, &fresh)?;
            continue;
        }
        let whole = merge_into(&transaction, Tier::Day, day, *id, &fresh)?;
        if start < weeks {
            let mut hours = Vec::new();
            for bucket in &whole {
                push(&mut hours, hour_of(day, *bucket));
            }
            merge_into(&transaction, Tier::Week, start.div_euclid(Tier::Week.span()), *id, &hours)?;
        }
    }
    progress::clear_late(&transaction, late)?;
    Ok(transaction.commit()?)
}

/// 5-minute buckets of a series in a period, slots counted within the day.
fn buckets_of(gathered: &Gathered, samples: &Samples, period: i64) -> Vec<Bucket> {
    let origin = Tier::Part.origin(period);
    let mut found = Vec::new();
    for (round, value) in samples.iter() {
        if let Some(stamp) = gathered.stamps.get(round) {
            push(&mut found, Bucket::of(((stamp.ts - origin) / Tier::Part.bucket()) as u32, value));
        }
    }
    found
}

#[cfg(test)]
mod tests;
