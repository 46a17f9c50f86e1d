//! Access tokens, in clear: only for the owner at the machine.

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use caretaker_core::view::{TokenRequest, TokenView};
use caretaker_engine::Engine;

use crate::answer::{Answer, ErrorBody};

/// Shows the access token of the loopback door for reading or acting; makes it if there is none, or anew if asked.
#[utoipa::path(post, path = "/access-token", tag = "access", request_body = TokenRequest,
    responses((status = 200, body = TokenView), (status = 400, body = ErrorBody)))]
pub async fn access_token(
    State(engine): State<Engine>,
    body: Result<Json<TokenRequest>, JsonRejection>,
) -> Answer<TokenView> {
    Ok(Json(engine.access_token(body?.0).await?))
}
