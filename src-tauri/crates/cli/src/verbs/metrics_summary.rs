//! `metrics summary`: the main figures with their last hour and day.

use caretaker_api::Access;
use caretaker_core::metric::Unit;
use caretaker_core::problem::Problem;
use caretaker_core::view::{MetricSummary, SummaryRow};

use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, ago};

/// Asks and shows.
pub async fn summary(context: &Context) -> Result<Outcome, Problem> {
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
            Column::new("HOUR: MEAN", Align::Right).dropped(1),
            Column::new("P95", Align::Right).dropped(2),
            Column::new("MAX", Align::Right).dropped(2),
            Column::new("DAY: MEAN", Align::Right).dropped(3),
            Column::new("P95", Align::Right).dropped(3),
            Column::new("MAX", Align::Right).dropped(3),
        ]);
        for row in &summary.series {
            table.row(cells(row));
        }
        let measured = format!("Measured {}", ago(at, now));
        format!("{}\n{}\n", table.render(&context.terminal), context.terminal.paint(Colour::Dim, &measured))
    })?;
    Ok(Outcome::Done)
}

fn cells(row: &SummaryRow) -> [String; 8] {
    let text = |unit: Unit, value: Option<f64>| value.map(|value| unit.format(value)).unwrap_or_default();
    let (hour, day) = (&row.hour, &row.day);
    let values =
        [row.last, hour.mean, hour.p95, hour.max, day.mean, day.p95, day.max].map(|value| text(row.unit, value));
    let [now, hour_mean, hour_p95, hour_max, day_mean, day_p95, day_max] = values;
    [row.key.to_string(), now, hour_mean, hour_p95, hour_max, day_mean, day_p95, day_max]
}
