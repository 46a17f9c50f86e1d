//! The configuration.

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::{Extension, Json};
use caretaker_core::config::{reaches_out, starts_programs, writes_elsewhere};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ConfigurationView, SetRequest, ValidateRequest, ValidationView};
use caretaker_engine::Engine;

use crate::answer::{Answer, ErrorBody};
use crate::grants::{Class, Grants};

/// What is in force, where each value comes from, and what is wrong with the file.
#[utoipa::path(get, path = "/configuration", tag = "configuration", responses((status = 200, body = ConfigurationView)))]
pub async fn show(State(engine): State<Engine>) -> Answer<ConfigurationView> {
    Ok(Json(engine.configuration()))
}

/// The JSON Schema of the file.
#[utoipa::path(get, path = "/configuration/schema", tag = "configuration", responses((status = 200, body = serde_json::Value)))]
pub async fn schema() -> Answer<serde_json::Value> {
    Ok(Json(caretaker_core::config::schema()))
}

/// Checks a text and reports every mistake; changes nothing.
#[utoipa::path(post, path = "/configuration/validate", tag = "configuration", request_body = ValidateRequest,
    responses((status = 200, body = ValidationView), (status = 400, body = ErrorBody)))]
pub async fn validate(
    State(engine): State<Engine>,
    body: Result<Json<ValidateRequest>, JsonRejection>,
) -> Answer<ValidationView> {
    Ok(Json(engine.validate_configuration(&body?.0.text)))
}

/// Changes one key of the file, or removes it; comments survive, and it is in force at once.
#[utoipa::path(post, path = "/configuration/set", tag = "configuration", request_body = SetRequest,
    responses((status = 200, body = ConfigurationView), (status = 400, body = ErrorBody)))]
pub async fn set(
    State(engine): State<Engine>,
    Extension(grants): Extension<Grants>,
    body: Result<Json<SetRequest>, JsonRejection>,
) -> Answer<ConfigurationView> {
    let Json(request) = body?;
    let (key, value) = (&request.key, request.value.as_deref());
    let reach = [
        (starts_programs(key, value), "makes Caretaker start programs"),
        (reaches_out(key, value), "says where Caretaker sends to"),
        (writes_elsewhere(key, value), "says where Caretaker writes files"),
    ];
    if let Some((_, what)) = reach.iter().find(|(does, _)| *does && !grants.allow(Class::Execute)) {
        return Err(Problem::new(Code::Forbidden, format!("`{key}` {what}"))
            .hint("change it in the window, or with `caretaker config set` on the machine itself")
            .into());
    }
    Ok(Json(engine.set_configuration(request).await?))
}

/// Reads the file again.
#[utoipa::path(post, path = "/configuration/reload", tag = "configuration",
    responses((status = 200, body = ConfigurationView), (status = 400, body = ErrorBody)))]
pub async fn reload(State(engine): State<Engine>) -> Answer<ConfigurationView> {
    engine.reload().await?;
    Ok(Json(engine.configuration()))
}
