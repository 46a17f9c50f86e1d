//! `alerts ack`, `silence`, `maintenance` and `unsilence`: the verbs that change something about alerts.

use caretaker_api::Access;
use caretaker_core::metric::Labels;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::rule::Level;
use caretaker_core::view::{AcknowledgeRequest, AlertView, SilenceList, SilencePreview, SilenceRequest, SilenceView};
use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::alerts_list::lasting;
use super::silence_preview;
use crate::arguments::{Acknowledge, Maintenance, SilenceAlerts, Unsilence, When};
use crate::context::Context;
use crate::outcome::Outcome;
use crate::request::Address;

/// Takes an alert on.
pub async fn acknowledge(context: &Context, wanted: &Acknowledge) -> Result<Outcome, Problem> {
    let address = Address::new("/alerts").segment(&wanted.id).word("acknowledge");
    let request = AcknowledgeRequest { note: wanted.note.clone() };
    let alert: AlertView = send(context, Method::POST, &address, &request).await?;
    context.terminal.show(&alert, || {
        let note = alert.acknowledged.as_ref().map(|ack| ack.note.as_str()).filter(|note| !note.is_empty());
        format!("Acknowledged: {}{}\n", alert.summary, note.map(|note| format!("; {note}")).unwrap_or_default())
    })?;
    Ok(Outcome::Done)
}

/// Mutes a rule or an alert, or says what that would mute.
pub async fn silence(context: &Context, wanted: SilenceAlerts) -> Result<Outcome, Problem> {
    let request = SilenceRequest {
        target: wanted.target,
        labels: wanted.labels.into_iter().collect::<Labels>(),
        r#for: wanted.length.unwrap_or_default(),
        until_resolved: wanted.until_resolved,
        reason: wanted.reason.unwrap_or_default(),
        ..SilenceRequest::default()
    };
    if wanted.dry_run { preview(context, &request).await } else { put(context, &request).await }
}

/// Mutes everything for a while, or says what that would mute.
pub async fn maintenance(context: &Context, wanted: Maintenance) -> Result<Outcome, Problem> {
    let now = Context::now();
    let moment = |when: Option<When>| match when {
        None => Ok(None),
        Some(when) => when.from(now).map(Some).ok_or_else(|| {
            Problem::new(Code::Usage, "the clock on the wall never shows that moment: it is skipped")
                .hint("name another one")
        }),
    };
    let from = moment(wanted.from)?;
    let until = match wanted.until {
        // What ends at a time of the clock ends after it began.
        Some(When::Next(time)) => When::Next(time).from(from.unwrap_or(now)),
        other => moment(other)?,
    };
    let request = SilenceRequest {
        target: "*".to_owned(),
        labels: wanted.labels.into_iter().collect::<Labels>(),
        from,
        r#for: wanted.length.unwrap_or_default(),
        until,
        except: wanted.except.map(Level::from),
        reason: wanted.reason.unwrap_or_default(),
        ..SilenceRequest::default()
    };
    if wanted.dry_run { preview(context, &request).await } else { put(context, &request).await }
}

async fn put(context: &Context, request: &SilenceRequest) -> Result<Outcome, Problem> {
    let view: SilenceView = send(context, Method::POST, &Address::new("/silences"), request).await?;
    let now = Context::now();
    context.terminal.show(&view, || {
        let done = if view.silence.from > now { "Will silence" } else { "Silenced" };
        format!("{done} {} {}, id {}\n", view.what, lasting(&view.silence, now), view.silence.id.0)
    })?;
    Ok(Outcome::Done)
}

async fn preview(context: &Context, request: &SilenceRequest) -> Result<Outcome, Problem> {
    let connection = context.connect(Access::Read).await?;
    let answer: Result<SilencePreview, Problem> =
        connection.client.send(Method::POST, "/silences/preview", request).await;
    connection.close().await;
    let preview = answer?;
    context.terminal.show(&preview, || silence_preview::words(&context.terminal, &preview, Context::now()))?;
    Ok(Outcome::Done)
}

/// Ends silences.
pub async fn unsilence(context: &Context, wanted: &Unsilence) -> Result<Outcome, Problem> {
    let address = Address::new("/silences").segment(&wanted.id);
    let ended: SilenceList = send(context, Method::DELETE, &address, &()).await?;
    context.terminal.show(&ended, || {
        let all: Vec<String> = ended.silences.iter().map(|view| view.what.clone()).collect();
        format!("No longer silenced: {}\n", all.join(", "))
    })?;
    Ok(Outcome::Done)
}

async fn send<T: DeserializeOwned>(
    context: &Context,
    method: Method,
    address: &Address,
    body: &impl Serialize,
) -> Result<T, Problem> {
    let connection = context.connect(Access::Write).await?;
    let answer = connection.client.send(method, address.as_str(), body).await;
    connection.close().await;
    answer
}
