//! Silences and quiet time.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use caretaker_core::view::{QuietRequest, QuietView, SilenceList, SilencePreview, SilenceRequest, SilenceView};
use caretaker_engine::Engine;

use crate::answer::{Answer, ErrorBody};

/// Silences in force, the next to end first.
#[utoipa::path(get, path = "/silences", tag = "alerts", responses((status = 200, body = SilenceList)))]
pub async fn silences(State(engine): State<Engine>) -> Answer<SilenceList> {
    Ok(Json(engine.silences().await?))
}

/// Mutes a rule, one alert, or everything for maintenance, for a while.
#[utoipa::path(post, path = "/silences", tag = "alerts", request_body = SilenceRequest,
    responses((status = 200, body = SilenceView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn silence(
    State(engine): State<Engine>,
    body: Result<Json<SilenceRequest>, JsonRejection>,
) -> Answer<SilenceView> {
    Ok(Json(engine.silence(body?.0).await?))
}

/// What a silence would mute now, and would have muted in the last seven days. Changes nothing.
#[utoipa::path(post, path = "/silences/preview", tag = "alerts", request_body = SilenceRequest, operation_id = "preview_silence",
    responses((status = 200, body = SilencePreview), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn preview(
    State(engine): State<Engine>,
    body: Result<Json<SilenceRequest>, JsonRejection>,
) -> Answer<SilencePreview> {
    Ok(Json(engine.preview_silence(body?.0).await?))
}

/// Ends a silence, named by its own id, its rule or its alert; `*` ends maintenance. Answers with what ended.
#[utoipa::path(delete, path = "/silences/{target}", tag = "alerts",
    params(("target" = String, Path, description = "Id of the silence, of its rule or of its alert")),
    responses((status = 200, body = SilenceList), (status = 404, body = ErrorBody)))]
pub async fn unsilence(
    State(engine): State<Engine>,
    target: Result<Path<String>, PathRejection>,
) -> Answer<SilenceList> {
    Ok(Json(engine.unsilence(&target?.0).await?))
}

/// Whether notifications are paused.
#[utoipa::path(get, path = "/quiet", tag = "alerts", responses((status = 200, body = QuietView)))]
pub async fn quiet(State(engine): State<Engine>) -> Answer<QuietView> {
    Ok(Json(engine.quiet()))
}

/// Pauses notifications for a while, or resumes them.
#[utoipa::path(put, path = "/quiet", tag = "alerts", request_body = QuietRequest,
    responses((status = 200, body = QuietView), (status = 400, body = ErrorBody)))]
pub async fn set_quiet(
    State(engine): State<Engine>,
    body: Result<Json<QuietRequest>, JsonRejection>,
) -> Answer<QuietView> {
    Ok(Json(engine.set_quiet(body?.0).await?))
}
