//! Whether Caretaker itself works: 200, or 503 as soon as a check failed. Under addresses that supervisors expect.

use axum::Json;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use caretaker_core::time::Span;
use caretaker_core::view::{HealthPart, HealthView};
use caretaker_engine::Engine;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::{Answer, ErrorBody, Failure};

async fn judged(engine: &Engine, part: Option<HealthPart>) -> Result<Response, Failure> {
    let view = engine.health(part, None).await?;
    let status = StatusCode::from_u16(view.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok((status, Json(view)).into_response())
}

/// Every check of Caretaker itself, each with its time.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, body = HealthView),
    (status = 503, body = HealthView, description = "A check failed"), (status = 500, body = ErrorBody)))]
pub async fn all(State(engine): State<Engine>) -> Result<Response, Failure> {
    judged(&engine, None).await
}

/// Whether the engine answers.
#[utoipa::path(get, path = "/health/live", tag = "health",
    responses((status = 200, body = HealthView), (status = 503, body = HealthView)))]
pub async fn live(State(engine): State<Engine>) -> Result<Response, Failure> {
    judged(&engine, Some(HealthPart::Live)).await
}

/// Whether the engine measures: its newest round is at most three intervals old.
#[utoipa::path(get, path = "/health/ready", tag = "health",
    responses((status = 200, body = HealthView), (status = 503, body = HealthView)))]
pub async fn ready(State(engine): State<Engine>) -> Result<Response, Failure> {
    judged(&engine, Some(HealthPart::Ready)).await
}

/// Whether the databases answer and their disk has room.
#[utoipa::path(get, path = "/health/storage", tag = "health",
    responses((status = 200, body = HealthView), (status = 503, body = HealthView), (status = 500, body = ErrorBody)))]
pub async fn storage(State(engine): State<Engine>) -> Result<Response, Failure> {
    judged(&engine, Some(HealthPart::Storage)).await
}

/// Whether local models answer; `not_configured` where none is watched.
#[utoipa::path(get, path = "/health/models", tag = "health",
    responses((status = 200, body = HealthView), (status = 503, body = HealthView)))]
pub async fn models(State(engine): State<Engine>) -> Result<Response, Failure> {
    judged(&engine, Some(HealthPart::Models)).await
}

/// What to check.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HealthQuery {
    /// `live`, `ready`, `models`, `storage` or `config`; everything without it.
    part: Option<String>,
    /// Samples older than this count as stale; default three intervals.
    max_age: Option<Span>,
}

/// Runs checks now and says how they came out, with the time that each took. Always 200: the state stands in the answer.
#[utoipa::path(get, path = "/health", tag = "health", params(HealthQuery), operation_id = "checks",
    responses((status = 200, body = HealthView), (status = 400, body = ErrorBody),
        (status = 404, description = "There is no such part.", body = ErrorBody), (status = 500, body = ErrorBody)))]
pub async fn checks(
    State(engine): State<Engine>,
    query: Result<Query<HealthQuery>, QueryRejection>,
) -> Answer<HealthView> {
    let query = query?.0;
    Ok(Json(engine.health_of(query.part.as_deref(), query.max_age).await?))
}
