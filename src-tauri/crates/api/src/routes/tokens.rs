//! Access tokens, in clear: only for the owner at the machine. And what a way in may do, for everybody who came in.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::{Extension, Json};
use caretaker_core::view::{GrantsView, TokenRequest, TokenView};
use caretaker_engine::Engine;

use crate::answer::{Answer, ErrorBody};
use crate::grants::{Class, Grants};

/// What this way in may do beyond looking, so that a page offers only what works.
#[utoipa::path(get, path = "/grants", tag = "access", responses((status = 200, body = GrantsView)))]
pub async fn grants(Extension(grants): Extension<Grants>) -> Json<GrantsView> {
    Json(GrantsView { act: grants.allow(Class::Act), execute: grants.allow(Class::Execute) })
}

/// Shows the access token of the loopback door for reading or acting; makes it if there is none, or anew if asked.
#[utoipa::path(post, path = "/access-token", tag = "access", request_body = TokenRequest,
    responses((status = 200, body = TokenView), (status = 400, body = ErrorBody)))]
pub async fn access_token(
    State(engine): State<Engine>,
    body: Result<Json<TokenRequest>, JsonRejection>,
) -> Answer<TokenView> {
    Ok(Json(engine.access_token(body?.0).await?))
}
