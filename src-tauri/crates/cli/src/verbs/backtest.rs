//! `alerts backtest`: what a rule would have done, before it is saved.

use std::collections::BTreeMap;

use caretaker_api::Access;
use caretaker_core::problem::Problem;
use caretaker_core::rule::Level;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{BacktestRequest, BacktestView};
use hyper::Method;

use crate::arguments::Backtest;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, local};

/// From this share of a range on it is said that it is not stored.
const UNKNOWN: f64 = 0.02;

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
        let mut text = format!("{}\n{}\n", view.rule_text, found(&view));
        if !view.fired.is_empty() {
            text.push('\n');
            text.push_str(&table(&view).render(&context.terminal));
        }
        text
    })?;
    Ok(Outcome::Done)
}

/// What would have happened, and over which time that is known.
fn found(view: &BacktestView) -> String {
    let range = view.to.since(view.from);
    let Some(measured) = view.measured_from else {
        return format!("Nothing was measured in the last {}, so nothing can be said.", range.in_words());
    };
    let known = view.to.since(measured);
    let time = if (range - known).as_seconds() > range.as_seconds() * UNKNOWN {
        format!("In the {} that are stored of the last {}", known.in_words(), range.in_words())
    } else {
        format!("In the last {}", range.in_words())
    };
    match view.fired.len() {
        0 => format!("{time} it would not have fired."),
        fired => {
            let rung = if view.would_notify == 0 { "not at all".to_owned() } else { times(view.would_notify) };
            format!("{time} it would have fired {} and rung {rung}.", times(fired))
        }
    }
}

/// A day alone does not say which of several alerts of it is meant.
fn when(at: Timestamp, range: Span) -> String {
    let day = local(at, range);
    if range > Span::from_days(7) { format!("{day} {}", local(at, Span::from_hours(1))) } else { day }
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
    let range = view.to.since(view.from);
    for span in &view.fired {
        let colour = match span.level {
            Level::Critical => Colour::Red,
            Level::Warning => Colour::Yellow,
        };
        let lasted = span.to.map_or_else(|| "still up".to_owned(), |to| to.since(span.from).in_words());
        let labels: Vec<String> = span.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let peak = unit.map_or_else(|| span.peak.to_string(), |unit| unit.format(span.peak));
        table.coloured([
            (when(span.from, range), None),
            (lasted, None),
            (span.level.as_str().to_owned(), Some(colour)),
            (peak, None),
            (labels.join(" "), Some(Colour::Dim)),
        ]);
    }
    table
}
