//! `alerts rules`: what is judged, and at which bounds.

use caretaker_api::Access;
use caretaker_core::metric::SeriesKey;
use caretaker_core::problem::Problem;
use caretaker_core::rule::{Aggregate, Rule, Threshold};
use caretaker_core::time::Span;
use caretaker_core::view::RuleList;

use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table};

/// Prints every rule in a line.
pub async fn list(context: &Context) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    let list: RuleList = connection.client.get("/rules").await?;
    connection.close().await;
    context.terminal.show(&list, || {
        let mut table = Table::new(&[
            Column::new("RULE", Align::Left),
            Column::giving_way("JUDGES"),
            Column::new("WARNING", Align::Left),
            Column::new("CRITICAL", Align::Left),
            Column::new("FOR", Align::Right),
        ]);
        for rule in &list.rules {
            let colour = (!rule.enabled).then_some(Colour::Dim);
            let hold = match (rule.enabled, rule.hold) {
                (false, _) => "off".to_owned(),
                (true, Span::ZERO) => "at once".to_owned(),
                (true, hold) => hold.in_words(),
            };
            let cells = [rule.id.clone(), judged(rule), bound(rule.warning), bound(rule.critical), hold];
            table.coloured(cells.map(|cell| (cell, colour)));
        }
        table.render(&context.terminal)
    })?;
    Ok(Outcome::Done)
}

/// `avg of host.cpu.usage over 5 min`.
fn judged(rule: &Rule) -> String {
    let series = SeriesKey { name: rule.metric.clone(), labels: rule.filter.clone() };
    let figure = match rule.of {
        Aggregate::Last => String::new(),
        Aggregate::Avg => "mean of ".to_owned(),
        Aggregate::Min => "smallest ".to_owned(),
        Aggregate::Max => "largest ".to_owned(),
        Aggregate::P50 => "median of ".to_owned(),
        Aggregate::P95 => "95th percentile of ".to_owned(),
        Aggregate::P99 => "99th percentile of ".to_owned(),
        Aggregate::Sum => "sum of ".to_owned(),
        Aggregate::Rate => "rate of ".to_owned(),
        Aggregate::Delta => "change of ".to_owned(),
        Aggregate::Forecast => "time left of ".to_owned(),
        Aggregate::Absent => "time without ".to_owned(),
    };
    let over = rule.over.map(|over| format!(" over {}", over.in_words())).unwrap_or_default();
    format!("{figure}{series}{over}")
}

fn bound(threshold: Option<Threshold>) -> String {
    match threshold {
        Some(Threshold::Above(bound)) => format!("above {bound}"),
        Some(Threshold::Below(bound)) => format!("below {bound}"),
        None => String::new(),
    }
}
