//! The one place where stored samples become points: picks the tiers that answer a question, merges them in time
//! order and says where nothing was measured.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use caretaker_core::metric::{Labels, Resolution, SeriesKey, SeriesPoints};
use caretaker_core::time::Timestamp;
use rusqlite::Connection;

use super::layouts::Layouts;
use super::period;
use super::points::{Break, Cell, add, finish, in_order, is_gap};
use super::reader::Reader;
use crate::codec::buckets::{self, Bucket};
use crate::codec::row::Row;
use crate::error::Fault;
use crate::table::hot;
use crate::table::layout::Layout;
use crate::table::progress::{self, Mark};
use crate::table::rollup::{self, Tier};
use crate::table::series::Series;

/// Up to this many series are looked up one by one; for more, all rows of a span are read in a row.
const FEW: usize = 4;

/// Which series are asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All of one name whose labels match.
    Named {
        /// Exact name.
        name: String,
        /// Labels that must be there with these values.
        labels: Labels,
    },
    /// These.
    Keys(Vec<SeriesKey>),
    /// Every series.
    All,
}

impl Selection {
    fn takes(&self, key: &SeriesKey) -> bool {
        match self {
            Self::Named { name, labels } => key.name == *name && key.labels.matches(labels),
            Self::Keys(keys) => keys.contains(key),
            Self::All => true,
        }
    }
}

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
        // One snapshot over all tiers, so that a rollup in between neither hides nor doubles a sample.
        let snapshot = self.connection.unchecked_transaction()?;
        let mut gathering = Gathering::new(&snapshot, &mut self.layouts, &wanted, (from, to, step));
        gathering.run()?;
        let Gathering { cells, breaks, interval, .. } = gathering;
        drop(snapshot);
        Ok(wanted
            .into_iter()
            .zip(cells)
            .filter(|(_, cells)| !cells.is_empty())
            .map(|(series, cells)| finish(series, in_order(cells), step, (&breaks, interval)))
            .collect())
    }
}

/// A layout with the wanted slots in it and their positions in the answer.
type Slots = (Arc<Layout>, Vec<(usize, usize)>);

/// Samples and buckets of some series, on their way to become points.
struct Gathering<'a> {
    connection: &'a Connection,
    layouts: &'a mut Layouts,
    wanted: &'a [&'a Series],
    /// Position in `wanted` by number of the series.
    positions: HashMap<u32, usize>,
    from: i64,
    to: i64,
    step: i64,
    cells: Vec<Vec<Cell>>,
    breaks: Vec<Break>,
    /// The longest planned time between two rounds in the range.
    interval: i64,
}

impl<'a> Gathering<'a> {
    fn new(
        connection: &'a Connection,
        layouts: &'a mut Layouts,
        wanted: &'a [&'a Series],
        (from, to, step): (i64, i64, i64),
    ) -> Self {
        let positions = wanted.iter().enumerate().map(|(position, series)| (series.id, position)).collect();
        let cells = vec![Vec::new(); wanted.len()];
        Self { connection, layouts, wanted, positions, from, to, step, cells, breaks: Vec::new(), interval: 0 }
    }

    fn run(&mut self) -> Result<(), Fault> {
        let connection = self.connection;
        let mark = |mark| Ok::<_, Fault>(progress::get(connection, mark)?.unwrap_or(i64::MIN));
        let (parts, days, weeks) = (mark(Mark::Parts)?, mark(Mark::Days)?, mark(Mark::Weeks)?);
        let (raw_deleted, days_deleted) = (mark(Mark::RawDeleted)?, mark(Mark::DaysDeleted)?);
        let late = progress::late(connection)?;
        let divides = |tier: Tier| self.step % tier.bucket() == 0;
        // Each tier answers up to where the next finer one is wanted or the only one left.
        let hot_from = if divides(Tier::Day) { parts } else { raw_deleted };
        let days_from = if divides(Tier::Week) { weeks.max(days_deleted) } else { days_deleted };
        self.tier(Tier::Week, i64::MIN, days_from, &late)?;
        self.tier(Tier::Day, days_from, days.min(hot_from), &late)?;
        self.tier(Tier::Part, days.max(days_from), hot_from, &late)?;
        for period in late.range(period::of(self.from)..).take_while(|period| period::start(**period) < hot_from) {
            self.hot(period::start(*period), period::end(*period).min(hot_from))?;
        }
        self.hot(hot_from, i64::MAX)
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

    /// Takes the samples of hot rows with `from <= ts < to`.
    fn hot(&mut self, from: i64, to: i64) -> Result<(), Fault> {
        let (from, to) = (from.max(self.from), to.min(self.to));
        if from >= to || self.wanted.is_empty() {
            return Ok(());
        }
        let mut current: Option<Slots> = None;
        let mut before: Option<(i64, i64)> = None;
        let Self { connection, layouts, positions, step, cells, breaks, interval: longest, .. } = self;
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
            let interval = open.clocks.interval.max(1);
            if let Some((last, planned)) = before {
                let interval = interval.max(planned);
                if is_gap(row.ts - last, interval) {
                    breaks.push(Break { before: last, after: row.ts, interval });
                }
            }
            before = Some((row.ts, interval));
            *longest = interval.max(*longest);
            open.some(&layout.base, slots, |position, value| {
                add(cells, position, *step, Cell { start: row.ts, width: 0, bucket: Bucket::of(0, value) });
            })
            .map_err(Fault::malformed(hot::TABLE))
        })
    }
}

#[cfg(test)]
mod tests {
    use caretaker_core::time::Span;

    use crate::metrics::testing::*;
    use crate::{EpochReason, Keep};

    use super::*;

    const FIVE: Resolution = Resolution::Step(Span::from_minutes(5));

    #[test]
    fn raw_points_are_every_sample_of_the_range() {
        let world = World::new();
        world.fill(START, START + 5 * MINUTE, |at| ((at - START) / SECOND) as f64);
        let values = world.values("cpu", START + MINUTE, START + 2 * MINUTE, Resolution::Raw);
        assert_eq!(values, [(60, Some(60.0)), (90, Some(90.0))]);
        let stats = world.points("cpu", START, START + HOUR, Resolution::Raw).unwrap().stats;
        assert_eq!((stats.count, stats.min, stats.max, stats.mean), (10, Some(0.0), Some(270.0), Some(135.0)));
    }

    #[test]
    fn labels_choose_series() {
        let world = World::new();
        world.append(START, &[("disk@/", 1.0), ("disk@/home", 2.0), ("cpu", 3.0)]);
        let ask = |selection: &Selection| -> Vec<_> {
            let all = world.store.points_of(selection, stamp(START), stamp(START + 1), Resolution::Raw).unwrap();
            all.iter().map(|one| one.key.to_string()).collect()
        };
        let named = |labels| Selection::Named { name: "disk".to_owned(), labels };
        assert_eq!(ask(&named(Labels::none())), ["disk{mount=/}", "disk{mount=/home}"]);
        assert_eq!(ask(&named(Labels::one("mount", "/home"))), ["disk{mount=/home}"]);
        assert!(ask(&named(Labels::one("mount", "/mnt"))).is_empty());
        assert_eq!(ask(&Selection::Keys(vec![SeriesKey::plain("cpu")])), ["cpu"]);
        assert_eq!(ask(&Selection::All).len(), 3);
    }

    #[test]
    fn rounds_that_lie_too_far_apart_have_a_gap_between_them() {
        for (apart, gap) in [(30, false), (75, false), (76, true), (3_600, true)] {
            let world = World::new();
            world.append(START, &[("cpu", 1.0)]);
            world.append(START + apart * SECOND, &[("cpu", 2.0)]);
            let values = world.values("cpu", START, START + DAY, Resolution::Raw);
            let expect = if gap {
                vec![(0, Some(1.0)), (30, None), (apart, Some(2.0))]
            } else {
                vec![(0, Some(1.0)), (apart, Some(2.0))]
            };
            assert_eq!(values, expect, "{apart} s");
        }
    }

    #[test]
    fn a_restart_with_little_time_between_is_no_gap() {
        let world = World::new();
        world.append(START, &[("cpu", 1.0)]);
        let world = world.restarted(START + 40 * SECOND);
        world.append(START + 45 * SECOND, &[("cpu", 2.0)]);
        assert_eq!(world.values("cpu", START, START + DAY, Resolution::Raw), [(0, Some(1.0)), (45, Some(2.0))]);
    }

    #[test]
    fn a_series_that_is_measured_rarely_has_no_gaps_but_one_that_vanished_has() {
        let world = World::new();
        for n in 0..240 {
            let mut values = vec![("cpu", 1.0)];
            if n % 4 == 0 {
                values.push(("rare", 2.0));
            }
            if !(60..120).contains(&n) {
                values.push(("plugged", 3.0));
            }
            world.append(START + n * 30 * SECOND, &values);
        }
        assert!(world.values("rare", START, START + DAY, Resolution::Raw).iter().all(|(_, value)| value.is_some()));
        let plugged = world.values("plugged", START, START + DAY, Resolution::Raw);
        assert_eq!(
            plugged.iter().filter(|(_, value)| value.is_none()).map(|(at, _)| *at).collect::<Vec<_>>(),
            [60 * 30]
        );
    }

    #[test]
    fn empty_steps_inside_are_gaps_and_none_stand_at_the_edges() {
        let world = World::new();
        world.fill(START + 10 * MINUTE, START + 15 * MINUTE, |_| 1.0);
        world.fill(START + 30 * MINUTE, START + 40 * MINUTE, |_| 2.0);
        let expect =
            [(600, Some(1.0)), (900, None), (1_200, None), (1_500, None), (1_800, Some(2.0)), (2_100, Some(2.0))];
        assert_eq!(world.values("cpu", START, START + HOUR, FIVE), expect);
        world.store.roll_up(stamp(START + DAY)).unwrap();
        assert_eq!(world.values("cpu", START, START + HOUR, FIVE), expect, "the same from the rollup");
    }

    #[test]
    fn steps_finer_than_the_rounds_are_no_gaps() {
        let world = World::new();
        world.fill(START, START + 5 * MINUTE, |_| 1.0);
        world.fill(START + 10 * MINUTE, START + 12 * MINUTE, |_| 1.0);
        let step = Resolution::Step(Span::from_seconds(10));
        let values = world.values("cpu", START, START + HOUR, step);
        let gaps: Vec<_> = values.iter().filter(|(_, value)| value.is_none()).map(|(at, _)| *at).collect();
        assert_eq!((gaps.first(), gaps.last()), (Some(&280), Some(&590)), "{gaps:?}");
    }

    #[test]
    fn a_long_silence_does_not_become_a_million_points() {
        let world = World::new();
        world.append(START, &[("cpu", 1.0)]);
        world.append(START + 30 * SECOND, &[("cpu", 1.0)]);
        world.append(START + 300 * DAY, &[("cpu", 2.0)]);
        let values = world.values("cpu", START, START + 400 * DAY, Resolution::Step(Span::from_seconds(30)));
        assert_eq!(values.len(), 5, "{values:?}");
        assert_eq!(values[3], (300 * 86_400 - 30, None));
    }

    #[test]
    fn every_tier_answers_like_the_samples_themselves() {
        // Ten days, so that weeks, days, parts and hot rows all have a share; a hole of 90 minutes in the fourth.
        let world = World::new();
        let value = |at: i64| ((at / SECOND * 7_919) % 10_007) as f64 / 100.0;
        let hole = START + 3 * DAY + 5 * HOUR;
        let step = 5 * MINUTE / 2;
        let (mut at, end) = (START, START + 10 * DAY + 3 * HOUR + 10 * MINUTE);
        let mut samples = Vec::new();
        while at < end {
            if !(hole..hole + 90 * MINUTE).contains(&at) {
                world.append(at, &[("other", 1.0), ("cpu", value(at))]);
                samples.push((at, value(at)));
            }
            at += step;
        }
        for rolled in [false, true] {
            if rolled {
                let done = world.store.roll_up(stamp(end)).unwrap();
                assert_eq!((done.periods, done.days, done.weeks), (121, 10, 1), "{done:?}");
                assert_eq!(world.store.roll_up(stamp(end)).unwrap(), crate::RolledUp::default());
            }
            for minutes in [5, 10, 60, 120, 1_440] {
                let length = minutes * MINUTE;
                let points = world.points("cpu", START, end, Resolution::Step(Span::from_minutes(minutes))).unwrap();
                let mut bucket = START.div_euclid(length) * length;
                let mut expect = Vec::new();
                while bucket < end {
                    let inside: Vec<f64> = samples
                        .iter()
                        .filter(|(at, _)| (bucket..bucket + length).contains(at))
                        .map(|one| one.1)
                        .collect();
                    expect.push((
                        stamp(bucket),
                        (!inside.is_empty()).then(|| inside.iter().sum::<f64>() / inside.len() as f64),
                        inside.iter().copied().reduce(f64::min),
                        inside.iter().copied().reduce(f64::max),
                    ));
                    bucket += length;
                }
                assert_eq!(points.points.len(), expect.len(), "{minutes} min, rolled {rolled}");
                for (point, (at, mean, min, max)) in points.points.iter().zip(expect) {
                    assert_eq!((point.at, point.min, point.max), (at, min, max), "{minutes} min, rolled {rolled}");
                    // A rollup keeps the mean to a thousandth of the range of its own buckets.
                    let allowed = if rolled { max.unwrap_or(0.0) - min.unwrap_or(0.0) } else { 0.0 } / 1_023.0 + 1e-9;
                    assert!(
                        (point.value.unwrap_or(-1.0) - mean.unwrap_or(-1.0)).abs() <= allowed,
                        "{point:?} {mean:?}"
                    );
                }
                assert_eq!(points.stats.count, samples.len() as u64);
            }
        }
        // When raw rows and then 5-minute rows are gone, the next coarser tier answers for them.
        let keep = Keep { raw: Span::from_days(2), five_minutes: Span::from_days(3), ..Keep::default() };
        while world.store.retain(keep, stamp(end)).unwrap() != crate::Removed::default() {}
        let all = world.points("cpu", START, end, FIVE).unwrap();
        assert_eq!(all.stats.count, samples.len() as u64, "no sample is lost or counted twice");
        let widths: Vec<_> =
            all.points.windows(2).map(|pair| pair[1].at.since(pair[0].at).as_millis() / MINUTE).collect();
        assert_eq!((widths.first(), widths.last()), (Some(&60), Some(&5)));
        let raw = world.points("cpu", START, end, Resolution::Raw).unwrap();
        assert_eq!(raw.stats.count, samples.len() as u64);
        assert_eq!(raw.points.last().unwrap().at, stamp(samples.last().unwrap().0));
    }

    #[test]
    fn samples_of_a_clock_set_back_are_merged_into_their_place() {
        let mut world = World::new();
        world.append(START + HOUR, &[("cpu", 10.0)]);
        world.epoch = world.store.start_epoch(moment(START), EpochReason::ClockStep).unwrap();
        world.append(START + HOUR - 15 * SECOND, &[("cpu", 20.0)]);
        world.append(START + HOUR + 15 * SECOND, &[("cpu", 30.0)]);
        let values = world.values("cpu", START, START + DAY, Resolution::Raw);
        assert_eq!(values, [(3_585, Some(20.0)), (3_600, Some(10.0)), (3_615, Some(30.0))]);
        assert_eq!(world.values("cpu", START, START + DAY, FIVE), [(3_300, Some(20.0)), (3_600, Some(20.0))]);
    }
}
