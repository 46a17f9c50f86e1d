//! All samples of one period by series, wherever they lie: for sealing it, and for the rare period that is sealed and got
//! further rows since.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;

use super::layouts::Layouts;
use super::period;
use crate::codec::chunk::{self as chunk_codec, Samples};
use crate::codec::clocks::Stamp;
use crate::codec::row::Row;
use crate::error::Fault;
use crate::table::chunk::{self, Sorted};
use crate::table::layout::Layout;
use crate::table::{clocks, hot, series};

/// The rounds of a period and what they measured.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    /// The rounds in the order of their stamps.
    pub(super) stamps: Vec<Stamp>,
    /// Samples by number of the series, in that order; series without any are not there.
    pub(super) series: Vec<(u32, Samples)>,
}

/// Reads a period.
pub(super) fn gather(connection: &Connection, layouts: &mut Layouts, period: i64) -> Result<Gathered, Fault> {
    let mut gathered = sealed(connection, period)?;
    let sealed = gathered.stamps.len();
    hot_rows(connection, layouts, period, &mut gathered)?;
    if sealed > 0 && !gathered.stamps.is_sorted_by_key(|stamp| stamp.ts) {
        sort(&mut gathered);
    }
    gathered.series.retain(|(_, samples)| !samples.rounds.is_empty());
    gathered.series.sort_by_key(|(id, _)| *id);
    Ok(gathered)
}

fn sealed(connection: &Connection, period: i64) -> Result<Gathered, Fault> {
    let Some(stamps) = clocks::find(connection, period)? else { return Ok(Gathered::default()) };
    let mut series = Vec::new();
    chunk::of_period(connection, &Sorted::read(connection)?, period, |id, bytes| {
        let mut samples = Samples::default();
        chunk_codec::decode(bytes, stamps.len(), &mut samples).map_err(Fault::malformed(chunk::TABLE))?;
        series.push((id, samples));
        Ok(())
    })?;
    Ok(Gathered { stamps, series })
}

/// Adds the hot rows of a period.
fn hot_rows(connection: &Connection, layouts: &mut Layouts, period: i64, gathered: &mut Gathered) -> Result<(), Fault> {
    let real = series::real_ones(connection)?;
    let Gathered { stamps, series } = gathered;
    let mut index: HashMap<u32, usize> = series.iter().enumerate().map(|(place, (id, _))| (*id, place)).collect();
    // For the layout of the row before: where each of its slots goes.
    let mut current: Option<(Arc<Layout>, Vec<usize>)> = None;
    hot::range(connection, period::start(period), period::end(period), |row| {
        if current.as_ref().is_none_or(|(layout, _)| layout.id != row.layout) {
            let layout = layouts.get(connection, row.layout)?;
            let places = layout.series.iter().map(|id| {
                *index.entry(*id).or_insert_with(|| {
                    series.push((*id, Samples { real: real.contains(id), ..Samples::default() }));
                    series.len() - 1
                })
            });
            let places = places.collect();
            current = Some((layout, places));
        }
        let Some((layout, places)) = &current else { return Ok(()) };
        let round = stamps.len() as u32;
        let open = Row::open(row.bytes, layout.series.len()).map_err(Fault::malformed(hot::TABLE))?;
        stamps.push(Stamp { ts: row.ts, epoch: row.epoch, clocks: open.clocks });
        open.each(&layout.base, |slot, value| {
            if let Some((_, samples)) = places.get(slot).and_then(|place| series.get_mut(*place)) {
                samples.push(round, value);
            }
        })
        .map_err(Fault::malformed(hot::TABLE))
    })
}

/// Brings sealed and later rounds into one order of time.
fn sort(gathered: &mut Gathered) {
    let mut order: Vec<usize> = (0..gathered.stamps.len()).collect();
    order.sort_by_key(|round| gathered.stamps.get(*round).map(|stamp| stamp.ts));
    let mut place = vec![0_u32; order.len()];
    for (now, before) in order.iter().enumerate() {
        if let Some(place) = place.get_mut(*before) {
            *place = now as u32;
        }
    }
    gathered.stamps.sort_by_key(|stamp| stamp.ts);
    for (_, samples) in &mut gathered.series {
        let mut pairs: Vec<(u32, i64)> =
            samples.iter().map(|(round, value)| (place.get(round).copied().unwrap_or_default(), value)).collect();
        pairs.sort_unstable();
        (samples.rounds, samples.values) = pairs.into_iter().unzip();
    }
}
