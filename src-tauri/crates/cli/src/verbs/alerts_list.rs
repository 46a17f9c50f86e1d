//! `alerts list`: a line an alert, and what is silenced.

use std::fmt::Write;

use caretaker_api::Access;
use caretaker_core::alert::{Silence, State};
use caretaker_core::problem::Problem;
use caretaker_core::rule::Level;
use caretaker_core::time::Timestamp;
use caretaker_core::view::{AlertList, AlertView, SilenceList};

use crate::arguments::ListAlerts;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, ago, level_sign, remaining};
use crate::request::Address;

/// Narrower terminals leave out what can be looked up.
const ROOMY: usize = 110;

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
            false => table(&context.terminal, &list.alerts, now).render(&context.terminal),
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

/// A line an alert: sign, sentence, where it stands if that is not simply open, and what is typed to act on it.
pub fn table(terminal: &Terminal, alerts: &[AlertView], now: Timestamp) -> Table {
    let mut table = Table::new(&[
        Column::new("LEVEL", Align::Left),
        Column::giving_way("WHAT"),
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
            (remark(alert, now), None),
            (alert.rule.clone(), None),
            (alert.id.0.chars().take(length).collect(), Some(Colour::Dim)),
        ]);
    }
    let simple = alerts.iter().all(|alert| remark(alert, now).is_empty());
    let table = if simple { table.without("STATE") } else { table };
    // The sentence says more than the name of the rule, which `alerts show` has too.
    if terminal.width().is_some_and(|width| width < ROOMY) { table.without("RULE") } else { table }
}

/// What is to be said of an alert that is not simply open, in a word.
fn remark(alert: &AlertView, now: Timestamp) -> String {
    match (alert.state, &alert.acknowledged, alert.silenced_until) {
        (State::Resolved, _, _) | (State::Pending | State::Recovering, None, None) => state(alert, now),
        (_, _, Some(_)) => "silenced".to_owned(),
        (_, Some(_), None) => "acknowledged".to_owned(),
        (State::Firing, None, None) => String::new(),
    }
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
        // Writing into a text cannot fail.
        let _ = write!(text, " {name}={value}");
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
