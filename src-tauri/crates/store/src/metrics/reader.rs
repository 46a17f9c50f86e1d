//! A read connection to `metrics.db` with what it remembers: the series, some layouts, the epochs.

use std::collections::HashMap;
use std::sync::Arc;

use caretaker_core::metric::{RoundId, SeriesEntry};
use caretaker_core::time::Timestamp;
use rusqlite::Connection;

use super::layouts::Layouts;
use super::period;
use crate::codec::row::Row;
use crate::error::Fault;
use crate::table::progress::Mark;
use crate::table::series::Series;
use crate::table::{hot, progress, series};

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
        let (count, highest): (u32, Option<u32>) = self
            .connection
            .prepare_cached("SELECT count(*), max(id) FROM series")?
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        if count as usize != self.series.len() || highest != self.series.keys().copied().max() {
            self.series = Arc::new(series::all(&self.connection)?.into_iter().map(|one| (one.id, one)).collect());
        }
        Ok(Arc::clone(&self.series))
    }

    /// Every series with its newest value: from the rows that are not rolled up yet, else as remembered at a rollup.
    pub(super) fn entries(&mut self) -> Result<Vec<SeriesEntry>, Fault> {
        let all = series::all(&self.connection)?;
        let mut newest: HashMap<u32, (i64, i64)> = HashMap::with_capacity(all.len());
        if let Some((id, _)) = self.newest()? {
            let rolled_up = progress::get(&self.connection, Mark::Parts)?.unwrap_or(i64::MIN);
            let lowest = rolled_up.max(id.at.as_millis() - period::LENGTH).min(id.at.as_millis());
            let mut ids = hot::ids_after(&self.connection, RoundId::default(), lowest, usize::MAX)?;
            ids.reverse();
            for id in ids {
                if newest.len() == all.len() {
                    break;
                }
                let (connection, layouts) = (&self.connection, &mut self.layouts);
                hot::find(connection, id.at.as_millis(), |row| {
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
            }
        }
        let mut entries: Vec<_> = all
            .into_iter()
            .map(|series| {
                let last = newest.get(&series.id).copied().or(series.last);
                SeriesEntry {
                    key: series.key.as_ref().clone(),
                    unit: series.unit,
                    kind: series.kind,
                    last: last.map(|(_, stored)| series.value(stored)),
                    at: last.map(|(ts, _)| Timestamp::from_millis(ts)),
                }
            })
            .collect();
        entries.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(entries)
    }
}
