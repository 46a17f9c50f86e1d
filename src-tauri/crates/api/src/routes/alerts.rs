//! Alerts and rules.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use caretaker_core::export::AlertFormat;
use caretaker_core::rule::Level;
use caretaker_core::time::Span;
use caretaker_core::view::{AcknowledgeRequest, AlertDetail, AlertList, AlertView, RuleList, SnoozeRequest};
use caretaker_engine::{AlertFilter, Engine};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::{Answer, ErrorBody, Failure};

/// Which alerts are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AlertQuery {
    /// Only of this level.
    level: Option<Level>,
    /// Only those that were up within the last hours.
    hours: Option<u32>,
    /// Pending and resolved ones too.
    all: Option<bool>,
}

/// Open alerts; with `all` or `hours` also those that are over.
#[utoipa::path(get, path = "/alerts", tag = "alerts", params(AlertQuery),
    responses((status = 200, body = AlertList), (status = 400, body = ErrorBody)))]
pub async fn list(State(engine): State<Engine>, query: Result<Query<AlertQuery>, QueryRejection>) -> Answer<AlertList> {
    let query = query?;
    let within = query.hours.map(|hours| Span::from_hours(i64::from(hours)));
    let filter = AlertFilter { level: query.level, within, all: query.all.unwrap_or(false) };
    Ok(Json(engine.alerts(filter).await?))
}

/// One alert with everything known of it.
#[utoipa::path(get, path = "/alerts/{id}", tag = "alerts", params(("id" = String, Path, description = "Id or a unique beginning of it")),
    responses((status = 200, body = AlertDetail), (status = 404, body = ErrorBody)))]
pub async fn show(State(engine): State<Engine>, id: Result<Path<String>, PathRejection>) -> Answer<AlertDetail> {
    Ok(Json(engine.alert(&id?.0).await?))
}

/// How it is written.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AlertExportQuery {
    /// `html`, `json` or `markdown`; default html.
    #[param(inline)]
    format: Option<AlertFormat>,
}

/// One alert with everything known of it as one text, to be kept in a file.
#[utoipa::path(get, path = "/alerts/{id}/export", tag = "alerts", operation_id = "export_alert",
    params(("id" = String, Path, description = "Id or a unique beginning of it"), AlertExportQuery),
    responses((status = 200, body = String, content_type = "text/html", description = "In the format that was asked for"),
        (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn export(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    query: Result<Query<AlertExportQuery>, QueryRejection>,
) -> Result<Response, Failure> {
    let format = query?.0.format.unwrap_or_default();
    let (format, text) = engine.export_alert(&id?.0, format).await?;
    let file = format!("attachment; filename=\"caretaker-alert.{}\"", format.extension());
    Ok(([(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, file)], text)
        .into_response())
}

/// Takes an alert on: no more notices about it unless it gets worse.
#[utoipa::path(post, path = "/alerts/{id}/acknowledge", tag = "alerts", params(("id" = String, Path, description = "Id or a unique beginning of it")),
    request_body = AcknowledgeRequest, responses((status = 200, body = AlertView), (status = 404, body = ErrorBody)))]
pub async fn acknowledge(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<AcknowledgeRequest>, JsonRejection>,
) -> Answer<AlertView> {
    Ok(Json(engine.acknowledge(&id?.0, body?.0.note).await?))
}

/// Mutes one alert for a while.
#[utoipa::path(post, path = "/alerts/{id}/snooze", tag = "alerts", params(("id" = String, Path, description = "Id or a unique beginning of it")),
    request_body = SnoozeRequest, responses((status = 200, body = AlertView), (status = 404, body = ErrorBody)))]
pub async fn snooze(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<SnoozeRequest>, JsonRejection>,
) -> Answer<AlertView> {
    Ok(Json(engine.snooze(&id?.0, body?.r#for).await?))
}

/// Rules as they are judged.
#[utoipa::path(get, path = "/rules", tag = "alerts", responses((status = 200, body = RuleList)))]
pub async fn rules(State(engine): State<Engine>) -> Answer<RuleList> {
    Ok(Json(engine.rules()))
}
