//! Long work: what goes on, and ending it.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use caretaker_core::view::{ActivitiesView, ActivityView};
use caretaker_engine::Engine;

use crate::answer::{Answer, ErrorBody};

/// Long work that goes on, and what ended in the last minutes.
#[utoipa::path(get, path = "/activities", tag = "backups", responses((status = 200, body = ActivitiesView)))]
pub async fn list(State(engine): State<Engine>) -> Answer<ActivitiesView> {
    Ok(Json(engine.activities()?))
}

/// One piece of long work. The identity may be shortened.
#[utoipa::path(get, path = "/activities/{id}", tag = "backups", params(("id" = String, Path)),
    responses((status = 200, body = ActivityView), (status = 404, body = ErrorBody)))]
pub async fn show(State(engine): State<Engine>, id: Result<Path<String>, PathRejection>) -> Answer<ActivityView> {
    Ok(Json(engine.activity(&id?.0)?))
}

/// Asks long work to end; it leaves nothing half made.
#[utoipa::path(post, path = "/activities/{id}/cancel", tag = "backups", params(("id" = String, Path)),
    responses((status = 200, body = ActivityView), (status = 404, body = ErrorBody)))]
pub async fn cancel(State(engine): State<Engine>, id: Result<Path<String>, PathRejection>) -> Answer<ActivityView> {
    Ok(Json(engine.cancel_activity(&id?.0)?))
}
