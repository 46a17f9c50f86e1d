//! A series as rows of blocks, with the bounds of its rule as dotted lines. In gaps stands nothing else.

use caretaker_core::metric::{Point, Unit};
use caretaker_core::rule::Threshold;
use caretaker_core::time::Timestamp;

use super::row::Row;
use crate::render::{BLOCKS, Colour, highest};

/// The bounds of the rule on a series.
#[derive(Clone, Copy, Debug, Default)]
pub struct Bounds {
    /// Of the level warning.
    pub warning: Option<Threshold>,
    /// Of the level critical.
    pub critical: Option<Threshold>,
}

impl Bounds {
    /// The colour of a value: that of the worst bound it breaches.
    fn colour(self, value: f64) -> Option<Colour> {
        let breached = |bound: Option<Threshold>| bound.is_some_and(|bound| bound.breached_by(value));
        match (breached(self.critical), breached(self.warning)) {
            (true, _) => Some(Colour::Red),
            (false, true) => Some(Colour::Yellow),
            (false, false) => None,
        }
    }

    /// The colour of the dotted line in the row between two heights, if a bound lies there.
    fn line(self, low: f64, high: f64) -> Option<Colour> {
        let here = |bound: Option<Threshold>| bound.map(Threshold::bound).is_some_and(|at| at > low && at <= high);
        match (here(self.warning), here(self.critical)) {
            (true, _) => Some(Colour::Yellow),
            (false, true) => Some(Colour::Red),
            (false, false) => None,
        }
    }
}

/// Where and how large.
#[derive(Clone, Copy, Debug)]
pub struct Frame {
    /// Left end.
    pub from: Timestamp,
    /// Right end.
    pub to: Timestamp,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
}

/// The rows, the highest first. Percentages stand on 0 to 100, everything else on 0 to its largest value.
pub fn graph(points: &[Point], unit: Unit, bounds: Bounds, frame: Frame) -> Vec<Row> {
    let columns = held(points, frame);
    let largest = columns.iter().flatten().fold(0.0_f64, |a, b| a.max(*b));
    let full = if unit == Unit::Percent { largest.max(100.0) } else { largest.max(f64::MIN_POSITIVE) };
    let steps = frame.height * BLOCKS.len();
    (0..frame.height)
        .map(|row| {
            let below = (frame.height - 1 - row) * BLOCKS.len();
            let share = |eighths: usize| eighths as f64 / steps as f64 * full;
            // On a single row a line would stand at no height.
            let line = if frame.height > 1 { bounds.line(share(below), share(below + BLOCKS.len())) } else { None };
            let mut drawn = Row::new();
            let mut run = (String::new(), None);
            for value in &columns {
                let (cell, colour) = match value {
                    Some(value) => {
                        // What was measured shows, however little it is.
                        let level = ((value / full * steps as f64).round() as usize).clamp(1, steps);
                        match level.saturating_sub(below).min(BLOCKS.len()) {
                            0 => mark(line),
                            eighths => (BLOCKS[eighths - 1], bounds.colour(*value)),
                        }
                    }
                    None => mark(line),
                };
                if run.1 != colour {
                    drawn = drawn.add(std::mem::take(&mut run.0), run.1);
                    run.1 = colour;
                }
                run.0.push(cell);
            }
            drawn.add(run.0, run.1)
        })
        .collect()
}

/// The highest value of each column. Where values are fewer than columns, one holds until the next; a gap stays one.
fn held(points: &[Point], frame: Frame) -> Vec<Option<f64>> {
    let mut columns = highest(points, frame.from, frame.to, frame.width);
    let range = frame.to.since(frame.from).as_millis().max(1);
    let column = |at: Timestamp| {
        let offset = at.since(frame.from).as_millis().max(0);
        (i128::from(offset) * frame.width as i128 / i128::from(range)) as usize
    };
    for pair in points.windows(2) {
        let [before, next] = pair else { continue };
        if let (Some(value), Some(_)) = (before.max.or(before.value), next.value) {
            let between = column(before.at).saturating_add(1)..column(next.at).min(frame.width);
            for cell in columns.get_mut(between).into_iter().flatten() {
                cell.get_or_insert(value);
            }
        }
    }
    columns
}

fn mark(line: Option<Colour>) -> (char, Option<Colour>) {
    line.map_or((' ', None), |colour| ('┈', Some(colour)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use caretaker_core::time::Span;

    fn drawn(values: &[Option<f64>], unit: Unit, bounds: Bounds, height: usize) -> Vec<Row> {
        let at = |second: usize| Timestamp::from_millis(second as i64 * 1_000);
        let points: Vec<Point> = values
            .iter()
            .enumerate()
            .map(|(second, value)| Point { at: at(second), value: *value, min: *value, max: *value })
            .collect();
        let to = at(0) + Span::from_seconds(values.len() as i64);
        graph(&points, unit, bounds, Frame { from: at(0), to, width: values.len(), height })
    }

    #[test]
    fn heights_bounds_and_gaps_show() {
        let bounds = Bounds { warning: Some(Threshold::Above(75.0)), critical: Some(Threshold::Above(90.0)) };
        let rows = drawn(&[Some(10.0), Some(50.0), None, Some(80.0), Some(100.0)], Unit::Percent, bounds, 2);
        let text: Vec<String> = rows.iter().map(Row::text).collect();
        assert_eq!(text, ["┈┈┈▅█", "▂█ ██"]);
        let colours: Vec<Option<Colour>> = rows[1].pieces.iter().map(|piece| piece.colour).collect();
        assert_eq!(colours, [None, Some(Colour::Yellow), Some(Colour::Red)], "what breaches a bound has its colour");
    }

    #[test]
    fn few_values_hold_until_the_next() {
        let at = |second: i64| Timestamp::from_millis(second * 1_000);
        let point = |second, value: Option<f64>| Point { at: at(second), value, min: value, max: value };
        let points = [point(0, Some(50.0)), point(4, Some(100.0)), point(6, None), point(8, Some(100.0))];
        let frame = Frame { from: at(0), to: at(10), width: 10, height: 1 };
        let rows = graph(&points, Unit::Percent, Bounds::default(), frame);
        assert_eq!(rows[0].text(), "▄▄▄▄█   █ ");
    }

    #[test]
    fn other_units_fill_their_own_scale_and_zero_is_a_line() {
        let rows = drawn(&[Some(0.0), Some(2e6), Some(4e6)], Unit::BytesPerSecond, Bounds::default(), 1);
        assert_eq!(rows[0].text(), "▁▄█");
        assert_eq!(drawn(&[Some(0.0), Some(0.0)], Unit::Count, Bounds::default(), 1)[0].text(), "▁▁");
    }
}
