//! Runbooks: what to do about alerts, and doing it.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use caretaker_core::view::{
    RollbackRequest, RunList, RunRequest, RunView, RunbookDifference, RunbookList, RunbookVersions, RunbookView,
};
use caretaker_engine::Engine;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::{Answer, ErrorBody};

/// Which runbooks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RunbookQuery {
    /// Words that all must be in it.
    term: Option<String>,
}

/// Runbooks: the shipped ones and the owner's own.
#[utoipa::path(get, path = "/runbooks", tag = "runbooks", params(RunbookQuery),
    responses((status = 200, body = RunbookList), (status = 400, body = ErrorBody)))]
pub async fn list(
    State(engine): State<Engine>,
    query: Result<Query<RunbookQuery>, QueryRejection>,
) -> Answer<RunbookList> {
    Ok(Json(engine.runbooks(query?.0.term).await?))
}

/// One runbook with its steps. The id of a rule leads to the runbook that answers it.
#[utoipa::path(get, path = "/runbooks/{id}", tag = "runbooks", operation_id = "runbook", params(("id" = String, Path)),
    responses((status = 200, body = RunbookView), (status = 404, body = ErrorBody)))]
pub async fn show(State(engine): State<Engine>, id: Result<Path<String>, PathRejection>) -> Answer<RunbookView> {
    Ok(Json(engine.runbook(&id?.0).await?))
}

/// Begins a runbook of the owner: a template, or the shipped one of this id to be changed.
#[utoipa::path(post, path = "/runbooks/{id}", tag = "runbooks", operation_id = "new_runbook", params(("id" = String, Path)),
    responses((status = 200, body = RunbookView), (status = 400, body = ErrorBody)))]
pub async fn begin(State(engine): State<Engine>, id: Result<Path<String>, PathRejection>) -> Answer<RunbookView> {
    Ok(Json(engine.new_runbook(&id?.0).await?))
}

/// Versions of a runbook of the owner.
#[utoipa::path(get, path = "/runbooks/{id}/versions", tag = "runbooks", operation_id = "runbook_versions",
    params(("id" = String, Path)),
    responses((status = 200, body = RunbookVersions), (status = 404, body = ErrorBody)))]
pub async fn versions(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
) -> Answer<RunbookVersions> {
    Ok(Json(engine.runbook_versions(&id?.0).await?))
}

/// Which versions.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DifferenceQuery {
    /// The older one; 0 is the shipped text.
    from: u32,
    /// The newer one.
    to: u32,
}

/// How two versions of a runbook differ.
#[utoipa::path(get, path = "/runbooks/{id}/difference", tag = "runbooks", operation_id = "runbook_difference",
    params(("id" = String, Path), DifferenceQuery),
    responses((status = 200, body = RunbookDifference), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn difference(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    query: Result<Query<DifferenceQuery>, QueryRejection>,
) -> Answer<RunbookDifference> {
    let Query(DifferenceQuery { from, to }) = query?;
    Ok(Json(engine.runbook_difference(&id?.0, from, to).await?))
}

/// Puts an earlier version of a runbook in place.
#[utoipa::path(post, path = "/runbooks/{id}/rollback", tag = "runbooks", operation_id = "roll_back_runbook",
    params(("id" = String, Path)), request_body = RollbackRequest,
    responses((status = 200, body = RunbookView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn roll_back(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<RollbackRequest>, JsonRejection>,
) -> Answer<RunbookView> {
    Ok(Json(engine.roll_back_runbook(&id?.0, body?.0).await?))
}

/// Runs the command of a step. Answers at once; the run tells how it goes, the activity of the same identity ends it.
#[utoipa::path(post, path = "/runbooks/{id}/run", tag = "runbooks", operation_id = "run_runbook_step",
    params(("id" = String, Path)), request_body = RunRequest,
    responses((status = 200, body = RunView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody),
        (status = 409, body = ErrorBody)))]
pub async fn run(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<RunRequest>, JsonRejection>,
) -> Answer<RunView> {
    Ok(Json(engine.run_step(&id?.0, body?.0).await?))
}

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RunQuery {
    /// Only of this runbook.
    runbook: Option<String>,
    /// Only those that answer this alert.
    alert: Option<String>,
    /// At most so many.
    limit: Option<usize>,
}

/// What was run, the newest first.
#[utoipa::path(get, path = "/runbook-runs", tag = "runbooks", operation_id = "runbook_runs", params(RunQuery),
    responses((status = 200, body = RunList), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn runs(State(engine): State<Engine>, query: Result<Query<RunQuery>, QueryRejection>) -> Answer<RunList> {
    let Query(RunQuery { runbook, alert, limit }) = query?;
    Ok(Json(engine.runbook_runs(runbook, alert, limit).await?))
}

/// One run with what it printed so far. The identity may be shortened.
#[utoipa::path(get, path = "/runbook-runs/{id}", tag = "runbooks", operation_id = "runbook_run", params(("id" = String, Path)),
    responses((status = 200, body = RunView), (status = 404, body = ErrorBody)))]
pub async fn one_run(State(engine): State<Engine>, id: Result<Path<String>, PathRejection>) -> Answer<RunView> {
    Ok(Json(engine.runbook_run(&id?.0).await?))
}
