//! What takes up the disks.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use caretaker_core::view::{FoldersView, SurveyRequest};
use caretaker_engine::Engine;

use crate::answer::{Answer, ErrorBody};

/// The largest folders of every judged disk as they were last looked at, and those that grew.
#[utoipa::path(get, path = "/folders", tag = "metrics", responses((status = 200, body = FoldersView), (status = 500, body = ErrorBody)))]
pub async fn folders(State(engine): State<Engine>) -> Answer<FoldersView> {
    Ok(Json(engine.folders().await?))
}

/// Looks at one disk now, or at all. Answers at once; `is_looking` says while it goes on.
#[utoipa::path(post, path = "/folders/survey", tag = "metrics", request_body = SurveyRequest,
    responses((status = 200, body = FoldersView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn survey(
    State(engine): State<Engine>,
    body: Result<Json<SurveyRequest>, JsonRejection>,
) -> Answer<FoldersView> {
    Ok(Json(engine.survey(body?.0).await?))
}
