//! The newest values and the engine's own counts for Prometheus.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::IntoResponse;
use caretaker_engine::Engine;

use crate::exposition;
use crate::requests::Requests;

/// The newest value of every series and Caretaker's own counts in the text format of Prometheus.
///
/// `host.cpu.usage` is `caretaker_host_cpu_usage_percent`; times are seconds. Values of a round older than three intervals
/// are left out.
#[utoipa::path(get, path = "/metrics", tag = "metrics",
    responses((status = 200, body = String, content_type = "text/plain; version=0.0.4")))]
pub async fn metrics(State(engine): State<Engine>, Extension(requests): Extension<Arc<Requests>>) -> impl IntoResponse {
    let page = exposition::page(&engine.figures(), &requests.counts());
    ([(header::CONTENT_TYPE, exposition::CONTENT_TYPE)], page)
}
