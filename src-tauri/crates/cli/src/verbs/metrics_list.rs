//! `metrics list`: every series with its newest value.

use caretaker_api::Access;
use caretaker_core::problem::Problem;
use caretaker_core::view::SeriesList;

use crate::arguments::ListSeries;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, ago};

/// Asks and shows.
pub async fn list(context: &Context, wanted: &ListSeries) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    let answer: Result<SeriesList, Problem> = connection.client.get("/metrics/series").await;
    connection.close().await;
    let mut list = answer?;
    if let Some(term) = &wanted.term {
        list.series.retain(|entry| entry.key.to_string().contains(term.as_str()));
    }
    let now = Context::now();
    context.terminal.show(&list, || {
        if list.series.is_empty() {
            return match &wanted.term {
                Some(term) => format!("No series has `{term}` in its name or labels.\n"),
                None => "Nothing measured yet: start Caretaker or `caretaker run`\n".to_owned(),
            };
        }
        let mut table = Table::new(&[
            Column::name("SERIES"),
            Column::new("LAST", Align::Right),
            Column::new("MEASURED", Align::Right),
        ]);
        for entry in &list.series {
            table.coloured([
                (entry.key.to_string(), None),
                (entry.last.map(|value| entry.unit.format(value)).unwrap_or_default(), None),
                (entry.at.map(|at| ago(at, now)).unwrap_or_default(), Some(Colour::Dim)),
            ]);
        }
        table.render(&context.terminal)
    })?;
    Ok(Outcome::Done)
}
