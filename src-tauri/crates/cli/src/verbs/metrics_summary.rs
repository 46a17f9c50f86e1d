//! `metrics summary`: the main figures with a small chart, mean and percentiles of a rolling window.

use caretaker_api::Access;
use caretaker_core::metric::{Stats, Unit};
use caretaker_core::problem::Problem;
use caretaker_core::view::{MetricSummary, SummaryRow};

use crate::arguments::{Summary, Window};
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, ago, sparkline};

/// Columns of a chart: one for an hour.
const SPARK: usize = 24;

/// Asks and shows.
pub async fn summary(context: &Context, wanted: &Summary) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    let answer: Result<MetricSummary, Problem> = connection.client.get("/metrics/summary").await;
    connection.close().await;
    let summary = answer?;
    let now = Context::now();
    context.terminal.show(&summary, || {
        let Some(at) = summary.at.filter(|_| !summary.series.is_empty()) else {
            return "Nothing measured yet: start Caretaker or `caretaker run`\n".to_owned();
        };
        let mut table = Table::new(&[
            Column::name("SERIES"),
            Column::new("NOW", Align::Right),
            Column::whole("LAST 24 H").dropped(4),
            Column::new("MEAN", Align::Right).dropped(3),
            Column::new("P50", Align::Right).dropped(1),
            Column::new("P95", Align::Right).dropped(1),
            Column::new("P99", Align::Right).dropped(1),
            Column::new("MAX", Align::Right).dropped(2),
        ]);
        for row in &summary.series {
            let chart = sparkline(&row.points, row.unit, summary.from, summary.to, SPARK);
            let [series, now, rest @ ..] = cells(row, wanted.window);
            let [mean, p50, p95, p99, max] = rest;
            table.row([series, now, chart, mean, p50, p95, p99, max]);
        }
        let window = match wanted.window {
            Window::Hour => "the last hour",
            Window::Day => "the last 24 hours",
            Window::Week => "the last 7 days",
        };
        let measured = format!("Measured {}; mean, percentiles and maximum are of {window}.", ago(at, now));
        let measured = context.terminal.wrap(&measured, 0);
        format!("{}\n{}\n", table.render(&context.terminal), context.terminal.paint(Colour::Dim, &measured))
    })?;
    Ok(Outcome::Done)
}

fn cells(row: &SummaryRow, window: Window) -> [String; 7] {
    let text = |unit: Unit, value: Option<f64>| value.map(|value| unit.format(value)).unwrap_or_default();
    let Stats { mean, p50, p95, p99, max, .. } = match window {
        Window::Hour => row.hour,
        Window::Day => row.day,
        Window::Week => row.week,
    };
    let [now, mean, p50, p95, p99, max] = [row.last, mean, p50, p95, p99, max].map(|value| text(row.unit, value));
    [row.key.to_string(), now, mean, p50, p95, p99, max]
}
