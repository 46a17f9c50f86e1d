//! The chart of an exported alert: its series around it as SVG, with the time in which it was up and the bounds.

use std::fmt::Write;

use super::AlertExport;
use super::html::escaped;
use crate::metric::Point;
use crate::rule::Threshold;
use crate::time::Timestamp;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 220.0;
const LEFT: f64 = 68.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 12.0;
const BOTTOM: f64 = 26.0;
/// About so many lines lie between the lowest and the highest.
const LINES: f64 = 4.0;

/// The figure; none where there are fewer than two values.
pub(super) fn draw(export: &AlertExport<'_>) -> Option<String> {
    let series = export.series?;
    let alert = &export.detail.alert;
    let (first, last) = (series.points.first()?.at, series.points.last()?.at);
    let values = || series.points.iter().filter_map(|point| point.value);
    if values().count() < 2 || first >= last {
        return None;
    }
    // Bounds of a forecast are in another unit than its series.
    let bound = alert.threshold.filter(|_| series.unit == alert.unit).map(Threshold::bound);
    let all = || values().chain(bound);
    let (low, high) = (all().fold(f64::INFINITY, f64::min), all().fold(f64::NEG_INFINITY, f64::max));
    let step = step((high - low).max(high.abs() * 0.02).max(1e-9) / LINES);
    let (low, high) = ((low / step).floor() * step, (high / step).ceil() * step);
    let high = if high > low { high } else { low + step };
    let x = |at: Timestamp| {
        let share = at.since(first).as_seconds() / last.since(first).as_seconds();
        LEFT + share.clamp(0.0, 1.0) * (WIDTH - LEFT - RIGHT)
    };
    let y = |value: f64| TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM);
    let name = escaped(&crate::alert::words::subject(&series.key));
    let mut figure = format!(
        "<figure>\n<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{name} around the alert\">\n"
    );
    if let Some(raised) = alert.fired_at {
        let (from, until) = (x(raised), x(alert.resolved_at.unwrap_or(last)));
        // Writing into a text cannot fail.
        let _ = writeln!(
            figure,
            "<rect class=\"up\" x=\"{from:.1}\" y=\"{TOP}\" width=\"{:.1}\" height=\"{:.1}\"/>",
            (until - from).max(1.0),
            HEIGHT - TOP - BOTTOM
        );
    }
    let lines = ((high - low) / step).round() as i32;
    for line in 0..=lines {
        let value = low + step * f64::from(line);
        let height = y(value);
        let _ = writeln!(
            figure,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{height:.1}\" y2=\"{height:.1}\"/>\
             <text class=\"value\" x=\"{}\" y=\"{:.1}\">{}</text>",
            WIDTH - RIGHT,
            LEFT - 8.0,
            height + 4.0,
            escaped(&series.unit.format(value))
        );
    }
    if let Some(bound) = bound {
        let height = y(bound);
        let _ = writeln!(
            figure,
            "<line class=\"bound\" x1=\"{LEFT}\" x2=\"{}\" y1=\"{height:.1}\" y2=\"{height:.1}\"/>",
            WIDTH - RIGHT
        );
    }
    let _ = writeln!(figure, "<path class=\"course\" d=\"{}\"/>", path(&series.points, x, y));
    let base = HEIGHT - 8.0;
    let _ = writeln!(
        figure,
        "<text class=\"time\" x=\"{LEFT}\" y=\"{base}\">{}</text><text class=\"time end\" x=\"{}\" y=\"{base}\">{}</text>\n</svg>",
        escaped(&(export.moment)(first)),
        WIDTH - RIGHT,
        escaped(&(export.moment)(last))
    );
    let dashed = if bound.is_some() { "; the dashed line is the bound" } else { "" };
    let _ = writeln!(figure, "<figcaption>{name}. Shaded: while it was up{dashed}.</figcaption>\n</figure>");
    Some(figure)
}

/// The distance of lines that people count in, no shorter than `least`: 1, 2 or 5 with noughts.
fn step(least: f64) -> f64 {
    let power = 10_f64.powf(least.log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|one| one * power).find(|step| *step >= least * 0.999).unwrap_or(power)
}

/// A line through all values; a gap breaks it.
fn path(points: &[Point], x: impl Fn(Timestamp) -> f64, y: impl Fn(f64) -> f64) -> String {
    let mut path = String::new();
    let mut verb = 'M';
    for point in points {
        match point.value {
            Some(value) => {
                let _ = write!(path, "{verb}{:.1} {:.1}", x(point.at), y(value));
                verb = 'L';
            }
            None => verb = 'M',
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_lie_where_people_count() {
        for (least, expected) in [(9.0, 10.0), (10.0, 10.0), (0.3, 0.5), (1.2e9, 2e9), (0.021, 0.05), (1.0, 1.0)] {
            assert!((step(least) - expected).abs() < expected * 1e-9, "{least}: {}", step(least));
        }
    }
}
