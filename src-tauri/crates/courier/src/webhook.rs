//! What a webhook is posted: one JSON document, described in `docs/guide/watching-from-another-computer.md`. Fields are
//! added, never changed; a change of meaning would be another version.

use caretaker_core::alert::State;
use caretaker_core::metric::{Labels, Unit};
use caretaker_core::rule::{Level, Threshold};
use caretaker_core::time::Timestamp;
use serde::Serialize;

use crate::letter::Letter;

/// The version of the document.
const VERSION: u32 = 1;

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    id: &'a str,
    event: &'a str,
    at: Timestamp,
    host: &'a str,
    alert_id: &'a str,
    rule: Option<&'a str>,
    level: Level,
    state: Option<State>,
    title: &'a str,
    summary: &'a str,
    text: String,
    metric: Option<&'a str>,
    labels: Labels,
    value: Option<f64>,
    value_text: Option<&'a str>,
    unit: Option<Unit>,
    threshold: Option<Threshold>,
    since: Option<Timestamp>,
    resolved_at: Option<Timestamp>,
    route: &'a str,
    link: Option<String>,
}

/// The document as text.
pub fn document(letter: &Letter<'_>) -> Vec<u8> {
    let (notice, about) = (letter.notice, letter.notice.about.as_ref());
    let document = Document {
        version: VERSION,
        id: &notice.id.0,
        event: letter.event(),
        at: notice.created,
        host: letter.host,
        alert_id: &notice.alert.0,
        rule: about.map(|about| about.rule.as_str()),
        level: notice.level,
        state: about.map(|about| about.state),
        title: &notice.title,
        summary: &notice.body,
        text: letter.text(),
        metric: about.map(|about| about.metric.as_str()),
        labels: about.map(|about| about.labels.clone()).unwrap_or_default(),
        value: about.map(|about| about.value).filter(|value| value.is_finite()),
        value_text: about.map(|about| about.value_text.as_str()),
        unit: about.map(|about| about.unit),
        threshold: about.and_then(|about| about.threshold),
        since: about.map(|about| about.since),
        resolved_at: about.and_then(|about| about.resolved_at),
        route: &notice.route,
        link: letter.address(),
    };
    serde_json::to_vec(&document).unwrap_or_default()
}
