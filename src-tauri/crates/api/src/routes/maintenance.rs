//! Maintenance: tasks, what ran, what will run.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use caretaker_core::maintenance::TaskRun;
use caretaker_core::time::Span;
use caretaker_core::view::{
    ActivityView, CalendarView, HealthView, MaintenanceView, PauseMaintenanceRequest, RunTaskRequest,
    ScheduleTaskRequest, TaskHistory, WriteOutRequest, WrittenOut,
};
use caretaker_engine::Engine;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::{Answer, ErrorBody};

/// How far ahead.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CalendarQuery {
    /// A length of time; 28d by default.
    #[param(value_type = Option<String>, example = "7d")]
    ahead: Option<Span>,
}

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct HistoryQuery {
    /// Only those of this task.
    task: Option<String>,
    /// So many at most; 100 by default.
    limit: Option<usize>,
}

/// All tasks with where they stand.
#[utoipa::path(get, path = "/maintenance", tag = "maintenance", responses((status = 200, body = MaintenanceView)))]
pub async fn list(State(engine): State<Engine>) -> Answer<MaintenanceView> {
    Ok(Json(engine.maintenance().await?))
}

/// What will run, from now on.
#[utoipa::path(get, path = "/maintenance/calendar", tag = "maintenance", params(CalendarQuery),
    responses((status = 200, body = CalendarView), (status = 400, body = ErrorBody)))]
pub async fn calendar(
    State(engine): State<Engine>,
    query: Result<Query<CalendarQuery>, QueryRejection>,
) -> Answer<CalendarView> {
    Ok(Json(engine.maintenance_calendar(query?.0.ahead).await?))
}

/// What ran, the newest first, without output.
#[utoipa::path(get, path = "/maintenance/runs", tag = "maintenance", params(HistoryQuery),
    responses((status = 200, body = TaskHistory), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn history(
    State(engine): State<Engine>,
    query: Result<Query<HistoryQuery>, QueryRejection>,
) -> Answer<TaskHistory> {
    let Query(HistoryQuery { task, limit }) = query?;
    Ok(Json(engine.task_history(task, limit).await?))
}

/// One run with its output.
#[utoipa::path(get, path = "/maintenance/runs/{id}", tag = "maintenance", params(("id" = i64, Path)),
    responses((status = 200, body = TaskRun), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn run(State(engine): State<Engine>, id: Result<Path<i64>, PathRejection>) -> Answer<TaskRun> {
    Ok(Json(engine.task_run(id?.0).await?))
}

/// Checks the configuration, endpoints, storage and every component, now.
#[utoipa::path(get, path = "/validation", tag = "maintenance", responses((status = 200, body = HealthView)))]
pub async fn validation(State(engine): State<Engine>) -> Answer<HealthView> {
    Ok(Json(engine.validation().await?))
}

/// Runs a task now, whatever its schedule and the load say, or says what it would do. Answers at once; the activity tells how it
/// goes.
#[utoipa::path(post, path = "/maintenance/tasks/{id}/run", tag = "maintenance", params(("id" = String, Path)),
    request_body = RunTaskRequest,
    responses((status = 200, body = ActivityView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn begin(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<RunTaskRequest>, JsonRejection>,
) -> Answer<ActivityView> {
    Ok(Json(engine.run_task(&id?.0, body?.0)?))
}

/// Changes when a task runs, and whether by itself.
#[utoipa::path(put, path = "/maintenance/tasks/{id}", tag = "maintenance", params(("id" = String, Path)),
    request_body = ScheduleTaskRequest,
    responses((status = 200, body = MaintenanceView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn schedule(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<ScheduleTaskRequest>, JsonRejection>,
) -> Answer<MaintenanceView> {
    Ok(Json(engine.schedule_task(&id?.0, body?.0).await?))
}

/// Holds back everything that would begin by itself, for a while, or goes on.
#[utoipa::path(post, path = "/maintenance/pause", tag = "maintenance", request_body = PauseMaintenanceRequest,
    responses((status = 200, body = MaintenanceView), (status = 400, body = ErrorBody)))]
pub async fn pause(
    State(engine): State<Engine>,
    body: Result<Json<PauseMaintenanceRequest>, JsonRejection>,
) -> Answer<MaintenanceView> {
    Ok(Json(engine.pause_maintenance(body?.0).await?))
}

/// Writes histories as CSV, the configuration and a summary into a folder.
#[utoipa::path(post, path = "/write-out", tag = "maintenance", request_body = WriteOutRequest,
    responses((status = 200, body = WrittenOut), (status = 400, body = ErrorBody)))]
pub async fn write_out(
    State(engine): State<Engine>,
    body: Result<Json<WriteOutRequest>, JsonRejection>,
) -> Answer<WrittenOut> {
    Ok(Json(engine.write_out(body?.0).await?))
}
