//! Rules being changed.

use axum::Json;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use caretaker_core::time::Span;
use caretaker_core::view::{BacktestRequest, BacktestView, ConfigurationView, NoiseView, RuleRequest};
use caretaker_engine::Engine;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::{Answer, ErrorBody};

/// What a rule, with changes that need not be saved, would have done. Changes nothing.
#[utoipa::path(post, path = "/rules/backtest", tag = "alerts", request_body = BacktestRequest,
    responses((status = 200, body = BacktestView), (status = 404, body = ErrorBody), (status = 400, body = ErrorBody)))]
pub async fn backtest(
    State(engine): State<Engine>,
    body: Result<Json<BacktestRequest>, JsonRejection>,
) -> Answer<BacktestView> {
    Ok(Json(engine.backtest(body?.0).await?))
}

/// Over how long.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoiseQuery {
    /// How far back; a week when absent.
    #[param(value_type = Option<String>, example = "7d")]
    since: Option<Span>,
}

/// How much noise each rule made, and at which bound it would have been quiet.
#[utoipa::path(get, path = "/rules/noise", tag = "alerts", params(NoiseQuery), responses((status = 200, body = NoiseView)))]
pub async fn noise(
    State(engine): State<Engine>,
    query: Result<Query<NoiseQuery>, QueryRejection>,
) -> Answer<NoiseView> {
    Ok(Json(engine.noise(query?.since).await?))
}

/// Changes keys of a rule in the configuration file, or adds a rule, all at once.
#[utoipa::path(put, path = "/rules/{id}", tag = "alerts", params(("id" = String, Path, description = "Id of the rule")),
    request_body = RuleRequest, responses((status = 200, body = ConfigurationView), (status = 400, body = ErrorBody)))]
pub async fn change(
    State(engine): State<Engine>,
    id: Result<Path<String>, PathRejection>,
    body: Result<Json<RuleRequest>, JsonRejection>,
) -> Answer<ConfigurationView> {
    Ok(Json(engine.change_rule(&id?.0, body?.0).await?))
}
