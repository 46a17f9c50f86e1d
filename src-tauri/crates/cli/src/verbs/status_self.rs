//! `status --self`: what Caretaker itself costs, beside what it promised.

use caretaker_api::Access;
use caretaker_core::metric::Unit;
use caretaker_core::problem::Problem;
use caretaker_core::view::{CostRow, CostState, CostView};

use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, sparkline};

/// Columns of a sparkline: one for an hour.
const SPARK: usize = 24;

/// Asks and shows. What is above its target is no failure: the rules `own-cpu`, `own-memory` and `own-writes` judge.
pub async fn show(context: &Context) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    let answer: Result<CostView, Problem> = connection.client.get("/cost").await;
    connection.close().await;
    let cost = answer?;
    context.terminal.show(&cost, || words(&context.terminal, &cost))?;
    Ok(Outcome::Done)
}

fn words(terminal: &Terminal, cost: &CostView) -> String {
    let mut table = Table::new(&[
        Column::name("CARETAKER ITSELF"),
        Column::new("NOW", Align::Right),
        Column::new("24 H MEAN", Align::Right),
        Column::whole("").dropped(2),
        Column::whole("TARGET").dropped(1),
        Column::whole(""),
    ]);
    for row in &cost.costs {
        let (word, colour) = state(row);
        let blank = |text: &str| if text.is_empty() { "-".to_owned() } else { text.to_owned() };
        table.coloured([
            (row.title.clone(), None),
            (blank(&row.now_text), None),
            (blank(&row.average_text), None),
            // On a scale of its own: hundredths of a percent are what this is about.
            (sparkline(&row.points, Unit::Ratio, cost.from, cost.at, SPARK), Some(Colour::Dim)),
            (row.target_text.clone(), Some(Colour::Dim)),
            (word.to_owned(), colour),
        ]);
    }
    format!("{}\n{}\n", table.render(terminal), terminal.paint(Colour::Dim, &terminal.wrap(&connections(cost), 0)))
}

fn state(row: &CostRow) -> (&'static str, Option<Colour>) {
    match row.state {
        CostState::Within => ("● within", Some(Colour::Green)),
        CostState::Above => ("▲ above", Some(Colour::Yellow)),
        CostState::NoTarget => ("", None),
        CostState::Unknown => ("○ not measured", Some(Colour::Dim)),
    }
}

/// Zero connections beyond this machine are a promise too.
fn connections(cost: &CostView) -> String {
    let beyond = match cost.connections_beyond {
        0 => "No connection to another machine was opened since the start.".to_owned(),
        1 => "One connection to another machine was opened since the start.".to_owned(),
        several => format!("{several} connections to other machines were opened since the start."),
    };
    let here = match cost.connections {
        0 => String::new(),
        1 => " One was opened to a program on this machine.".to_owned(),
        several => format!(" {several} were opened to programs on this machine."),
    };
    beyond + &here
}
