//! Pausing notifications from the menu.

use std::sync::Arc;

use caretaker_core::view::QuietRequest;
use hyper::Method;

use crate::link::Link;

/// Pauses for `span`, or ends a pause with `off`.
pub async fn quiet(link: Arc<Link>, span: &'static str) {
    let request = QuietRequest { r#for: span.to_owned() };
    let done = match link.client() {
        Ok(client) => client.send::<serde_json::Value>(Method::PUT, "/quiet", &request).await.map(drop),
        Err(problem) => Err(problem),
    };
    if let Err(problem) = done {
        tracing::error!(%problem, "notifications could not be paused");
    }
}
