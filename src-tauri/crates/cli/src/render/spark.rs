//! A series in one line of blocks. Gaps stay blank.

use caretaker_core::metric::{Point, Unit};
use caretaker_core::time::Timestamp;

/// An eighth of a cell, two eighths, and so on.
pub const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The largest value of each of `columns` equal parts of the range. Percentages stand on 0 to 100, everything else on 0 to
/// its largest value.
pub fn sparkline(points: &[Point], unit: Unit, from: Timestamp, to: Timestamp, columns: usize) -> String {
    let highest = highest(points, from, to, columns);
    let largest = highest.iter().flatten().fold(0.0_f64, |a, b| a.max(*b));
    let full = if unit == Unit::Percent { largest.max(100.0) } else { largest };
    highest.iter().map(|value| value.map_or(' ', |value| block(value, full))).collect()
}

/// The largest value of each of `columns` equal parts of the range; none in a gap.
pub fn highest(points: &[Point], from: Timestamp, to: Timestamp, columns: usize) -> Vec<Option<f64>> {
    let mut highest = vec![None::<f64>; columns];
    let range = to.since(from).as_millis().max(1);
    for point in points {
        let offset = point.at.since(from).as_millis();
        let column = (i128::from(offset.max(0)) * columns as i128 / i128::from(range)) as usize;
        if let (Some(value), Some(cell)) =
            (point.max.or(point.value), highest.get_mut(column.min(columns.saturating_sub(1))))
        {
            *cell = Some(cell.map_or(value, |before: f64| before.max(value)));
        }
    }
    highest
}

fn block(value: f64, full: f64) -> char {
    if full <= 0.0 {
        return BLOCKS[0];
    }
    let step = (value / full * BLOCKS.len() as f64).floor().clamp(0.0, (BLOCKS.len() - 1) as f64);
    BLOCKS.get(step as usize).copied().unwrap_or(BLOCKS[0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use caretaker_core::time::Span;

    #[test]
    fn heights_follow_the_values_and_gaps_stay_blank() {
        let at = |second: i64| Timestamp::from_millis(second * 1_000);
        let point =
            |second, value: f64| Point { at: at(second), value: Some(value), min: Some(value), max: Some(value) };
        let points = [point(0, 0.0), point(1, 50.0), point(3, 100.0)];
        assert_eq!(sparkline(&points, Unit::Percent, at(0), at(0) + Span::from_seconds(4), 4), "▁▅ █");
        assert_eq!(sparkline(&[], Unit::Percent, at(0), at(4), 4), "    ");
    }
}
