//! Stored rounds as rounds again, hot or sealed: for replaying those not yet judged, for refilling windows after a start
//! and for backtests.

use std::collections::{BTreeSet, HashMap};

use caretaker_core::metric::{ProcessReading, Reading, Round, RoundId};
use caretaker_core::time::{Moment, Span, Timestamp};
use rusqlite::Connection;

use super::block::Block;
use super::layouts::Layouts;
use super::reader::Reader;
use super::{period, pushed};
use crate::codec::clocks::Stamp;
use crate::codec::row::Row;
use crate::error::Fault;
use crate::table::chunk::Sorted;
use crate::table::epoch::{self, Epoch};
use crate::table::series::Series;
use crate::table::{clocks, hot, processes};

/// The first row of an epoch may carry a stamp slightly before its beginning, when the clock is being slewed.
const SLEW: i64 = 5_000;

/// What of a round is wanted.
#[derive(Clone, Copy)]
enum Wanted<'a> {
    /// Everything.
    Whole,
    /// All series and no list of processes.
    Series,
    /// Only the series of these names.
    Named(&'a BTreeSet<String>),
}

/// Cuts identities into pieces of about that many, at the ends of periods where it can: opening one costs the most.
pub(super) fn pages(ids: &[RoundId], about: usize) -> impl Iterator<Item = &[RoundId]> {
    let period = |id: &RoundId| period::of(id.at.as_millis());
    let mut taken = 0;
    ids.chunk_by(move |one, next| {
        taken += 1;
        let goes_on = if period(one) == period(next) { taken < 2 * about } else { taken < about };
        if !goes_on {
            taken = 0;
        }
        goes_on
    })
}

impl Reader {
    /// The round measured last, with its clocks.
    pub(super) fn newest(&mut self) -> Result<Option<(RoundId, Moment)>, Fault> {
        let snapshot = self.connection.unchecked_transaction()?;
        newest(&snapshot, &mut self.layouts)
    }

    /// At most `limit` rounds that were measured after `id`, in that order.
    pub(super) fn rounds_after(&mut self, id: RoundId, limit: usize) -> Result<Vec<Round>, Fault> {
        let series = self.series()?;
        // One snapshot: a period that is sealed meanwhile must not be missed in both places.
        let snapshot = self.connection.unchecked_transaction()?;
        let epochs = epoch::all(&snapshot)?;
        let later =
            epochs.iter().filter(|epoch| epoch.id > id.epoch).map(|epoch| epoch.started.wall.as_millis() - SLEW);
        let lowest = later.fold(id.at.as_millis(), i64::min);
        let ids = ids_after(&snapshot, id, lowest, limit)?;
        load(&snapshot, &mut self.layouts, (id.at, &ids), (&epochs, &series), Wanted::Whole)
    }

    /// Rounds stamped `since` or later in the order in which they were measured, without their processes.
    pub(super) fn recent_rounds(&mut self, since: Timestamp) -> Result<Vec<Round>, Fault> {
        let series = self.series()?;
        let snapshot = self.connection.unchecked_transaction()?;
        let epochs = epoch::all(&snapshot)?;
        let ids = ids_after(&snapshot, RoundId::default(), since.as_millis(), usize::MAX)?;
        load(&snapshot, &mut self.layouts, (before(since), &ids), (&epochs, &series), Wanted::Series)
    }

    /// Identities of the rounds stamped `since` or later, in the order in which they were measured.
    pub(super) fn ids_since(&mut self, since: Timestamp) -> Result<Vec<RoundId>, Fault> {
        let snapshot = self.connection.unchecked_transaction()?;
        ids_after(&snapshot, RoundId::default(), since.as_millis(), usize::MAX)
    }

    /// These rounds as far as they are still there, with nothing in them but the series of these names. What was pushed
    /// before the first of them is in it if it came after `after`.
    pub(super) fn rounds_of(
        &mut self,
        after: Timestamp,
        ids: &[RoundId],
        names: &BTreeSet<String>,
    ) -> Result<Vec<Round>, Fault> {
        let series = self.series()?;
        let snapshot = self.connection.unchecked_transaction()?;
        let epochs = epoch::all(&snapshot)?;
        load(&snapshot, &mut self.layouts, (after, ids), (&epochs, &series), Wanted::Named(names))
    }

    /// The stamp of the oldest sample kept in full.
    pub(super) fn oldest(&mut self) -> Result<Option<Timestamp>, Fault> {
        let snapshot = self.connection.unchecked_transaction()?;
        let sealed = match clocks::first(&snapshot)? {
            Some(period) => clocks::find(&snapshot, period)?.unwrap_or_default(),
            None => Vec::new(),
        };
        let sealed = sealed.first().map(|stamp| stamp.ts);
        Ok(hot::first_from(&snapshot, i64::MIN)?.into_iter().chain(sealed).min().map(Timestamp::from_millis))
    }
}

/// The stamp before another one.
pub(super) fn before(at: Timestamp) -> Timestamp {
    at - Span::from_millis(1)
}

/// The round measured last, hot or sealed.
pub(super) fn newest(connection: &Connection, layouts: &mut Layouts) -> Result<Option<(RoundId, Moment)>, Fault> {
    for epoch in epoch::all(connection)?.into_iter().rev() {
        let lowest = epoch.started.wall.as_millis() - SLEW;
        let in_rows = hot::newest_of(connection, epoch.id, lowest)?;
        let sealed = clocks::newest_of(connection, epoch.id, period::of(lowest))?;
        if let Some(stamp) = sealed.filter(|stamp| in_rows.is_none_or(|ts| ts < stamp.ts)) {
            return Ok(Some((stamp.id(), epoch.moment(stamp.clocks, stamp.ts))));
        }
        let Some(ts) = in_rows else { continue };
        let id = RoundId { epoch: epoch.id, at: Timestamp::from_millis(ts) };
        let clocks = hot::find(connection, ts, |row| {
            let layout = layouts.get(connection, row.layout)?;
            let open = Row::open(row.bytes, layout.series.len()).map_err(Fault::malformed(hot::TABLE))?;
            Ok(open.clocks)
        })?;
        return Ok(clocks.map(|clocks| (id, epoch.moment(clocks, ts))));
    }
    Ok(None)
}

/// Identities of at most `limit` rounds stamped `lowest` or later that come after `id`, in the order in which they were
/// measured.
pub(super) fn ids_after(
    connection: &Connection,
    id: RoundId,
    lowest: i64,
    limit: usize,
) -> Result<Vec<RoundId>, Fault> {
    let mut ids = Vec::new();
    clocks::each_from(connection, period::of(lowest), |stamps| {
        ids.extend(stamps.iter().filter(|stamp| stamp.ts >= lowest).map(Stamp::id).filter(|one| *one > id));
    })?;
    ids.extend(hot::ids_after(connection, id, lowest, limit)?);
    ids.sort_unstable();
    ids.truncate(limit);
    Ok(ids)
}

/// Loads rounds. What was pushed is in the first one that is not before its coming; in the first of all if it came after
/// `after`.
fn load(
    connection: &Connection,
    layouts: &mut Layouts,
    (after, ids): (Timestamp, &[RoundId]),
    (epochs, series): (&[Epoch], &HashMap<u32, Series>),
    wanted: Wanted<'_>,
) -> Result<Vec<Round>, Fault> {
    let series: HashMap<u32, &Series> = series
        .iter()
        .filter(|(_, series)| match wanted {
            Wanted::Whole | Wanted::Series => true,
            Wanted::Named(names) => names.contains(&series.key.name),
        })
        .map(|(id, series)| (*id, series))
        .collect();
    let reading = |series: &Series, stored| Reading {
        key: series.key.clone(),
        unit: series.unit,
        kind: series.kind,
        value: series.value(stored),
    };
    let mut rounds = Vec::with_capacity(ids.len());
    let sorted = Sorted::read(connection)?;
    let mut opened: Option<Block<'_>> = None;
    let mut lists: Option<(i64, HashMap<i64, Vec<ProcessReading>>)> = None;
    for id in ids {
        let position = epochs.binary_search_by_key(&id.epoch, |epoch| epoch.id).ok();
        let epoch = position.and_then(|position| epochs.get(position));
        let epoch = epoch.ok_or(Fault::UnknownEpoch { epoch: id.epoch })?;
        let ts = id.at.as_millis();
        let block = match opened.take().filter(|block| block.period == period::of(ts)) {
            Some(block) => opened.insert(block),
            None => opened.insert(Block::open(connection, &sorted, period::of(ts), &series)?),
        };
        let (clocks, readings) = if let Some((position, stamp)) = block.find(ts) {
            (stamp.clocks, block.values(position).map(|(series, stored)| reading(series, stored)).collect())
        } else {
            let found = hot::find(connection, ts, |row| {
                let layout = layouts.get(connection, row.layout)?;
                let open = Row::open(row.bytes, layout.series.len()).map_err(Fault::malformed(hot::TABLE))?;
                let mut readings = Vec::with_capacity(layout.series.len().min(series.len()));
                open.each(&layout.base, |slot, stored| {
                    let series = layout.series.get(slot).and_then(|id| series.get(id));
                    readings.extend(series.map(|series| reading(series, stored)));
                })
                .map_err(Fault::malformed(hot::TABLE))?;
                Ok((open.clocks, readings))
            })?;
            let Some(found) = found else { continue };
            found
        };
        let processes = match wanted {
            Wanted::Whole => {
                let period = period::of(ts);
                if lists.as_ref().is_none_or(|(known, _)| *known != period) {
                    let found = processes::of_period(connection, period)?;
                    lists = Some((period, found.into_iter().collect()));
                }
                match lists.as_mut().and_then(|(_, lists)| lists.remove(&ts)) {
                    Some(list) => Some(list),
                    None => processes::of_round(connection, ts)?,
                }
            }
            Wanted::Series | Wanted::Named(_) => None,
        };
        rounds.push(Round {
            id: *id,
            moment: epoch.moment(clocks, ts),
            interval: Span::from_millis(clocks.interval),
            readings,
            processes,
        });
    }
    let pushed: HashMap<u32, &Series> = series.into_iter().filter(|(_, series)| series.pushed).collect();
    if !pushed.is_empty() {
        add_pushed(connection, &pushed, after, &mut rounds)?;
    }
    Ok(rounds)
}

/// Adds what was pushed between the rounds. Where the clock was set back, what came within an interval before a round is
/// its.
fn add_pushed(
    connection: &Connection,
    wanted: &HashMap<u32, &Series>,
    after: Timestamp,
    rounds: &mut [Round],
) -> Result<(), Fault> {
    let mut last = after;
    let windows: Vec<(Timestamp, Timestamp)> = rounds
        .iter()
        .map(|round| {
            let after = if last < round.id.at { last } else { round.id.at - round.interval };
            last = round.id.at;
            (after, round.id.at)
        })
        .collect();
    let stamps = || windows.iter().flat_map(|(after, until)| [*after, *until]);
    let (Some(first), Some(end)) = (stamps().min(), stamps().max()) else { return Ok(()) };
    let news = pushed::news(connection, wanted, first.as_millis(), end.as_millis())?;
    for (round, (after, until)) in rounds.iter_mut().zip(windows) {
        let from = news.partition_point(|one| one.seen <= after);
        let to = news.partition_point(|one| one.seen <= until);
        round.readings.extend(news.get(from..to).unwrap_or_default().iter().map(|one| one.reading.clone()));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
