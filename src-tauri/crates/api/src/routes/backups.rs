//! Backups: what is known of them, and making them.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use caretaker_core::view::{
    ActivityView, ArchiveDetail, ArchiveList, BackupSuggestions, BackupsView, CreateRequest, JobRequest, PruneRequest,
    PruneView,
};
use caretaker_engine::Engine;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::{Answer, ErrorBody};

/// Which archives.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ArchivesQuery {
    /// Only those of this job.
    job: Option<String>,
    /// So many at most; 500 by default.
    limit: Option<usize>,
}

/// Which job.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RetentionQuery {
    /// Only of this job.
    job: Option<String>,
}

/// Jobs and destinations as they stand.
#[utoipa::path(get, path = "/backups", tag = "backups", responses((status = 200, body = BackupsView)))]
pub async fn backups(State(engine): State<Engine>) -> Answer<BackupsView> {
    Ok(Json(engine.backups().await?))
}

/// Archives, the newest first.
#[utoipa::path(get, path = "/backups/archives", tag = "backups", params(ArchivesQuery),
    responses((status = 200, body = ArchiveList), (status = 404, body = ErrorBody)))]
pub async fn archives(
    State(engine): State<Engine>,
    query: Result<Query<ArchivesQuery>, QueryRejection>,
) -> Answer<ArchiveList> {
    let Query(ArchivesQuery { job, limit }) = query?;
    Ok(Json(engine.archives(job, limit).await?))
}

/// One archive with everything about it. The identity may be shortened.
#[utoipa::path(get, path = "/backups/archives/{id}", tag = "backups", params(("id" = String, Path)),
    responses((status = 200, body = ArchiveDetail), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn archive(State(engine): State<Engine>, id: Result<Path<String>, PathRejection>) -> Answer<ArchiveDetail> {
    Ok(Json(engine.archive(&id?.0).await?))
}

/// What retention would remove now, and why everything else stays.
#[utoipa::path(get, path = "/backups/retention", tag = "backups", params(RetentionQuery),
    responses((status = 200, body = PruneView), (status = 404, body = ErrorBody)))]
pub async fn retention(
    State(engine): State<Engine>,
    query: Result<Query<RetentionQuery>, QueryRejection>,
) -> Answer<PruneView> {
    Ok(Json(engine.retention(query?.0.job).await?))
}

/// What a first job may save and where to, found on this machine.
#[utoipa::path(get, path = "/backups/suggestions", tag = "backups", responses((status = 200, body = BackupSuggestions)))]
pub async fn suggestions(State(engine): State<Engine>) -> Answer<BackupSuggestions> {
    Ok(Json(engine.backup_suggestions().await?))
}

/// Writes a job into the configuration, new or changed.
#[utoipa::path(put, path = "/backups/jobs/{id}", tag = "backups", params(("id" = String, Path)), request_body = JobRequest,
    responses((status = 200, body = BackupsView), (status = 400, body = ErrorBody)))]
pub async fn put_job(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<JobRequest>, JsonRejection>,
) -> Answer<BackupsView> {
    Ok(Json(engine.put_job(&id?.0, body?.0).await?))
}

/// Backs up a job. Answers at once; the activity tells how it goes.
#[utoipa::path(post, path = "/backups/jobs/{id}/create", tag = "backups", params(("id" = String, Path)),
    request_body = CreateRequest,
    responses((status = 200, body = ActivityView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn create(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<CreateRequest>, JsonRejection>,
) -> Answer<ActivityView> {
    Ok(Json(engine.create_backup(&id?.0, body?.0)?))
}

/// Removes archives beyond their term, as the preview shows. Answers at once.
#[utoipa::path(post, path = "/backups/prune", tag = "backups", request_body = PruneRequest,
    responses((status = 200, body = ActivityView), (status = 404, body = ErrorBody)))]
pub async fn prune(
    State(engine): State<Engine>,
    body: Result<Json<PruneRequest>, JsonRejection>,
) -> Answer<ActivityView> {
    Ok(Json(engine.prune(body?.0)?))
}

/// Says that a mass change, or a source that is missing or empty, is meant.
#[utoipa::path(post, path = "/backups/jobs/{id}/accept-changes", tag = "backups", params(("id" = String, Path)),
    responses((status = 200, body = BackupsView), (status = 404, body = ErrorBody)))]
pub async fn accept_changes(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
) -> Answer<BackupsView> {
    Ok(Json(engine.accept_changes(&id?.0).await?))
}
