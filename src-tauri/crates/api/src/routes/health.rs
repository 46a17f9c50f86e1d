//! Whether Caretaker itself works: 200, or 503 as soon as a check failed. Under addresses that supervisors expect.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use caretaker_core::view::HealthView;
use caretaker_engine::{Engine, HealthScope};

use crate::answer::{ErrorBody, Failure};

async fn judged(engine: &Engine, scope: HealthScope) -> Result<Response, Failure> {
    let view = engine.health(scope).await?;
    let status = StatusCode::from_u16(view.http_status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Ok((status, Json(view)).into_response())
}

/// Every check of Caretaker itself, each with its time.
#[utoipa::path(get, path = "/health", tag = "health", responses((status = 200, body = HealthView),
    (status = 503, body = HealthView, description = "A check failed"), (status = 500, body = ErrorBody)))]
pub async fn all(State(engine): State<Engine>) -> Result<Response, Failure> {
    judged(&engine, HealthScope::All).await
}

/// Whether the engine answers.
#[utoipa::path(get, path = "/health/live", tag = "health",
    responses((status = 200, body = HealthView), (status = 503, body = HealthView)))]
pub async fn live(State(engine): State<Engine>) -> Result<Response, Failure> {
    judged(&engine, HealthScope::Live).await
}

/// Whether the engine measures: its newest round is at most three intervals old.
#[utoipa::path(get, path = "/health/ready", tag = "health",
    responses((status = 200, body = HealthView), (status = 503, body = HealthView)))]
pub async fn ready(State(engine): State<Engine>) -> Result<Response, Failure> {
    judged(&engine, HealthScope::Ready).await
}

/// Whether the databases answer and their disk has room.
#[utoipa::path(get, path = "/health/storage", tag = "health",
    responses((status = 200, body = HealthView), (status = 503, body = HealthView), (status = 500, body = ErrorBody)))]
pub async fn storage(State(engine): State<Engine>) -> Result<Response, Failure> {
    judged(&engine, HealthScope::Storage).await
}

/// Whether local models answer; `not_configured` where none is watched.
#[utoipa::path(get, path = "/health/models", tag = "health",
    responses((status = 200, body = HealthView), (status = 503, body = HealthView)))]
pub async fn models(State(engine): State<Engine>) -> Result<Response, Failure> {
    judged(&engine, HealthScope::Models).await
}
