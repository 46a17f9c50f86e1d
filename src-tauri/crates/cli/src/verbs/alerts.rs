//! `alerts ack`, `silence` and `unsilence`: the verbs that change something about alerts.

use caretaker_api::Access;
use caretaker_core::metric::Labels;
use caretaker_core::problem::Problem;
use caretaker_core::view::{AcknowledgeRequest, AlertView, SilenceList, SilenceRequest, SilenceView};
use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::arguments::{Acknowledge, SilenceAlerts, Unsilence};
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::remaining;
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

/// Mutes a rule or an alert.
pub async fn silence(context: &Context, wanted: SilenceAlerts) -> Result<Outcome, Problem> {
    let request = SilenceRequest {
        target: wanted.target,
        labels: wanted.labels.into_iter().collect::<Labels>(),
        r#for: wanted.length,
        reason: wanted.reason,
    };
    let view: SilenceView = send(context, Method::POST, &Address::new("/silences"), &request).await?;
    let now = Context::now();
    context.terminal.show(&view, || {
        format!("Silenced {} {}, id {}\n", view.what, remaining(view.silence.until, now), view.silence.id.0)
    })?;
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
