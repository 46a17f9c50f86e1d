//! Stores beyond this machine: trying one, and writing it into the configuration. Both say where Caretaker sends to, so they are for the
//! owner at the machine.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use caretaker_core::view::{BackupsView, StoreRequest, StoreTrialRequest, StoreTrialView};
use caretaker_engine::Engine;

use crate::answer::{Answer, ErrorBody};

/// Tries whether copies can be made at a store, and says what works and what does not.
#[utoipa::path(post, path = "/backups/stores/test", tag = "backups", request_body = StoreTrialRequest,
    responses((status = 200, body = StoreTrialView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn test(
    State(engine): State<Engine>,
    body: Result<Json<StoreTrialRequest>, JsonRejection>,
) -> Answer<StoreTrialView> {
    Ok(Json(engine.try_store(body?.0).await?))
}

/// Writes a store into the configuration, new or changed. Keys are named by where they are.
#[utoipa::path(put, path = "/backups/stores/{id}", tag = "backups", params(("id" = String, Path)),
    request_body = StoreRequest, responses((status = 200, body = BackupsView), (status = 400, body = ErrorBody)))]
pub async fn put(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<StoreRequest>, JsonRejection>,
) -> Answer<BackupsView> {
    Ok(Json(engine.put_store(&id?.0, body?.0).await?))
}
