//! A sealed period, opened for whoever wants its rounds one by one.

use std::collections::HashMap;

use rusqlite::Connection;

use crate::codec::chunk::{self as codec, Samples};
use crate::codec::clocks::Stamp;
use crate::error::Fault;
use crate::table::chunk::{self, Sorted};
use crate::table::clocks;
use crate::table::series::Series;

/// Up to this many series are looked up one by one; for more, all of the period are read in a row, where they lie so.
const FEW: usize = 16;

/// The rounds of a period with the samples of some series.
pub(super) struct Block<'a> {
    pub(super) period: i64,
    /// In the order of their stamps; none when the period is not sealed.
    stamps: Vec<Stamp>,
    series: Vec<(&'a Series, Samples)>,
}

impl<'a> Block<'a> {
    /// Opens a period for some series, by number.
    pub(super) fn open(
        connection: &Connection,
        sorted: &Sorted,
        period: i64,
        wanted: &HashMap<u32, &'a Series>,
    ) -> Result<Self, Fault> {
        let Some(stamps) = clocks::find(connection, period)? else {
            return Ok(Self { period, stamps: Vec::new(), series: Vec::new() });
        };
        let mut series = Vec::with_capacity(wanted.len());
        let mut take = |one: &'a Series, bytes: &[u8]| {
            let mut samples = Samples::default();
            codec::decode(bytes, stamps.len(), &mut samples).map_err(Fault::malformed(chunk::TABLE))?;
            series.push((one, samples));
            Ok(())
        };
        if wanted.len() <= FEW || sorted.holds(period) {
            let mut wanted: Vec<_> = wanted.values().collect();
            wanted.sort_by_key(|one| one.id);
            for one in wanted {
                chunk::find(connection, sorted, period, one.id, |bytes| take(one, bytes))?;
            }
        } else {
            chunk::of_period(connection, sorted, period, |id, bytes| match wanted.get(&id) {
                Some(one) => take(one, bytes),
                None => Ok(()),
            })?;
        }
        Ok(Self { period, stamps, series })
    }

    /// The round with that stamp, by its position.
    pub(super) fn find(&self, ts: i64) -> Option<(usize, &Stamp)> {
        let position = self.stamps.binary_search_by_key(&ts, |stamp| stamp.ts).ok()?;
        Some((position, self.stamps.get(position)?))
    }

    /// What the round at a position measured, in the order of the numbers of the series.
    pub(super) fn values(&self, round: usize) -> impl Iterator<Item = (&'a Series, i64)> {
        self.series.iter().filter_map(move |(series, samples)| Some((*series, samples.get(round)?)))
    }
}
