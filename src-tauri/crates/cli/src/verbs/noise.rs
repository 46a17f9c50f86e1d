//! `alerts noise`: which rule made how much noise, and at which bound it would have been quiet.

use caretaker_api::Access;
use caretaker_core::config::judged_unit;
use caretaker_core::problem::Problem;
use caretaker_core::rule::{Rule, Threshold};
use caretaker_core::view::{NoiseRow, NoiseView, RuleList};

use crate::arguments::Noise;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Column, Table};
use crate::request::Address;

/// Prints a line a rule, the noisiest first.
pub async fn noise(context: &Context, wanted: &Noise) -> Result<Outcome, Problem> {
    let address = Address::new("/rules/noise").parameter("since", wanted.since);
    let connection = context.connect(Access::Read).await?;
    let answer: Result<NoiseView, Problem> = connection.client.get(address.as_str()).await;
    let rules: Result<RuleList, Problem> = connection.client.get("/rules").await;
    connection.close().await;
    let (view, rules) = (answer?, rules.unwrap_or_default().rules);
    context.terminal.show(&view, || {
        let mut text = format!("{} in the last {}.\n", view.line, view.to.since(view.from).in_words());
        if view.rules.is_empty() {
            return text;
        }
        let mut table = Table::new(&[
            Column::name("RULE"),
            Column::new("FIRED", Align::Right),
            Column::new("RANG", Align::Right),
            Column::new("SHARE", Align::Right),
            Column::new("TAKEN ON", Align::Right),
            Column::new("SNOOZED", Align::Right),
            Column::whole("WOULD BE QUIET AT"),
        ]);
        for row in &view.rules {
            let rule = rules.iter().find(|rule| rule.id == row.rule);
            table.row([
                row.rule.clone(),
                row.fired.to_string(),
                row.told.to_string(),
                format!("{:.0} %", row.share_percent),
                row.acknowledged.to_string(),
                row.snoozed.to_string(),
                quiet_at(row, rule),
            ]);
        }
        text.push('\n');
        text.push_str(&table.render(&context.terminal));
        text
    })?;
    Ok(Outcome::Done)
}

fn quiet_at(row: &NoiseRow, rule: Option<&Rule>) -> String {
    let Some(quieter) = row.quieter else { return "-".to_owned() };
    let bound = |bound: f64| rule.and_then(judged_unit).map_or_else(|| bound.to_string(), |unit| unit.format(bound));
    let words = match quieter.threshold {
        Threshold::Above(over) => format!("above {}", bound(over)),
        Threshold::Below(under) => format!("below {}", bound(under)),
    };
    format!("{words} ({} instead of {})", quieter.would_notify, quieter.instead_of)
}
