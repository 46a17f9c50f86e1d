//! `alerts list`: a line an alert, and what is silenced.

use caretaker_api::Access;
use caretaker_core::alert::{Silence, State};
use caretaker_core::problem::Problem;
use caretaker_core::rule::Level;
use caretaker_core::time::Timestamp;
use caretaker_core::view::{AlertList, AlertView, SilenceList};

use crate::arguments::ListAlerts;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, ago, level_sign, remaining};
use crate::request::Address;

/// Asks and shows.
pub async fn list(context: &Context, wanted: &ListAlerts) -> Result<Outcome, Problem> {
    let address = Address::new("/alerts")
        .parameter("level", wanted.level.map(Level::from))
        .parameter("hours", wanted.hours)
        .parameter("all", wanted.all.then_some(true));
    let connection = context.connect(Access::Read).await?;
    let answer: Result<AlertList, Problem> = connection.client.get(address.as_str()).await;
    let silences: Result<SilenceList, Problem> = connection.client.get("/silences").await;
    connection.close().await;
    let list = answer?;
    let now = Context::now();
    context.terminal.show(&list, || {
        let mut text = match list.alerts.is_empty() {
            true if wanted.all || wanted.hours.is_some() => "There were no alerts.\n".to_owned(),
            true => "No alerts are open.\n".to_owned(),
            false => table(&list.alerts, now).render(&context.terminal),
        };
        let silences = silences.map(|list| list.silences).unwrap_or_default();
        if !silences.is_empty() {
            text.push('\n');
            text.push_str(&silenced(&silences, now).render(&context.terminal));
        }
        text
    })?;
    Ok(Outcome::Done)
}

/// A line an alert: sign, sentence, since, state where it is no plain open alert, and the beginning of the id.
pub fn table(alerts: &[AlertView], now: Timestamp) -> Table {
    let mut table = Table::new(&[
        Column::new("LEVEL", Align::Left),
        Column::giving_way("WHAT"),
        Column::new("SINCE", Align::Right),
        Column::new("STATE", Align::Left),
        Column::new("RULE", Align::Left),
        Column::new("ID", Align::Left),
    ]);
    let length = unique_length(alerts);
    for alert in alerts {
        let sign = level_sign(alert.level);
        let over = alert.state == State::Resolved;
        let colour = if over { Colour::Dim } else { sign.colour };
        table.coloured([
            (format!("{} {}", sign.shape, sign.word), Some(colour)),
            (alert.summary.clone(), over.then_some(Colour::Dim)),
            (ago(alert.since, now), None),
            (state(alert, now), None),
            (alert.rule.clone(), None),
            (alert.id.0.chars().take(length).collect(), Some(Colour::Dim)),
        ]);
    }
    table
}

/// Where an alert stands, in words.
pub fn state(alert: &AlertView, now: Timestamp) -> String {
    let base = match alert.state {
        State::Pending => "pending".to_owned(),
        State::Firing => "firing".to_owned(),
        State::Recovering => "recovering".to_owned(),
        State::Resolved => {
            alert.resolved_at.map_or_else(|| "resolved".to_owned(), |at| format!("resolved {}", ago(at, now)))
        }
    };
    match (&alert.acknowledged, alert.silenced_until) {
        (_, Some(until)) => format!("{base}, silenced {}", remaining(until, now)),
        (Some(_), None) if alert.state != State::Resolved => format!("{base}, acknowledged"),
        (_, None) => base,
    }
}

fn silenced(silences: &[Silence], now: Timestamp) -> Table {
    let mut table = Table::new(&[
        Column::new("SILENCED", Align::Left),
        Column::new("UNTIL", Align::Left),
        Column::giving_way("REASON"),
    ]);
    for silence in silences {
        table.row([subject(silence), remaining(silence.until, now), silence.reason.clone()]);
    }
    table
}

/// What a silence mutes: `rule cpu-high`, `alert 0198…`, with its labels.
pub fn subject(silence: &Silence) -> String {
    let mut text = match (&silence.rule, &silence.alert) {
        (Some(rule), _) => format!("rule {rule}"),
        (None, Some(alert)) => format!("alert {}", alert.0),
        (None, None) => "everything".to_owned(),
    };
    for (name, value) in silence.labels.iter() {
        text.push_str(&format!(" {name}={value}"));
    }
    text
}

/// How many characters of an id tell these alerts apart, and from those that began in the same moment and are not shown:
/// the moment takes 13 characters, the next 5 depend on rule and series.
fn unique_length(alerts: &[AlertView]) -> usize {
    const LEAST: usize = 18;
    let mut ids: Vec<&str> = alerts.iter().map(|alert| alert.id.0.as_str()).collect();
    ids.sort_unstable();
    let shared = ids.windows(2).map(|pair| pair[0].chars().zip(pair[1].chars()).take_while(|(a, b)| a == b).count());
    shared.max().map_or(LEAST, |shared| (shared + 1).max(LEAST))
}
