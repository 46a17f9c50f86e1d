//! A read connection to `metrics.db` with what it remembers: the series, some layouts, the epochs.

use std::collections::HashMap;
use std::sync::Arc;

use caretaker_core::metric::{Pushed, RoundId, SeriesEntry};
use caretaker_core::time::Timestamp;
use rusqlite::Connection;

use super::block::Block;
use super::layouts::Layouts;
use super::{period, pushed, rounds};
use crate::codec::row::Row;
use crate::error::Fault;
use crate::table::chunk::Sorted;
use crate::table::progress::Mark;
use crate::table::series::Series;
use crate::table::{hot, inbox, progress, series};

/// A connection that only reads.
pub(super) struct Reader {
    pub(super) connection: Connection,
    pub(super) layouts: Layouts,
    series: Arc<HashMap<u32, Series>>,
}

impl Reader {
    pub(super) fn new(connection: Connection) -> Self {
        Self { connection, layouts: Layouts::default(), series: Arc::default() }
    }

    /// All series by number, read anew only when there are others.
    pub(super) fn series(&mut self) -> Result<Arc<HashMap<u32, Series>>, Fault> {
        if self.series.is_empty() {
            return self.all_series();
        }
        let (count, highest): (u32, Option<u32>) = self
            .connection
            .prepare_cached("SELECT count(*), max(id) FROM series")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if count as usize != self.series.len() || highest != self.series.keys().copied().max() {
            return self.all_series();
        }
        Ok(Arc::clone(&self.series))
    }

    fn all_series(&mut self) -> Result<Arc<HashMap<u32, Series>>, Fault> {
        self.series = Arc::new(series::all(&self.connection)?.into_iter().map(|one| (one.id, one)).collect());
        Ok(Arc::clone(&self.series))
    }

    /// Every series with its newest value: from the rounds that are not rolled up yet, else as remembered at a rollup.
    pub(super) fn entries(&mut self) -> Result<Vec<SeriesEntry>, Fault> {
        let snapshot = self.connection.unchecked_transaction()?;
        let all = series::all(&snapshot)?;
        let (pushed, measured): (Vec<Series>, Vec<Series>) = all.into_iter().partition(|series| series.pushed);
        let mut newest = newest_values(&snapshot, &mut self.layouts, &measured)?;
        if !pushed.is_empty() {
            newest.extend(inbox::newest(&snapshot)?.into_iter().map(|(id, ts, image)| (id, (ts, image))));
        }
        drop(snapshot);
        let mut entries: Vec<_> = measured.iter().chain(&pushed).map(|series| entry(series, &newest)).collect();
        entries.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(entries)
    }

    /// Every series that is pushed, with its newest value.
    pub(super) fn pushed_entries(&mut self) -> Result<Vec<SeriesEntry>, Fault> {
        let series = self.series()?;
        if series.values().all(|series| !series.pushed) {
            return Ok(Vec::new());
        }
        let snapshot = self.connection.unchecked_transaction()?;
        let newest = inbox::newest(&snapshot)?.into_iter().map(|(id, ts, image)| (id, (ts, image))).collect();
        let all = series::all(&snapshot)?;
        drop(snapshot);
        Ok(all.iter().filter(|series| series.pushed).map(|series| entry(series, &newest)).collect())
    }

    /// Pushed samples that came after `after` and until `until`, as rules judge them.
    pub(super) fn pushed_after(&mut self, after: Timestamp, until: Timestamp) -> Result<Vec<Pushed>, Fault> {
        let series = self.series()?;
        let wanted = series.iter().filter(|(_, series)| series.pushed).map(|(id, series)| (*id, series)).collect();
        let snapshot = self.connection.unchecked_transaction()?;
        pushed::news(&snapshot, &wanted, after.as_millis(), until.as_millis())
    }
}

/// A series with the newer of its newest value and the one remembered at a seal.
fn entry(series: &Series, newest: &HashMap<u32, (i64, i64)>) -> SeriesEntry {
    let last = newest.get(&series.id).copied();
    // Something old may have been pushed after something new was sealed.
    let sealed = series.last.filter(|(ts, _)| series.pushed && last.is_some_and(|(newest, _)| newest < *ts));
    let last = sealed.or(last).or(series.last);
    SeriesEntry {
        key: series.key.as_ref().clone(),
        unit: series.unit,
        kind: series.kind,
        pushed: series.pushed,
        last: last.map(|(_, stored)| series.value(stored)),
        at: last.map(|(ts, _)| Timestamp::from_millis(ts)),
    }
}

/// Stamps and stored numbers of the rounds that are not rolled up, and of the very last one, by number of the series.
fn newest_values(
    connection: &Connection,
    layouts: &mut Layouts,
    all: &[Series],
) -> Result<HashMap<u32, (i64, i64)>, Fault> {
    let mut newest: HashMap<u32, (i64, i64)> = HashMap::with_capacity(all.len());
    let Some((id, _)) = rounds::newest(connection, layouts)? else { return Ok(newest) };
    let rolled_up = progress::get(connection, Mark::Parts)?.unwrap_or(i64::MIN);
    let lowest = rolled_up.max(id.at.as_millis() - period::LENGTH).min(id.at.as_millis());
    let wanted: HashMap<u32, &Series> = all.iter().map(|series| (series.id, series)).collect();
    let sorted = Sorted::read(connection)?;
    let mut opened: Option<Block<'_>> = None;
    for id in rounds::ids_after(connection, RoundId::default(), lowest, usize::MAX)?.into_iter().rev() {
        if newest.len() == all.len() {
            break;
        }
        let ts = id.at.as_millis();
        let found = hot::find(connection, ts, |row| {
            let layout = layouts.get(connection, row.layout)?;
            Row::open(row.bytes, layout.series.len())
                .and_then(|open| {
                    open.each(&layout.base, |slot, value| {
                        if let Some(series) = layout.series.get(slot) {
                            newest.entry(*series).or_insert((row.ts, value));
                        }
                    })
                })
                .map_err(Fault::malformed(hot::TABLE))
        })?;
        if found.is_some() {
            continue;
        }
        let block = match opened.take().filter(|block| block.period == period::of(ts)) {
            Some(block) => opened.insert(block),
            None => opened.insert(Block::open(connection, &sorted, period::of(ts), &wanted)?),
        };
        if let Some((round, stamp)) = block.find(ts) {
            for (series, value) in block.values(round) {
                newest.entry(series.id).or_insert((stamp.ts, value));
            }
        }
    }
    Ok(newest)
}
