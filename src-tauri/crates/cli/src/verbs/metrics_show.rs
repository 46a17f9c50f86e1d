//! `metrics show`: values of a series over time; a chart where a person looks, lines where a program reads.

use std::fmt::Write;

use caretaker_api::Access;
use caretaker_core::metric::{SeriesPoints, Stats, StatsOf, Unit};
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;
use caretaker_core::view::PointsView;

use crate::arguments::ShowSeries;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, chart};
use crate::request::Address;

/// Wider charts are no easier to read.
const WIDEST: usize = 120;

/// Asks and shows.
pub async fn show(context: &Context, wanted: &ShowSeries) -> Result<Outcome, Problem> {
    let mut address = Address::new("/metrics/points")
        .parameter("name", Some(&wanted.name))
        .parameter("since", wanted.since)
        .parameter("step", wanted.step);
    for (name, value) in &wanted.labels {
        address = address.parameter("label", Some(format!("{name}={value}")));
    }
    let connection = context.connect(Access::Read).await?;
    let answer: Result<PointsView, Problem> = connection.client.get(address.as_str()).await;
    connection.close().await;
    let view = answer?;
    let terminal = &context.terminal;
    terminal.show(&view, || if terminal.interactive() { charts(terminal, &view) } else { lines(terminal, &view) })?;
    Ok(Outcome::Done)
}

fn charts(terminal: &Terminal, view: &PointsView) -> String {
    let mut text = String::new();
    let width = terminal.width().unwrap_or(80).min(WIDEST);
    for (index, series) in view.series.iter().enumerate() {
        // Writing into a text cannot fail.
        let _ = write_chart(&mut text, terminal, view, series, width, index == 0);
    }
    text
}

fn write_chart(
    text: &mut String,
    terminal: &Terminal,
    view: &PointsView,
    series: &SeriesPoints,
    width: usize,
    first: bool,
) -> std::fmt::Result {
    if !first {
        writeln!(text)?;
    }
    let step = match view.step_ms {
        Some(step) => format!("one value each {}", Span::from_millis(step).in_words()),
        None => "every sample".to_owned(),
    };
    let range = view.to.since(view.from).in_words();
    let head = terminal.paint(Colour::Bold, &series.key.to_string());
    writeln!(text, "{head}  {}", terminal.paint(Colour::Dim, &format!("{range}, {step}")))?;
    let lines = chart(&series.points, series.unit, view.from, view.to, width);
    if lines.is_empty() {
        return writeln!(text, "No values in this time.");
    }
    for line in lines {
        writeln!(text, "{line}")?;
    }
    writeln!(text, "{}", figures(&series.stats, series.unit, width))
}

/// Figures over all values, on as many lines as the width asks for.
fn figures(stats: &Stats, unit: Unit, width: usize) -> String {
    let named = [
        ("min", stats.min),
        ("mean", stats.mean),
        ("p50", stats.p50),
        ("p95", stats.p95),
        ("p99", stats.p99),
        ("max", stats.max),
    ];
    let texts = named.iter().filter_map(|(name, value)| Some(format!("{name} {}", unit.format((*value)?))));
    let samples = format!("{} {}", stats.count, if stats.count == 1 { "sample" } else { "samples" });
    // Peaks within a bucket are lost in percentiles of means, which who reads them must know.
    let of = (stats.of == StatsOf::Means).then(|| "percentiles of means".to_owned());
    let mut lines = vec![String::new()];
    for text in texts.chain([samples]).chain(of) {
        match lines.last_mut() {
            Some(line) if line.is_empty() => *line = text,
            Some(line) if line.chars().count() + 2 + text.chars().count() <= width => {
                line.push_str("  ");
                line.push_str(&text);
            }
            Some(_) | None => lines.push(text),
        }
    }
    lines.join("\n")
}

/// A line a value, oldest first.
fn lines(terminal: &Terminal, view: &PointsView) -> String {
    let mut text = String::new();
    for series in &view.series {
        let mut table = Table::new(&[
            Column::new("AT", Align::Left),
            Column::new("VALUE", Align::Right),
            Column::new("MIN", Align::Right),
            Column::new("MAX", Align::Right),
        ]);
        for point in &series.points {
            let value = |value: Option<f64>| value.map(|value| series.unit.format(value)).unwrap_or_default();
            table.row([point.at.to_string(), value(point.value), value(point.min), value(point.max)]);
        }
        // Writing into a text cannot fail.
        let _ = writeln!(
            text,
            "{}\n{}{}",
            series.key,
            table.render(terminal),
            figures(&series.stats, series.unit, usize::MAX)
        );
    }
    text
}
