//! `alerts backtest`: what a rule would have done, before it is saved.

use std::collections::BTreeMap;

use caretaker_api::Access;
use caretaker_core::problem::Problem;
use caretaker_core::rule::Level;
use caretaker_core::view::{BacktestRequest, BacktestView};
use hyper::Method;

use crate::arguments::Backtest;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, local};

/// Prints every alert that would have been raised.
pub async fn backtest(context: &Context, wanted: &Backtest) -> Result<Outcome, Problem> {
    let set: BTreeMap<String, Option<String>> =
        wanted.set.iter().map(|(key, value)| (key.clone(), Some(value.clone()))).collect();
    let request = BacktestRequest { rule: wanted.rule.clone(), set, since: wanted.since };
    let connection = context.connect(Access::Read).await?;
    let answer: Result<BacktestView, Problem> = connection.client.send(Method::POST, "/rules/backtest", &request).await;
    connection.close().await;
    let view = answer?;
    context.terminal.show(&view, || {
        let days = view.to.since(view.from).in_words();
        let found = match (view.rounds, view.fired.len()) {
            (0, _) => format!("Nothing was measured in the last {days}, so nothing can be said."),
            (_, 0) => format!("In the last {days} it would not have fired."),
            (_, fired) => {
                let rung = if view.would_notify == 0 { "not at all".to_owned() } else { times(view.would_notify) };
                format!("In the last {days} it would have fired {} and rung {rung}.", times(fired))
            }
        };
        let mut text = format!("{}\n{found}\n", view.rule_text);
        if !view.fired.is_empty() {
            text.push('\n');
            text.push_str(&table(&view).render(&context.terminal));
        }
        text
    })?;
    Ok(Outcome::Done)
}

fn times(number: usize) -> String {
    if number == 1 { "once".to_owned() } else { format!("{number} times") }
}

fn table(view: &BacktestView) -> Table {
    let unit = caretaker_core::config::judged_unit(&view.rule);
    let mut table = Table::new(&[
        Column::whole("FROM"),
        Column::whole("LASTED"),
        Column::whole("LEVEL"),
        Column::new("PEAK", Align::Right),
        Column::giving_way("SERIES"),
    ]);
    for span in &view.fired {
        let colour = match span.level {
            Level::Critical => Colour::Red,
            Level::Warning => Colour::Yellow,
        };
        let lasted = span.to.map_or_else(|| "still up".to_owned(), |to| to.since(span.from).in_words());
        let labels: Vec<String> = span.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let peak = unit.map_or_else(|| span.peak.to_string(), |unit| unit.format(span.peak));
        table.coloured([
            (local(span.from, view.to.since(view.from)), None),
            (lasted, None),
            (span.level.as_str().to_owned(), Some(colour)),
            (peak, None),
            (labels.join(" "), Some(Colour::Dim)),
        ]);
    }
    table
}
