//! Series and their points, measured and pushed.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, RawQuery, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use caretaker_core::export::ExportFormat;
use caretaker_core::metric::Labels;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{
    ExportView, ExportsView, MetricSummary, PointsView, RecordedView, ResetRequest, ResetView, SamplesRequest,
    SeriesList,
};
use caretaker_engine::{Engine, ExportQuery, PointsQuery};
use utoipa::IntoParams;

use crate::answer::{Answer, ErrorBody, Failure};

/// Which points are wanted.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query; it is read by hand because `label` may repeat")]
pub struct PointsParameters {
    /// Name of the series: `host.cpu.usage`.
    name: String,
    /// Only series with this label, as `mount=/`; may be given several times.
    label: Option<Vec<String>>,
    /// How far back from now; default 24h.
    since: Option<Span>,
    /// Start of the range, in place of `since`.
    from: Option<Timestamp>,
    /// End of the range; default now.
    to: Option<Timestamp>,
    /// One point a step; default by the length of the range.
    step: Option<Span>,
    /// How many points a chart can show.
    max_points: Option<u32>,
}

/// Every series with its newest value.
#[utoipa::path(get, path = "/metrics/series", tag = "metrics",
    responses((status = 200, body = SeriesList), (status = 500, body = ErrorBody)))]
pub async fn series(State(engine): State<Engine>) -> Answer<SeriesList> {
    Ok(Json(engine.series().await?))
}

/// Points of all series that match.
#[utoipa::path(get, path = "/metrics/points", tag = "metrics", params(PointsParameters),
    responses((status = 200, body = PointsView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn points(State(engine): State<Engine>, RawQuery(query): RawQuery) -> Answer<PointsView> {
    let now = engine.clock().moment().wall;
    Ok(Json(engine.points(read(query.as_deref().unwrap_or_default(), now)?).await?))
}

/// What is to be exported.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query; it is read by hand because `name` may repeat")]
pub struct ExportParameters {
    /// How it is written.
    #[param(inline)]
    format: ExportFormat,
    /// Only series with this name, or this name with its labels; `*` stands for anything. May be given several times.
    name: Option<Vec<String>>,
    /// How far back from now; default 7d.
    since: Option<Span>,
    /// Start of the range, in place of `since`.
    from: Option<Timestamp>,
    /// End of the range; default now.
    to: Option<Timestamp>,
    /// One value a step; default every sample up to 6 h, and steps that suit the range beyond.
    step: Option<Span>,
}

/// Measurements as one text, to be kept in a file.
#[utoipa::path(get, path = "/metrics/export", tag = "metrics", params(ExportParameters),
    responses((status = 200, description = "In the format that was asked for", content(
            (Object = "application/json"), (String = "text/csv"), (String = "text/markdown"), (String = "text/plain"))),
        (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn export(State(engine): State<Engine>, RawQuery(query): RawQuery) -> Result<Response, Failure> {
    let now = engine.clock().moment().wall;
    let (format, text) = engine.export(read_export(query.as_deref().unwrap_or_default(), now)?).await?;
    let file = format!("attachment; filename=\"caretaker-metrics.{}\"", format.extension());
    Ok(([(header::CONTENT_TYPE, format.media_type().to_owned()), (header::CONTENT_DISPOSITION, file)], text)
        .into_response())
}

/// Exports at intervals, with their newest files.
#[utoipa::path(get, path = "/metrics/exports", tag = "metrics",
    responses((status = 200, body = ExportsView), (status = 500, body = ErrorBody)))]
pub async fn exports(State(engine): State<Engine>) -> Answer<ExportsView> {
    Ok(Json(engine.exports().await?))
}

/// Writes a file of one export at intervals now; its schedule stays as it is.
#[utoipa::path(post, path = "/metrics/exports/{id}", tag = "metrics", params(("id" = String, Path, description = "Id of the export in the configuration")),
    responses((status = 200, body = ExportView), (status = 404, body = ErrorBody), (status = 500, body = ErrorBody)))]
pub async fn export_now(State(engine): State<Engine>, Path(id): Path<String>) -> Answer<ExportView> {
    Ok(Json(engine.export_now(&id).await?))
}

/// Figures of the main series over the last hour, 24 hours and 7 days.
#[utoipa::path(get, path = "/metrics/summary", tag = "metrics",
    responses((status = 200, body = MetricSummary), (status = 500, body = ErrorBody)))]
pub async fn summary(State(engine): State<Engine>) -> Answer<MetricSummary> {
    Ok(Json(engine.summary().await?))
}

/// Pushes samples: all of them are stored, or none. Rules judge them with the next round.
///
/// A series is created by its first sample and keeps its unit and its kind. Of two samples of a series with the same stamp
/// the later one stays. A sample that comes more than ten minutes after its stamp is history: it is shown and counted, and
/// no rule judges it.
#[utoipa::path(post, path = "/metrics/samples", tag = "metrics", request_body = SamplesRequest,
    responses((status = 200, body = RecordedView), (status = 400, body = ErrorBody), (status = 413, body = ErrorBody),
        (status = 429, body = ErrorBody, description = "Too many series, or too many samples that wait"),
        (status = 507, body = ErrorBody)))]
pub async fn record(
    State(engine): State<Engine>,
    body: Result<Json<SamplesRequest>, JsonRejection>,
) -> Answer<RecordedView> {
    Ok(Json(engine.record_samples(body?.0).await?))
}

/// Sets counters that are pushed back to zero. Rates and changes count on from there.
#[utoipa::path(post, path = "/metrics/reset", tag = "metrics", request_body = ResetRequest,
    responses((status = 200, body = ResetView), (status = 400, body = ErrorBody), (status = 404, body = ErrorBody)))]
pub async fn reset(State(engine): State<Engine>, body: Result<Json<ResetRequest>, JsonRejection>) -> Answer<ResetView> {
    Ok(Json(engine.reset_counters(body?.0).await?))
}

fn read(query: &str, now: Timestamp) -> Result<PointsQuery, Problem> {
    let mut wanted = PointsQuery::default();
    let mut labels = Vec::new();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match key.as_ref() {
            "name" => wanted.name = value.into_owned(),
            "label" => labels.push(label(&value)?),
            "since" => wanted.from = Some(now - parsed::<Span>(&key, &value)?),
            "from" => wanted.from = Some(parsed(&key, &value)?),
            "to" => wanted.to = Some(parsed(&key, &value)?),
            "step" => wanted.step = Some(parsed(&key, &value)?),
            "max_points" => wanted.max_points = Some(parsed(&key, &value)?),
            other => return Err(Problem::new(Code::Usage, format!("there is no parameter `{other}`"))),
        }
    }
    if wanted.name.is_empty() {
        return Err(Problem::new(Code::Usage, "the parameter `name` is missing"));
    }
    wanted.labels = labels.into_iter().collect::<Labels>();
    Ok(wanted)
}

fn read_export(query: &str, now: Timestamp) -> Result<ExportQuery, Problem> {
    let mut wanted = ExportQuery::default();
    for (key, value) in form_urlencoded::parse(query.as_bytes()) {
        match key.as_ref() {
            "format" => wanted.format = Some(parsed(&key, &value)?),
            "name" => wanted.names.push(value.into_owned()),
            "since" => wanted.from = Some(now - parsed::<Span>(&key, &value)?),
            "from" => wanted.from = Some(parsed(&key, &value)?),
            "to" => wanted.to = Some(parsed(&key, &value)?),
            "step" => wanted.step = Some(parsed(&key, &value)?),
            other => return Err(Problem::new(Code::Usage, format!("there is no parameter `{other}`"))),
        }
    }
    Ok(wanted)
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(key: &str, value: &str) -> Result<T, Problem> {
    value.parse().map_err(|error| Problem::new(Code::Usage, format!("`{key}`: {error}")))
}

fn label(text: &str) -> Result<(String, String), Problem> {
    let split = text.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned()));
    split.ok_or_else(|| Problem::new(Code::Usage, format!("`{text}` is no label")).hint("write `name=value`"))
}
