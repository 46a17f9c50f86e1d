//! Pushed samples where they are read and where they are sealed: those of a sealed period, those of the inbox, and in a
//! period that has both, the inbox knows better.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use caretaker_core::metric::{Pushed, Reading};
use caretaker_core::time::Timestamp;
use rusqlite::Connection;

use super::period;
use crate::codec::pushed::Sample;
use crate::codec::real;
use crate::error::Fault;
use crate::table::series::Series;
use crate::table::{inbox, pushed};

/// A sample that came later than this after its stamp is history and no news: rules do not judge it.
const NEWS: i64 = 10 * 60_000;
/// Up to this many series are looked up one by one; for more, all of a span are read in a row.
const FEW: usize = 4;

/// Whether a sample of `ts` that came at `seen` is news.
pub(super) const fn is_news(ts: i64, seen: i64) -> bool {
    seen.saturating_sub(ts) <= NEWS
}

/// Samples by number of the series, in the order of their stamps.
pub(super) type BySeries = BTreeMap<u32, Vec<Sample>>;

/// The samples of some series with `from <= ts < to`, wherever they lie.
pub(super) fn between(
    connection: &Connection,
    wanted: &HashMap<u32, &Series>,
    from: i64,
    to: i64,
) -> Result<BySeries, Fault> {
    let mut found = BySeries::new();
    if wanted.is_empty() || from >= to {
        return Ok(found);
    }
    let (first, end) = (period::of(from), period::of(to - 1) + 1);
    let mut add = |series: u32, samples: Vec<Sample>| {
        let within = samples.into_iter().filter(|sample| sample.ts >= from && sample.ts < to);
        found.entry(series).or_default().extend(within);
    };
    if wanted.len() <= FEW && end - first <= 512 {
        for period in pushed::periods(connection, first, end)? {
            for series in wanted.keys() {
                add(*series, pushed::find(connection, period, *series)?);
            }
        }
    } else {
        pushed::range(connection, first, end, |series| wanted.contains_key(&series), &mut add)?;
    }
    let mut waiting: BTreeMap<u32, Vec<Sample>> = BTreeMap::new();
    inbox::range(connection, from, to, |series, sample| {
        if wanted.contains_key(&series) {
            waiting.entry(series).or_default().push(sample);
        }
    })?;
    for (series, waiting) in waiting {
        let samples = found.entry(series).or_default();
        *samples = joined(std::mem::take(samples), waiting);
    }
    found.retain(|_, samples| !samples.is_empty());
    Ok(found)
}

/// Both in the order of their stamps, of two with the same stamp the later one.
pub(super) fn joined(mut earlier: Vec<Sample>, later: Vec<Sample>) -> Vec<Sample> {
    if earlier.last().zip(later.first()).is_none_or(|(last, first)| last.ts < first.ts) {
        earlier.extend(later);
        return earlier;
    }
    let mut all: BTreeMap<i64, Sample> = earlier.into_iter().map(|sample| (sample.ts, sample)).collect();
    all.extend(later.into_iter().map(|sample| (sample.ts, sample)));
    all.into_values().collect()
}

/// Periods that have samples in the inbox, from that stamp on.
pub(super) fn waiting_periods(connection: &Connection, from: i64) -> Result<BTreeSet<i64>, Fault> {
    let mut periods = BTreeSet::new();
    let mut next = inbox::first_from(connection, from)?;
    while let Some(ts) = next {
        periods.insert(period::of(ts));
        next = inbox::first_from(connection, period::end(period::of(ts)))?;
    }
    Ok(periods)
}

/// Samples of some series that came with `after < seen <= until` and were news then, in the order in which they came,
/// and together in the order of their stamps.
pub(super) fn news(
    connection: &Connection,
    wanted: &HashMap<u32, &Series>,
    after: i64,
    until: i64,
) -> Result<Vec<Pushed>, Fault> {
    // A stamp may lie a little ahead of when it came.
    let (from, to) = (after.saturating_sub(NEWS), until.saturating_add(NEWS));
    let mut news = Vec::new();
    for (id, samples) in between(connection, wanted, from, to)? {
        let Some(series) = wanted.get(&id) else { continue };
        let fresh = |sample: &Sample| sample.seen > after && sample.seen <= until && is_news(sample.ts, sample.seen);
        news.extend(samples.into_iter().filter(fresh).map(|sample| Pushed {
            reading: Reading {
                key: Arc::clone(&series.key),
                unit: series.unit,
                kind: series.kind,
                value: real::value(sample.image),
            },
            at: Timestamp::from_millis(sample.ts),
            seen: Timestamp::from_millis(sample.seen),
        }));
    }
    news.sort_by_key(|one| (one.seen, one.at));
    Ok(news)
}
