//! `alerts ack`, `silence` and `unsilence`: the verbs that change something about alerts.

use caretaker_api::Access;
use caretaker_core::alert::Silence;
use caretaker_core::metric::Labels;
use caretaker_core::problem::Problem;
use caretaker_core::view::{AcknowledgeRequest, AlertView, SilenceList, SilenceRequest};
use hyper::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::alerts_list::subject;
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
    context.terminal.show(&alert, || format!("Acknowledged: {}\n", alert.summary))?;
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
    let silence: Silence = send(context, Method::POST, &Address::new("/silences"), &request).await?;
    let now = Context::now();
    context
        .terminal
        .show(&silence, || format!("Silenced {} {}\n", subject(&silence), remaining(silence.until, now)))?;
    Ok(Outcome::Done)
}

/// Ends silences.
pub async fn unsilence(context: &Context, wanted: &Unsilence) -> Result<Outcome, Problem> {
    let address = Address::new("/silences").segment(&wanted.id);
    let ended: SilenceList = send(context, Method::DELETE, &address, &()).await?;
    context.terminal.show(&ended, || {
        let subjects: Vec<String> = ended.silences.iter().map(subject).collect();
        format!("No longer silenced: {}\n", subjects.join(", "))
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
