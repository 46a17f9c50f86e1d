//! A small chart of braille dots: the band between the smallest and the largest value of each dot's time. Gaps are gaps.

use caretaker_core::metric::{Point, Unit};
use caretaker_core::time::Timestamp;

use super::time::local;

/// Dots of one character, by row and column (Unicode 15, block "Braille Patterns").
const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
const ROWS: usize = 8;

/// Smallest and largest value of a dot's time.
type Extent = Option<(f64, f64)>;

/// Lines of a chart that is at most `width` columns wide, labels included; none when there is no value.
pub fn chart(points: &[Point], unit: Unit, from: Timestamp, to: Timestamp, width: usize) -> Vec<String> {
    let values = points.iter().filter_map(|point| Some((point.min.or(point.value)?, point.max.or(point.value)?)));
    let extents = values.fold(None::<(f64, f64)>, |all, (low, high)| {
        Some(all.map_or((low, high), |(lowest, highest)| (lowest.min(low), highest.max(high))))
    });
    let Some((low, high)) = extents else { return Vec::new() };
    let (bottom, top) = scale(low, high, unit);
    let labels = [unit.format(top), unit.format(f64::midpoint(top, bottom)), unit.format(bottom)];
    let gutter = labels.iter().map(|label| label.chars().count()).max().unwrap_or(0);
    let columns = width.saturating_sub(gutter + 2).max(10);
    let dots = draw(&band(points, from, to, columns * 2), bottom, top, columns);
    let mut lines: Vec<String> = dots
        .chunks(columns)
        .enumerate()
        .map(|(row, cells)| {
            let label = match row {
                0 => &labels[0],
                row if row == ROWS / 2 => &labels[1],
                row if row == ROWS - 1 => &labels[2],
                _ => "",
            };
            let cells: String = cells.iter().map(|dots| glyph(*dots)).collect();
            format!("{label:>gutter$}  {}", cells.trim_end())
        })
        .collect();
    lines.push(format!("{:gutter$}  {}", "", axis(from, to, columns)));
    lines
}

/// Percentages start at 0 and end at 100 if they come near it; other units start at 0 unless their values lie far above.
fn scale(low: f64, high: f64, unit: Unit) -> (f64, f64) {
    let bottom =
        if low < 0.0 || low > high / 2.0 && unit != Unit::Percent && high > 0.0 && low < high { low } else { 0.0 };
    let top = match unit {
        Unit::Percent if high > 50.0 && high <= 100.0 => 100.0,
        Unit::Percent if high <= 100.0 => (high / 5.0).ceil().max(1.0) * 5.0,
        _ => high,
    };
    if top > bottom { (bottom, top) } else { (bottom, bottom + 1.0) }
}

fn band(points: &[Point], from: Timestamp, to: Timestamp, columns: usize) -> Vec<Extent> {
    let range = i128::from(to.since(from).as_millis().max(1));
    let mut band: Vec<Extent> = vec![None; columns];
    // Where values are fewer than dots, the line from one to the next is drawn; across a gap there is none.
    let mut before: Option<(usize, f64)> = None;
    for point in points {
        let (Some(value), offset) = (point.value, point.at.since(from).as_millis()) else {
            before = None;
            continue;
        };
        let column = (i128::from(offset.max(0)) * columns as i128 / range) as usize;
        let column = column.min(columns - 1);
        let (low, high) = (point.min.unwrap_or(value), point.max.unwrap_or(value));
        widen(&mut band, column, low, high);
        if let Some((last, from_value)) = before {
            for between in last + 1..column {
                let share = (between - last) as f64 / (column - last) as f64;
                let value = from_value + (value - from_value) * share;
                widen(&mut band, between, value, value);
            }
        }
        before = Some((column, value));
    }
    band
}

fn widen(band: &mut [Extent], column: usize, low: f64, high: f64) {
    if let Some(extent) = band.get_mut(column) {
        *extent = Some(extent.map_or((low, high), |(lowest, highest)| (lowest.min(low), highest.max(high))));
    }
}

fn draw(band: &[Extent], bottom: f64, top: f64, columns: usize) -> Vec<u8> {
    let mut cells = vec![0_u8; columns * ROWS];
    let last = ROWS * 4 - 1;
    let row_of = |value: f64| ((top - value) / (top - bottom) * last as f64).round().clamp(0.0, last as f64) as usize;
    for (x, extent) in band.iter().enumerate() {
        let Some((low, high)) = extent else { continue };
        for y in row_of(*high)..=row_of(*low) {
            if let Some(cell) = cells.get_mut(y / 4 * columns + x / 2) {
                *cell |= DOTS[y % 4][x % 2];
            }
        }
    }
    cells
}

fn glyph(dots: u8) -> char {
    if dots == 0 { ' ' } else { char::from_u32(0x2800 + u32::from(dots)).unwrap_or(' ') }
}

/// Start, middle and end of the time.
fn axis(from: Timestamp, to: Timestamp, columns: usize) -> String {
    let range = to.since(from);
    let middle = Timestamp::from_millis(from.as_millis() + range.as_millis() / 2);
    let [first, half, last] = [from, middle, to].map(|at| local(at, range));
    let blanks = |used: usize, end: usize| " ".repeat(end.saturating_sub(used).max(1));
    let mut line = first;
    if columns > line.len() + half.len() + last.len() + 4 {
        line.push_str(&blanks(line.len(), columns / 2 - half.len() / 2));
        line.push_str(&half);
    }
    line.push_str(&blanks(line.len() + last.len(), columns));
    line + &last
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1_000)
    }

    fn point(second: i64, value: Option<f64>) -> Point {
        Point { at: at(second), value, min: value, max: value }
    }

    #[test]
    fn a_rising_line_rises_and_a_gap_is_blank() {
        let points: Vec<Point> =
            (0..100).map(|n| point(n, if (40..60).contains(&n) { None } else { Some(n as f64) })).collect();
        let lines = chart(&points, Unit::Percent, at(0), at(100), 57);
        assert_eq!(lines.len(), ROWS + 1);
        assert!(lines[0].starts_with("100 %") && lines[ROWS - 1].trim_start().starts_with("0 %"), "{lines:#?}");
        let columns: Vec<Vec<char>> = lines[..ROWS].iter().map(|line| line.chars().skip(7).collect()).collect();
        let drawn = |column: usize| columns.iter().position(|row| row.get(column).is_some_and(|cell| *cell != ' '));
        assert!(drawn(2) > drawn(45), "{lines:#?}");
        assert_eq!(drawn(25), None, "{lines:#?}");
    }

    #[test]
    fn without_a_value_there_is_no_chart() {
        assert!(chart(&[point(0, None)], Unit::Bytes, at(0), at(10), 80).is_empty());
    }

    #[test]
    fn scales_are_honest() {
        for ((low, high, unit), expected) in [
            ((3.0, 12.0, Unit::Percent), (0.0, 15.0)),
            ((3.0, 80.0, Unit::Percent), (0.0, 100.0)),
            ((900.0, 1_000.0, Unit::Bytes), (900.0, 1_000.0)),
            ((100.0, 1_000.0, Unit::Bytes), (0.0, 1_000.0)),
            ((0.0, 0.0, Unit::Count), (0.0, 1.0)),
        ] {
            assert_eq!(scale(low, high, unit), expected);
        }
    }
}
