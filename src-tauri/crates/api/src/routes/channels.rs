//! Where notices go, and the handing over of those for the screen to a tray app.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use caretaker_core::view::{ChannelList, ChannelTestRequest, ChannelTestView, DueNotices, NoticeOutcomeRequest};
use caretaker_engine::Engine;

use crate::answer::{Answer, ErrorBody, Failure};

/// Every channel, and how it stands.
#[utoipa::path(get, path = "/channels", tag = "channels", responses((status = 200, body = ChannelList)))]
pub async fn list(State(engine): State<Engine>) -> Answer<ChannelList> {
    Ok(Json(engine.channels().await?))
}

/// Sends a test notice now and says what the other side answered.
#[utoipa::path(post, path = "/channels/test", tag = "channels", request_body = ChannelTestRequest,
    responses((status = 200, body = ChannelTestView), (status = 404, body = ErrorBody), (status = 501, body = ErrorBody)))]
pub async fn test(
    State(engine): State<Engine>,
    body: Result<Json<ChannelTestRequest>, JsonRejection>,
) -> Answer<ChannelTestView> {
    Ok(Json(engine.test_channel(body?.0).await?))
}

/// Notices that the asking tray app is to show, because the engine cannot.
#[utoipa::path(post, path = "/notifications/due", tag = "desktop", responses((status = 200, body = DueNotices)))]
pub async fn to_show(State(engine): State<Engine>) -> Answer<DueNotices> {
    Ok(Json(engine.notices_to_show().await?))
}

/// What came of showing one of them.
#[utoipa::path(post, path = "/notifications/outcome", tag = "desktop", request_body = NoticeOutcomeRequest,
    responses((status = 204), (status = 400, body = ErrorBody)))]
pub async fn was_shown(
    State(engine): State<Engine>,
    body: Result<Json<NoticeOutcomeRequest>, JsonRejection>,
) -> Result<StatusCode, Failure> {
    engine.notice_was_shown(body?.0).await?;
    Ok(StatusCode::NO_CONTENT)
}
