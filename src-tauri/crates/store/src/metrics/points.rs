//! From samples and buckets to points: merges what falls into one step, says where nothing was measured, and counts
//! the figures. It reads no table.

use caretaker_core::metric::{Point, SeriesPoints, Stats};
use caretaker_core::time::Timestamp;

use crate::codec::buckets::Bucket;
use crate::table::series::Series;

/// A silence of rounds longer than this many intervals is a gap.
const GAP_INTERVALS: f64 = 2.5;
/// A bucket missing beyond this many usual distances is a gap.
const GAP_BUCKETS: f64 = 1.5;
/// A longer row of empty buckets is told by its first and its last.
const MOST_EMPTY: i64 = 1_000;

/// What is known of one step, or of one sample.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    pub(super) start: i64,
    /// Length of the bucket that it was read from; zero for a sample.
    pub(super) width: i64,
    pub(super) bucket: Bucket,
}

/// Two neighbouring rounds with nothing between them for too long.
#[derive(Clone, Copy, Debug)]
pub(super) struct Break {
    pub(super) before: i64,
    pub(super) after: i64,
    pub(super) interval: i64,
}

/// When rounds were measured: where they stopped for too long, and what was planned between two of them.
#[derive(Debug, Default)]
pub(super) struct Rhythm {
    pub(super) breaks: Vec<Break>,
    /// The longest planned time between two rounds.
    pub(super) interval: i64,
    before: Option<(i64, i64)>,
}

impl Rhythm {
    /// Takes note of the next round.
    pub(super) fn note(&mut self, ts: i64, interval: i64) {
        let interval = interval.max(1);
        if let Some((last, planned)) = self.before {
            let interval = interval.max(planned);
            if is_gap(ts - last, interval) {
                self.breaks.push(Break { before: last, after: ts, interval });
            }
        }
        self.before = Some((ts, interval));
        self.interval = interval.max(self.interval);
    }

    /// What comes next does not follow on what came before.
    pub(super) fn interrupt(&mut self) {
        self.before = None;
    }
}

/// Puts a cell where its step is, which nearly always is the last one.
pub(super) fn add(cells: &mut [Vec<Cell>], position: usize, step: i64, mut cell: Cell) {
    let Some(cells) = cells.get_mut(position) else { return };
    if step > 1 && cell.width <= step {
        cell.start = cell.start.div_euclid(step) * step;
    }
    match cells.last_mut() {
        Some(last) if last.start == cell.start => last.bucket.merge(&cell.bucket),
        _ => cells.push(cell),
    }
}

/// Sorts what clock steps brought out of order, and merges what then belongs together.
pub(super) fn in_order(mut cells: Vec<Cell>) -> Vec<Cell> {
    if cells.is_sorted_by(|one, next| one.start < next.start) {
        return cells;
    }
    cells.sort_by_key(|cell| cell.start);
    cells.dedup_by(|next, kept| {
        let same = next.start == kept.start;
        if same {
            kept.bucket.merge(&next.bucket);
        }
        same
    });
    cells
}

/// Points, gaps and figures of one series.
pub(super) fn finish(series: &Series, cells: Vec<Cell>, step: i64, rhythm: &Rhythm) -> SeriesPoints {
    let mut points = Vec::with_capacity(cells.len());
    // What usually lies between two cells; looked at only when something seems to be missing.
    let mut usual = None;
    let mut usual = || *usual.get_or_insert_with(|| median_distance(&cells));
    let mut breaks = rhythm.breaks.iter().peekable();
    let mut before: Option<&Cell> = None;
    for cell in &cells {
        if let Some(last) = before {
            gaps(last, cell, (step, rhythm.interval), &mut breaks, &mut usual, |at| {
                points.push(Point { at: Timestamp::from_millis(at), value: None, min: None, max: None });
            });
        }
        let bucket = &cell.bucket;
        points.push(Point {
            at: Timestamp::from_millis(cell.start),
            value: Some(series.encoding.mean(bucket)),
            min: Some(series.value(bucket.min)),
            max: Some(series.value(bucket.max)),
        });
        before = Some(cell);
    }
    let figures = cells.iter().zip(points.iter().filter(|point| point.value.is_some()));
    let stats =
        Stats::of(figures.filter_map(|(cell, point)| Some((point.value?, point.min?, point.max?, cell.bucket.count))));
    SeriesPoints { key: series.key.as_ref().clone(), unit: series.unit, points, stats }
}

/// Gives `put` the stamps of the empty points between two neighbours.
fn gaps<'a>(
    last: &Cell,
    cell: &Cell,
    (step, interval): (i64, i64),
    breaks: &mut std::iter::Peekable<impl Iterator<Item = &'a Break>>,
    usual: &mut impl FnMut() -> i64,
    mut put: impl FnMut(i64),
) {
    let distance = cell.start - last.start;
    if step == 1 && last.width == 0 {
        // Samples: the rounds themselves stopped, or this series did for far longer than it usually rests.
        while breaks.next_if(|gap| gap.after <= last.start).is_some() {}
        if let Some(gap) = breaks.peek().filter(|gap| gap.before >= last.start && gap.after <= cell.start) {
            put(last.start + gap.interval);
        } else if is_gap(distance, interval) && is_gap(distance, usual()) {
            // What is pushed comes to no beat but its own.
            put(last.start + if interval > 0 { interval } else { usual() });
        }
        return;
    }
    let expected = step.max(last.width);
    if distance <= expected || distance as f64 <= GAP_BUCKETS * usual().max(expected) as f64 {
        return;
    }
    let empty = (distance - 1) / expected;
    if empty > MOST_EMPTY {
        put(last.start + expected);
        put(last.start + empty * expected);
    } else {
        (1..=empty).for_each(|number| put(last.start + number * expected));
    }
}

/// Whether rounds that lie so far apart have nothing between them for too long.
fn is_gap(distance: i64, interval: i64) -> bool {
    distance as f64 > GAP_INTERVALS * interval as f64
}

/// The lower median; a single distance says nothing about what is usual.
fn median_distance(cells: &[Cell]) -> i64 {
    let pairs = cells.windows(2).map(|pair| match pair {
        [one, next] => next.start - one.start,
        _ => 0,
    });
    let mut distances: Vec<_> = pairs.collect();
    if distances.len() < 2 {
        return 0;
    }
    let middle = (distances.len() - 1) / 2;
    *distances.select_nth_unstable(middle).1
}
