//! Keys of destinations: how they stand, the recovery sheet, and a key that comes back from one.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection};
use axum::extract::{Path, State};
use caretaker_core::view::{ConfirmKeyRequest, ImportKeyRequest, KeyView, SheetView};
use caretaker_engine::Engine;

use crate::answer::{Answer, ErrorBody};

/// The key of a destination, without anything that opens an archive.
#[utoipa::path(get, path = "/backups/destinations/{id}/key", tag = "backups", params(("id" = String, Path)),
    responses((status = 200, body = KeyView), (status = 404, body = ErrorBody)))]
pub async fn key(State(engine): State<Engine>, id: Result<Path<String>, PathRejection>) -> Answer<KeyView> {
    Ok(Json(engine.key(&id?.0).await?))
}

/// The recovery sheet, which opens everything: only for the owner at the machine. A destination without a key gets it.
#[utoipa::path(post, path = "/backups/destinations/{id}/key/sheet", tag = "backups", params(("id" = String, Path)),
    responses((status = 200, body = SheetView), (status = 404, body = ErrorBody), (status = 409, body = ErrorBody)))]
pub async fn sheet(State(engine): State<Engine>, id: Result<Path<String>, PathRejection>) -> Answer<SheetView> {
    Ok(Json(engine.key_sheet(&id?.0).await?))
}

/// Takes what a person typed from the sheet for a proof that it exists, if it opens a test.
#[utoipa::path(post, path = "/backups/destinations/{id}/key/confirm", tag = "backups", params(("id" = String, Path)),
    request_body = ConfirmKeyRequest,
    responses((status = 200, body = KeyView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
pub async fn confirm(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<ConfirmKeyRequest>, JsonRejection>,
) -> Answer<KeyView> {
    Ok(Json(engine.confirm_key(&id?.0, body?.0).await?))
}

/// Takes a key from a sheet, so that what is encrypted with it can be read here.
#[utoipa::path(post, path = "/backups/destinations/{id}/key/import", tag = "backups", params(("id" = String, Path)),
    request_body = ImportKeyRequest,
    responses((status = 200, body = KeyView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn import(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<ImportKeyRequest>, JsonRejection>,
) -> Answer<KeyView> {
    Ok(Json(engine.import_key(&id?.0, body?.0).await?))
}
