//! An export as a Markdown table of figures: a line for each series, values with their units.

use std::fmt::Write;

use super::{Export, ExportedSeries};
use crate::metric::StatsOf;

pub(super) fn write(export: &Export) -> String {
    let mut text = format!("# Measurements\n\n{} to {}", export.from, export.to);
    if let Some(step) = export.step {
        let _ = write!(text, ", one value for {}", step.in_words());
    }
    text.push_str(".\n\n| Series | Samples | Newest | Lowest | Mean | Median | 95 % below | 99 % below | Highest |\n");
    text.push_str("|:--|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for series in &export.series {
        let points = &series.points;
        let stats = points.stats;
        let newest = series.newest.map(|(_, value)| value);
        let figures = [newest, stats.min, stats.mean, stats.p50, stats.p95, stats.p99, stats.max];
        // Writing into a text cannot fail.
        let _ = write!(text, "| {} | {} |", cell(&points.key.to_string()), stats.count);
        for figure in figures {
            let _ = write!(text, " {} |", figure.map_or_else(|| "–".to_owned(), |value| points.unit.format(value)));
        }
        text.push('\n');
    }
    let means: Vec<String> =
        export.series.iter().filter(|one| one.points.stats.of == StatsOf::Means).map(named).collect();
    if !means.is_empty() {
        let _ = writeln!(text, "\nPercentiles of means, because not every sample was read: {}.", means.join(", "));
    }
    text
}

fn named(series: &ExportedSeries) -> String {
    cell(&series.points.key.to_string())
}

/// A bar would end the cell, and other signs could become markup.
fn cell(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '|' | '\\' | '*' | '_' | '`' | '<' | '[') {
            safe.push('\\');
        }
        safe.push(if letter == '\n' { ' ' } else { letter });
    }
    safe
}

#[cfg(test)]
mod tests {
    use crate::export::{ExportFormat, example};

    #[test]
    fn every_series_is_a_line_of_figures_and_nothing_breaks_the_table() {
        let text = example::export().write(ExportFormat::Markdown);
        assert!(text.contains("2026-01-01T00:00:00.000Z to 2026-01-01T00:15:00.000Z, one value for 5 min."), "{text}");
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| host")).collect();
        assert_eq!(rows[0].replace("\\|", "").matches('|').count(), 10, "{}", rows[0]);
        assert!(rows[0].starts_with("| host.disk.usage{mount=/a, \"b\"\\|c} | 4 | 64 % | 60 %"), "{}", rows[0]);
        assert!(rows[1].contains("| 0 | – |"), "{}", rows[1]);
        assert!(text.ends_with("read: host.disk.usage{mount=/a, \"b\"\\|c}.\n"), "{text}");
    }
}
