//! The one place where stored samples become points: picks the tiers that answer a question, merges them in time
//! order and says where nothing was measured.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::sync::Arc;

use caretaker_core::metric::{Resolution, SeriesPoints};
use caretaker_core::time::Timestamp;
use rusqlite::Connection;

use super::gather::gather;
use super::layouts::Layouts;
use super::period;
use super::points::{Cell, Rhythm, add, finish, in_order};
use super::pushed;
use super::raw::{Stretch, stretches};
use super::reader::Reader;
use super::roll_up::bucket_of;
use super::selection::Selection;
use crate::codec::buckets;
use crate::codec::chunk::{self as chunk_codec, Samples};
use crate::codec::clocks::Stamp;
use crate::codec::row::Row;
use crate::error::Fault;
use crate::table::chunk::{self, Sorted};
use crate::table::layout::Layout;
use crate::table::progress::{self, Mark};
use crate::table::rollup::{self, Tier};
use crate::table::series::{Encoding, Series};
use crate::table::{clocks, hot};

/// Up to this many series are looked up one by one; for more, all rows of a span are read in a row.
const FEW: usize = 4;
/// The same for chunks, of which a period has far more bytes.
const FEW_CHUNKS: usize = 16;

impl Reader {
    /// Points of the selected series, sorted by key. Series without a value in the range are left out.
    pub(super) fn points(
        &mut self,
        selection: &Selection,
        from: Timestamp,
        to: Timestamp,
        resolution: Resolution,
    ) -> Result<Vec<SeriesPoints>, Fault> {
        let known = self.series()?;
        let mut wanted: Vec<&Series> = known.values().filter(|series| selection.takes(&series.key)).collect();
        wanted.sort_by(|one, other| one.key.cmp(&other.key));
        let step = match resolution {
            Resolution::Raw => 1,
            Resolution::Step(span) => span.as_millis().max(1),
        };
        // Whole steps: a bucket cut in two would show another value at every look.
        let (from, to) = (
            from.as_millis().div_euclid(step) * step,
            to.as_millis().div_euclid(step) * step + if to.as_millis().rem_euclid(step) == 0 { 0 } else { step },
        );
        // What is pushed lies elsewhere and keeps no beat; most have none of it.
        let (pushed, measured): (Vec<&Series>, Vec<&Series>) = wanted.into_iter().partition(|series| series.pushed);
        // One snapshot over all tiers, so that a rollup in between neither hides nor doubles a sample.
        let snapshot = self.connection.unchecked_transaction()?;
        let mut found = Vec::with_capacity(measured.len() + pushed.len());
        for (source, series) in [(Source::Rounds, measured), (Source::Pushed, pushed)] {
            if series.is_empty() {
                continue;
            }
            let mut gathering = Gathering::new(&snapshot, &mut self.layouts, &series, (from, to, step));
            gathering.run(source)?;
            let Gathering { cells, rhythm, .. } = gathering;
            let cells = series.into_iter().zip(cells).filter(|(_, cells)| !cells.is_empty());
            found.extend(cells.map(|(series, cells)| finish(series, in_order(cells), step, &rhythm)));
        }
        drop(snapshot);
        found.sort_by(|one, other| one.key.cmp(&other.key));
        Ok(found)
    }
}

/// Where the samples of a series come from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// Measured in rounds.
    Rounds,
    /// Pushed.
    Pushed,
}

/// A layout with the wanted slots in it and their positions in the answer.
type Slots = (Arc<Layout>, Vec<(usize, usize)>);

/// Samples and buckets of some series, on their way to become points.
pub(super) struct Gathering<'a> {
    connection: &'a Connection,
    layouts: &'a mut Layouts,
    wanted: &'a [&'a Series],
    /// Position in `wanted` by number of the series.
    positions: HashMap<u32, usize>,
    from: i64,
    to: i64,
    step: i64,
    pub(super) cells: Vec<Vec<Cell>>,
    rhythm: Rhythm,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(
        connection: &'a Connection,
        layouts: &'a mut Layouts,
        wanted: &'a [&'a Series],
        (from, to, step): (i64, i64, i64),
    ) -> Self {
        let positions = wanted.iter().enumerate().map(|(position, series)| (series.id, position)).collect();
        let cells = vec![Vec::new(); wanted.len()];
        Self { connection, layouts, wanted, positions, from, to, step, cells, rhythm: Rhythm::default() }
    }

    pub(super) fn run(&mut self, source: Source) -> Result<(), Fault> {
        let connection = self.connection;
        let mark = |mark| Ok::<_, Fault>(progress::get(connection, mark)?.unwrap_or(i64::MIN));
        let (parts, days, weeks) = (mark(Mark::Parts)?, mark(Mark::Days)?, mark(Mark::Weeks)?);
        let (raw_deleted, days_deleted) = (mark(Mark::RawDeleted)?, mark(Mark::DaysDeleted)?);
        // Periods of which the tiers do not know everything yet.
        let late = match source {
            Source::Rounds => progress::late(connection)?,
            Source::Pushed => pushed::waiting_periods(connection, self.from)?,
        };
        let divides = |tier: Tier| self.step % tier.bucket() == 0;
        // Each tier answers up to where the next finer one is wanted or the only one left.
        let raw_from = if divides(Tier::Day) { parts } else { raw_deleted };
        let days_from = if divides(Tier::Week) { weeks.max(days_deleted) } else { days_deleted };
        self.tier(Tier::Week, i64::MIN, days_from, &late)?;
        self.tier(Tier::Day, days_from, days.min(raw_from), &late)?;
        self.tier(Tier::Part, days.max(days_from), raw_from, &late)?;
        for period in late.range(period::of(self.from)..).take_while(|period| period::start(**period) < raw_from) {
            self.samples(source, period::start(*period), period::end(*period).min(raw_from))?;
        }
        self.samples(source, raw_from, i64::MAX)
    }

    /// Takes the samples with `from <= ts < to`, wherever they lie.
    fn samples(&mut self, source: Source, from: i64, to: i64) -> Result<(), Fault> {
        let (from, to) = (from.max(self.from), to.min(self.to));
        if from >= to || self.wanted.is_empty() {
            return Ok(());
        }
        match source {
            Source::Rounds => self.raw(from, to),
            Source::Pushed => self.pushed(from, to),
        }
    }

    /// Takes pushed samples, from the inbox and sealed.
    fn pushed(&mut self, from: i64, to: i64) -> Result<(), Fault> {
        let wanted = self.wanted.iter().map(|series| (series.id, *series)).collect();
        for (series, samples) in pushed::between(self.connection, &wanted, from, to)? {
            let Some(position) = self.positions.get(&series).copied() else { continue };
            for sample in samples {
                let bucket = Encoding::Real.bucket(0, sample.image);
                add(&mut self.cells, position, self.step, Cell { start: sample.ts, width: 0, bucket });
            }
        }
        Ok(())
    }

    /// Takes the buckets of a tier with `from <= start < to`, except those of late periods: the raw rows know better.
    fn tier(&mut self, tier: Tier, from: i64, to: i64, late: &BTreeSet<i64>) -> Result<(), Fault> {
        let (from, to) = (from.max(self.from), to.min(self.to));
        if from >= to {
            return Ok(());
        }
        let (first, last) = (from.div_euclid(tier.span()), (to - 1).div_euclid(tier.span()));
        let (connection, wanted) = (self.connection, self.wanted);
        let mut take = |row: i64, position: usize, bytes: &[u8]| {
            let origin = tier.origin(row);
            buckets::decode(bytes, |bucket| {
                let start = origin + i64::from(bucket.slot) * tier.bucket();
                if start >= from && start < to && (late.is_empty() || !late.contains(&period::of(start))) {
                    add(&mut self.cells, position, self.step, Cell { start, width: tier.bucket(), bucket });
                }
            })
            .map_err(Fault::malformed(rollup::TABLE))
        };
        if wanted.len() <= FEW {
            for row in first..=last {
                for (position, series) in wanted.iter().enumerate() {
                    rollup::find(connection, tier, row, series.id, |bytes| take(row, position, bytes))?;
                }
            }
            return Ok(());
        }
        let positions = &self.positions;
        rollup::range(connection, tier, first, last + 1, |row, series, bytes| match positions.get(&series) {
            Some(position) => take(row, *position, bytes),
            None => Ok(()),
        })
    }

    /// Takes the samples of rounds.
    fn raw(&mut self, from: i64, to: i64) -> Result<(), Fault> {
        self.rhythm.interrupt();
        let sorted = Sorted::read(self.connection)?;
        let found = stretches(self.connection, from, to)?;
        // Sealed periods of one sorted day are read together.
        for together in
            found.chunk_by(|one, next| one.sorted_day(&sorted).is_some_and(|day| next.sorted_day(&sorted) == Some(day)))
        {
            match together {
                [Stretch::Hot { from, to }] => self.hot(*from, *to)?,
                [Stretch::Both(period)] => self.both(*period, (from, to))?,
                sealed => {
                    let periods = sealed.iter().filter_map(Stretch::sealed);
                    self.sealed(&sorted, periods, (from, to))?;
                }
            }
        }
        Ok(())
    }

    /// Takes the samples of hot rows.
    fn hot(&mut self, from: i64, to: i64) -> Result<(), Fault> {
        let mut current: Option<Slots> = None;
        let encodings: Vec<Encoding> = self.wanted.iter().map(|series| series.encoding).collect();
        let Self { connection, layouts, positions, step, cells, rhythm, .. } = self;
        hot::range(connection, from, to, |row| {
            if current.as_ref().is_none_or(|(layout, _)| layout.id != row.layout) {
                let layout = layouts.get(connection, row.layout)?;
                let slots = layout.series.iter().enumerate();
                let slots =
                    slots.filter_map(|(slot, id)| positions.get(id).map(|position| (slot, *position))).collect();
                current = Some((layout, slots));
            }
            let Some((layout, slots)) = &current else { return Ok(()) };
            let open = Row::open(row.bytes, layout.series.len()).map_err(Fault::malformed(hot::TABLE))?;
            rhythm.note(row.ts, open.clocks.interval);
            open.some(&layout.base, slots, |position, value| {
                let Some(encoding) = encodings.get(position) else { return };
                let bucket = encoding.bucket(0, value);
                add(cells, position, *step, Cell { start: row.ts, width: 0, bucket });
            })
            .map_err(Fault::malformed(hot::TABLE))
        })
    }

    /// Takes the sealed samples of a period, or of several of one sorted day.
    fn sealed(&mut self, sorted: &Sorted, periods: impl Iterator<Item = i64>, range: (i64, i64)) -> Result<(), Fault> {
        let mut opened = Vec::new();
        for period in periods {
            if let Some(stamps) = clocks::find(self.connection, period)? {
                let taken = self.note(&stamps, range);
                opened.push((period, stamps, taken));
            }
        }
        let mut samples = Samples::default();
        let (connection, wanted) = (self.connection, self.wanted);
        let mut take = |position: usize, period: i64, bytes: &[u8]| {
            let Some((_, stamps, taken)) = opened.iter().find(|(known, _, _)| *known == period) else { return Ok(()) };
            chunk_codec::decode(bytes, stamps.len(), &mut samples).map_err(Fault::malformed(chunk::TABLE))?;
            add_samples(&mut self.cells, position, self.step, (stamps, taken), &samples);
            Ok(())
        };
        let Some((first, _, _)) = opened.first() else { return Ok(()) };
        let (period, day) = (*first, chunk::day_of(*first));
        if sorted.holds(period) {
            for (position, series) in wanted.iter().enumerate() {
                chunk::of_day(connection, sorted, day, series.id, |period, bytes| take(position, period, bytes))?;
            }
            return Ok(());
        }
        if wanted.len() <= FEW_CHUNKS {
            for (position, series) in wanted.iter().enumerate() {
                chunk::find(connection, sorted, period, series.id, |bytes| take(position, period, bytes))?;
            }
            return Ok(());
        }
        let positions = &self.positions;
        chunk::of_period(connection, sorted, period, |series, bytes| match positions.get(&series) {
            Some(position) => take(*position, period, bytes),
            None => Ok(()),
        })
    }

    /// Takes the samples of a period that got rows after it was sealed.
    fn both(&mut self, period: i64, range: (i64, i64)) -> Result<(), Fault> {
        let gathered = gather(self.connection, self.layouts, period)?;
        let taken = self.note(&gathered.stamps, range);
        for (series, samples) in &gathered.series {
            if let Some(position) = self.positions.get(series) {
                add_samples(&mut self.cells, *position, self.step, (&gathered.stamps, &taken), samples);
            }
        }
        Ok(())
    }

    /// Takes note of the rounds of a period that lie in the range, and says which they are.
    fn note(&mut self, stamps: &[Stamp], (from, to): (i64, i64)) -> Range<usize> {
        let first = stamps.partition_point(|stamp| stamp.ts < from);
        let end = stamps.partition_point(|stamp| stamp.ts < to);
        for stamp in stamps.get(first..end).unwrap_or_default() {
            self.rhythm.note(stamp.ts, stamp.clocks.interval);
        }
        first..end
    }
}

/// Adds the samples of those rounds of a period that lie in `taken`.
fn add_samples(
    cells: &mut [Vec<Cell>],
    position: usize,
    step: i64,
    (stamps, taken): (&[Stamp], &Range<usize>),
    samples: &Samples,
) {
    if step == 1
        && let Some(cells) = cells.get_mut(position)
    {
        // No two samples of a series have the same stamp: there is nothing to merge.
        let cell = |(round, value): (usize, i64)| {
            let stamp = stamps.get(round).filter(|_| taken.contains(&round))?;
            Some(Cell { start: stamp.ts, width: 0, bucket: bucket_of(samples, 0, value) })
        };
        cells.extend(samples.iter().filter_map(cell));
        return;
    }
    for (round, value) in samples.iter() {
        if let Some(stamp) = stamps.get(round).filter(|_| taken.contains(&round)) {
            add(cells, position, step, Cell { start: stamp.ts, width: 0, bucket: bucket_of(samples, 0, value) });
        }
    }
}

#[cfg(test)]
mod tests;
