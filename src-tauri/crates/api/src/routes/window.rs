//! What reaches the screen.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use caretaker_core::view::{OpenWindowRequest, OpenWindowView};
use caretaker_engine::Engine;

use crate::answer::{Answer, ErrorBody, Failure};

/// Asks attached tray apps to open their window.
#[utoipa::path(post, path = "/window", tag = "desktop", request_body = OpenWindowRequest,
    responses((status = 200, body = OpenWindowView)))]
pub async fn open_window(
    State(engine): State<Engine>,
    body: Result<Json<OpenWindowRequest>, JsonRejection>,
) -> Answer<OpenWindowView> {
    Ok(Json(engine.open_window(&body?.0.route)))
}

/// Shows a notification that proves the way to the screen.
#[utoipa::path(post, path = "/notifications/test", tag = "desktop",
    responses((status = 204), (status = 501, body = ErrorBody), (status = 500, body = ErrorBody)))]
pub async fn test_notification(State(engine): State<Engine>) -> Result<StatusCode, Failure> {
    engine.test_notification().await?;
    Ok(StatusCode::NO_CONTENT)
}
