//! Checks run now.

use axum::Json;
use axum::extract::{Query, State, rejection::QueryRejection};
use caretaker_core::time::Span;
use caretaker_core::view::HealthView;
use caretaker_engine::Engine;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::{Answer, ErrorBody};

/// What to check.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HealthQuery {
    /// `live`, `ready`, `models`, `storage` or `config`; everything without it.
    part: Option<String>,
    /// Samples older than this count as stale; default three intervals.
    max_age: Option<Span>,
}

/// Runs checks now and says how they came out, with the time that each took.
#[utoipa::path(get, path = "/health", tag = "status", params(HealthQuery),
    responses((status = 200, body = HealthView), (status = 400, body = ErrorBody),
        (status = 404, description = "There is no such part.", body = ErrorBody), (status = 500, body = ErrorBody)))]
pub async fn health(
    State(engine): State<Engine>,
    query: Result<Query<HealthQuery>, QueryRejection>,
) -> Answer<HealthView> {
    let query = query?.0;
    Ok(Json(engine.health_of(query.part.as_deref(), query.max_age).await?))
}
