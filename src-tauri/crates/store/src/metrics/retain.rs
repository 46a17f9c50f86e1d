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
use crate::table::{chunk, clocks, epoch, hot, inbox, layout, mark, processes, pushed, series};

/// Free pages that stay in the file, or an eighth of it if that is more: the next rounds need them, and moving pages
/// about only to ask for new ones costs writes.
const SPARE_PAGES: i64 = 256;
const SPARE_PART: i64 = 8;
/// Pages given back to the file system at once; rounds wait meanwhile.
const MOST_PAGES: i64 = 128;
/// How often that is done after a deletion.
pub(super) const MOST_STEPS: usize = 2;

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
    /// Rounds, and rows of pushed samples.
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
    Ok(Removed { rounds, rollups, others })
}

/// Samples that are rolled up, with the layouts that only their rows used. Whole days: the samples of one lie sorted by
/// series, so a part of it could not be told from the rest.
fn raw(connection: &Connection, wished: i64) -> Result<(usize, usize), Fault> {
    let Some(rolled_up) = progress::get(connection, Mark::Parts)? else { return Ok((0, 0)) };
    let late = progress::late(connection)?.first().map_or(i64::MAX, |late| period::start(*late));
    let waiting = inbox::first_from(connection, i64::MIN)?.unwrap_or(i64::MAX);
    let day = |ts: i64| ts.div_euclid(Tier::Day.span()) * Tier::Day.span();
    let cutoff = day(wished.min(rolled_up).min(late).min(waiting));
    let Some(first) = first_sample(connection)?.filter(|first| *first < cutoff) else { return Ok((0, 0)) };
    let until = a_day_on(Some(day(first)), cutoff);
    let hot = hot::delete(connection, i64::MIN, until)?;
    let sealed = clocks::delete_before(connection, period::of(until))?;
    chunk::delete_before(connection, period::of(until))?;
    let pushed = pushed::delete_before(connection, period::of(until))?;
    // A row at the very start of a period may still use the layout of the one before.
    let layouts = layout::delete_before(connection, period::of(until) - 1)?;
    let before = progress::get(connection, Mark::RawDeleted)?.unwrap_or(i64::MIN);
    progress::set(connection, Mark::RawDeleted, until.max(before))?;
    Ok((hot + sealed + pushed, layouts))
}

/// A stamp that no sample lies before, in the period of the first one.
fn first_sample(connection: &Connection) -> Result<Option<i64>, Fault> {
    let sealed = clocks::first(connection)?.into_iter().chain(pushed::first(connection)?).map(period::start);
    let single = hot::first_from(connection, i64::MIN)?.into_iter().chain(inbox::first_from(connection, i64::MIN)?);
    Ok(single.chain(sealed).min())
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
    let mut oldest = first_sample(connection)?.unwrap_or(i64::MAX);
    for tier in [Tier::Part, Tier::Day, Tier::Week] {
        let first = rollup::first_from(connection, tier, rollup::FIRST_ROW)?;
        oldest = oldest.min(first.map_or(i64::MAX, |row| row * tier.span()));
    }
    series::delete_unseen_since(connection, wished.min(oldest), |id| {
        Ok(appender.uses(id) || inbox::has(connection, id)?)
    })
}

/// The cutoff, but no more than a day after the first row.
fn a_day_on(first: Option<i64>, cutoff: i64) -> i64 {
    first.map_or(cutoff, |first| cutoff.min(first.saturating_add(Tier::Day.span())))
}

/// Gives some free pages back to the file system; false when there are none to give.
pub(super) fn give_back(connection: &Connection) -> Result<bool, Fault> {
    let count = |pragma: &str| connection.query_row(pragma, [], |row| row.get::<_, i64>(0));
    let free = count("PRAGMA freelist_count")?;
    let spare = SPARE_PAGES.max(count("PRAGMA page_count")? / SPARE_PART);
    if free <= spare {
        return Ok(false);
    }
    let pages = (free - spare / 2).min(MOST_PAGES);
    let mut statement = connection.prepare(&format!("PRAGMA incremental_vacuum({pages})"))?;
    let mut rows = statement.query([])?;
    // Each step frees one page.
    while rows.next()?.is_some() {}
    Ok(true)
}

#[cfg(test)]
mod tests;
