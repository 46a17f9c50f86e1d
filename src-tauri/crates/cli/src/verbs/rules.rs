//! `alerts rules`: what is judged, and at which bounds.

use caretaker_api::Access;
use caretaker_core::alert::words::state_beyond;
use caretaker_core::config::judged_unit;
use caretaker_core::metric::{SeriesKey, Unit};
use caretaker_core::problem::Problem;
use caretaker_core::rule::{Aggregate, Rule, Threshold};
use caretaker_core::time::Span;
use caretaker_core::view::{RuleList, SeriesList};

use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table};

/// Prints every rule in a line.
pub async fn list(context: &Context) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    let answer: Result<RuleList, Problem> = connection.client.get("/rules").await;
    let known: Result<SeriesList, Problem> = connection.client.get("/metrics/series").await;
    connection.close().await;
    let (list, known) = (answer?, known.unwrap_or_default());
    context.terminal.show(&list, || {
        let mut table = Table::new(&[
            Column::name("RULE"),
            Column::giving_way("JUDGES").dropped(1),
            Column::whole("WARNING"),
            Column::whole("CRITICAL"),
            Column::new("FOR", Align::Right),
        ]);
        for rule in &list.rules {
            let unit = unit(rule, &known);
            let colour = (!rule.enabled).then_some(Colour::Dim);
            let hold = match (rule.enabled, rule.hold) {
                (false, _) => "off".to_owned(),
                (true, Span::ZERO) => "at once".to_owned(),
                (true, hold) => hold.in_words(),
            };
            let cells = [
                rule.id.clone(),
                judged(rule),
                bound(rule, rule.warning, unit),
                bound(rule, rule.critical, unit),
                hold,
            ];
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

/// The unit of what is judged: by the name of the series, else as it was measured.
fn unit(rule: &Rule, known: &SeriesList) -> Option<Unit> {
    judged_unit(rule).or_else(|| {
        let measured = known.series.iter().find(|entry| entry.key.name == rule.metric)?;
        Some(rule.of.unit_of(measured.unit))
    })
}

fn bound(rule: &Rule, threshold: Option<Threshold>, unit: Option<Unit>) -> String {
    // A bound between two counts, such as "above 0.5", would round into another meaning.
    let number = |bound: f64| match unit {
        // In the words of the other columns where they tell all of it, else exact: "90s" and not "1 min".
        Some(Unit::Seconds) => {
            let bound = Span::from_millis((bound * 1_000.0) as i64);
            let (words, text) = (bound.in_words(), bound.to_string());
            if words.replace([' ', '\u{a0}'], "").replace("min", "m").parse() == Ok(bound) { words } else { text }
        }
        Some(unit) if !matches!(unit, Unit::Count | Unit::Ratio) => unit.format(bound),
        Some(_) | None => bound.to_string(),
    };
    let Some(threshold) = threshold else { return String::new() };
    if let Some(state) = state_beyond(&rule.metric, threshold).filter(|_| rule.of == Aggregate::Last) {
        return state.to_owned();
    }
    match threshold {
        Threshold::Above(bound) => format!("above {}", number(bound)),
        Threshold::Below(bound) => format!("below {}", number(bound)),
    }
}
