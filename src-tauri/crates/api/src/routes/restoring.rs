//! What is in archives, whether they are sound, and bringing files back.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use caretaker_core::backup::ArchivePath;
use caretaker_core::view::{ActivityView, BrowseView, FilePreview, RestoreRequest, VerifyRequest, VersionsView};
use caretaker_engine::Engine;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::{Answer, ErrorBody};

/// Which folder.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BrowseQuery {
    /// The folder; the top without it.
    #[serde(default)]
    path: ArchivePath,
}

/// Which file.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VersionsQuery {
    /// Its path, or a part of it.
    path: String,
    /// Only in archives of this job.
    job: Option<String>,
}

/// A folder of an archive.
#[utoipa::path(get, path = "/backups/archives/{id}/browse", tag = "backups", params(("id" = String, Path), BrowseQuery),
    responses((status = 200, body = BrowseView), (status = 404, body = ErrorBody)))]
pub async fn browse(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    query: Result<Query<BrowseQuery>, QueryRejection>,
) -> Answer<BrowseView> {
    Ok(Json(engine.browse(&id?.0, query?.0.path).await?))
}

/// All versions of a file, in all archives.
#[utoipa::path(get, path = "/backups/versions", tag = "backups", params(VersionsQuery),
    responses((status = 200, body = VersionsView), (status = 400, body = ErrorBody)))]
pub async fn versions(
    State(engine): State<Engine>,
    query: Result<Query<VersionsQuery>, QueryRejection>,
) -> Answer<VersionsView> {
    let Query(VersionsQuery { path, job }) = query?;
    Ok(Json(engine.versions(path, job).await?))
}

/// Which file of an archive.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FileQuery {
    /// The file.
    path: ArchivePath,
}

/// One file of an archive as it can be shown, and how the file on the machine differs from it.
#[utoipa::path(get, path = "/backups/archives/{id}/file", tag = "backups", params(("id" = String, Path), FileQuery),
    responses((status = 200, body = FilePreview), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn file(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    query: Result<Query<FileQuery>, QueryRejection>,
) -> Answer<FilePreview> {
    Ok(Json(engine.preview_file(&id?.0, query?.0.path).await?))
}

/// Checks archives; all that are there when none is named. Answers at once; the activity tells how it goes.
#[utoipa::path(post, path = "/backups/verify", tag = "backups", request_body = VerifyRequest,
    responses((status = 200, body = ActivityView), (status = 404, body = ErrorBody)))]
pub async fn verify(
    State(engine): State<Engine>,
    body: Result<Json<VerifyRequest>, JsonRejection>,
) -> Answer<ActivityView> {
    Ok(Json(engine.verify_backups(body?.0).await?))
}

/// Proves that the newest archive of a job can be restored. Answers at once.
#[utoipa::path(post, path = "/backups/jobs/{id}/drill", tag = "backups", params(("id" = String, Path)),
    responses((status = 200, body = ActivityView), (status = 404, body = ErrorBody)))]
pub async fn drill(State(engine): State<Engine>, id: Result<Path<String>, PathRejection>) -> Answer<ActivityView> {
    Ok(Json(engine.drill_backup(&id?.0).await?))
}

/// Makes the catalog of a destination anew from its archives. Answers at once.
#[utoipa::path(post, path = "/backups/destinations/{id}/rebuild", tag = "backups", params(("id" = String, Path)),
    responses((status = 200, body = ActivityView), (status = 404, body = ErrorBody)))]
pub async fn rebuild(State(engine): State<Engine>, id: Result<Path<String>, PathRejection>) -> Answer<ActivityView> {
    Ok(Json(engine.rebuild_catalog(&id?.0).await?))
}

/// Takes over the destination that lies at its place now: its identity, and its archives into the catalog. Answers at once.
#[utoipa::path(post, path = "/backups/destinations/{id}/adopt", tag = "backups", params(("id" = String, Path)),
    responses((status = 200, body = ActivityView), (status = 404, body = ErrorBody)))]
pub async fn adopt(State(engine): State<Engine>, id: Result<Path<String>, PathRejection>) -> Answer<ActivityView> {
    Ok(Json(engine.adopt(&id?.0).await?))
}

/// Brings files of an archive back, or tells what would change. Answers at once.
#[utoipa::path(post, path = "/backups/archives/{id}/restore", tag = "backups", params(("id" = String, Path)),
    request_body = RestoreRequest,
    responses((status = 200, body = ActivityView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn restore(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<RestoreRequest>, JsonRejection>,
) -> Answer<ActivityView> {
    Ok(Json(engine.restore_backup(&id?.0, body?.0).await?))
}
