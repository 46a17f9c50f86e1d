//! Servers of local models.

use axum::Json;
use axum::extract::{Query, State, rejection::QueryRejection};
use caretaker_core::view::ModelsView;
use caretaker_engine::Engine;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::{Answer, ErrorBody};

/// How new the answer must be.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ModelsQuery {
    /// Ask the servers now; otherwise the answer is that of the newest round.
    #[serde(default)]
    fresh: bool,
}

/// Servers of local models found on this machine, with the models that they have and hold in memory.
#[utoipa::path(get, path = "/models", tag = "models", params(ModelsQuery),
    responses((status = 200, body = ModelsView), (status = 400, body = ErrorBody), (status = 500, body = ErrorBody)))]
pub async fn models(
    State(engine): State<Engine>,
    query: Result<Query<ModelsQuery>, QueryRejection>,
) -> Answer<ModelsView> {
    Ok(Json(engine.models(query?.fresh).await?))
}
