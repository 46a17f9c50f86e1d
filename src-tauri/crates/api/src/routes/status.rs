//! The state of everything.

use axum::Json;
use axum::extract::{Query, State, rejection::QueryRejection};
use caretaker_core::time::Span;
use caretaker_core::view::{CostView, DoctorView, Overview, SensorsView, Status};
use caretaker_engine::Engine;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::{Answer, ErrorBody};

/// How old samples may be.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatusQuery {
    /// Samples older than this count as stale; default three intervals.
    max_age: Option<Span>,
}

/// Everything at a glance.
#[utoipa::path(get, path = "/status", tag = "status", params(StatusQuery),
    responses((status = 200, body = Status), (status = 500, body = ErrorBody)))]
pub async fn status(State(engine): State<Engine>, query: Result<Query<StatusQuery>, QueryRejection>) -> Answer<Status> {
    Ok(Json(engine.status(query?.max_age).await?))
}

/// Everything that the first page shows.
#[utoipa::path(get, path = "/overview", tag = "status",
    responses((status = 200, body = Overview), (status = 500, body = ErrorBody)))]
pub async fn overview(State(engine): State<Engine>) -> Answer<Overview> {
    Ok(Json(engine.overview().await?))
}

/// What Caretaker itself costs: now, over 24 hours, and beside what was promised.
#[utoipa::path(get, path = "/cost", tag = "status",
    responses((status = 200, body = CostView), (status = 500, body = ErrorBody)))]
pub async fn cost(State(engine): State<Engine>) -> Answer<CostView> {
    Ok(Json(engine.cost().await?))
}

/// Checks the machine and Caretaker's own set-up.
#[utoipa::path(get, path = "/doctor", tag = "status",
    responses((status = 200, body = DoctorView), (status = 500, body = ErrorBody)))]
pub async fn doctor(State(engine): State<Engine>) -> Answer<DoctorView> {
    Ok(Json(engine.doctor().await?))
}

/// Reads every sensor that was looked for: source, raw and decoded value, the series it fills, or why it is absent.
#[utoipa::path(get, path = "/doctor/sensors", tag = "status",
    responses((status = 200, body = SensorsView), (status = 500, body = ErrorBody)))]
pub async fn sensors(State(engine): State<Engine>) -> Answer<SensorsView> {
    Ok(Json(engine.sensors().await?))
}

/// Whether the machine is fit to serve people around the clock.
#[utoipa::path(get, path = "/server-readiness", tag = "status",
    responses((status = 200, body = DoctorView), (status = 500, body = ErrorBody)))]
pub async fn server_readiness(State(engine): State<Engine>) -> Answer<DoctorView> {
    Ok(Json(engine.server_readiness().await?))
}
