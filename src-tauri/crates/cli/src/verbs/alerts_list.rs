//! `alerts list`: a line an alert, and what is silenced.

use caretaker_api::Access;
use caretaker_core::alert::{Silence, State};
use caretaker_core::problem::Problem;
use caretaker_core::rule::Level;
use caretaker_core::time::Timestamp;
use caretaker_core::view::{AlertList, AlertView, SilenceView};

use crate::arguments::ListAlerts;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Align, Colour, Column, Table, Terminal, ago, level_sign, local, remaining};
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
    connection.close().await;
    let list = answer?;
    let now = Context::now();
    context.terminal.show(&list, || {
        let mut text = match list.alerts.is_empty() {
            true if wanted.all || wanted.hours.is_some() => "There were no alerts.\n".to_owned(),
            true => "No alerts are open.\n".to_owned(),
            false => table(&context.terminal, &list.alerts, now).render(&context.terminal),
        };
        if !list.silences.is_empty() {
            text.push('\n');
            text.push_str(&silenced(&list.silences, now).render(&context.terminal));
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
        Column::whole("ID"),
    ]);
    // The moment takes 13 characters, the next 5 depend on rule and series: also those that are not shown are told apart.
    let length = unique_length(alerts.iter().map(|alert| alert.id.0.as_str()), 18);
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
        (State::Resolved, _, _) | (State::Pending, None, None) => state(alert, now),
        (_, _, Some(_)) => "silenced".to_owned(),
        (_, Some(_), None) => "acknowledged".to_owned(),
        // Of a recovering alert the sentence says it.
        (State::Firing | State::Recovering, None, None) => String::new(),
    }
}

/// Where an alert stands, in words.
pub fn state(alert: &AlertView, now: Timestamp) -> String {
    let base = match alert.state {
        State::Pending => "pending".to_owned(),
        State::Firing => "firing".to_owned(),
        State::Recovering => alert
            .recovering_since
            .map_or_else(|| "recovering".to_owned(), |since| format!("recovering since {}", ago(since, now))),
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

fn silenced(silences: &[SilenceView], now: Timestamp) -> Table {
    let mut table = Table::new(&[
        Column::name("SILENCED"),
        Column::whole("UNTIL"),
        Column::giving_way("REASON"),
        Column::whole("ID"),
    ]);
    // The moment takes 13 characters of a UUIDv7; two silences of one moment need more.
    let length = unique_length(silences.iter().map(|view| view.silence.id.0.as_str()), 13);
    for view in silences {
        let silence = &view.silence;
        table.coloured([
            (view.what.clone(), None),
            (lasting(silence, now), None),
            (silence.reason.clone(), None),
            (silence.id.0.chars().take(length).collect(), Some(Colour::Dim)),
        ]);
    }
    table
}

/// `until 09:00 (40 min)`, `until it is resolved`, `from Sun 03:00 to Sun 05:00`.
pub fn lasting(silence: &Silence, now: Timestamp) -> String {
    if silence.from > now {
        let ahead = silence.until.since(now);
        return format!("from {} to {}", local(silence.from, ahead), local(silence.until, ahead));
    }
    if silence.until_resolved {
        return "until it is resolved".to_owned();
    }
    remaining(silence.until, now)
}

/// How many characters, at least `least`, tell these ids apart.
fn unique_length<'i>(ids: impl Iterator<Item = &'i str>, least: usize) -> usize {
    let mut ids: Vec<&str> = ids.collect();
    ids.sort_unstable();
    let shared = ids.windows(2).map(|pair| pair[0].chars().zip(pair[1].chars()).take_while(|(a, b)| a == b).count());
    shared.max().map_or(least, |shared| (shared + 1).max(least))
}
