//! All routes, sorted by what calling them means.

use axum::extract::DefaultBodyLimit;
use axum::routing::any;
use axum::{Router, middleware};
use caretaker_core::problem::{Code, Problem};
use caretaker_engine::Engine;
use utoipa_axum::router::OpenApiRouter;

use crate::answer::Failure;
use crate::grants::{Class, require};
use crate::routes;

/// Every route begins with this; the version is part of it and only grows.
pub const PREFIX: &str = "/api/v1";

/// No request of ours is larger than a configuration file.
const LARGEST_BODY: usize = 1024 * 1024;

/// Routes and their descriptions, before an engine is put behind them.
pub(crate) fn described() -> OpenApiRouter<Engine> {
    let class = |routes: OpenApiRouter<Engine>, class: Class| {
        routes.route_layer(middleware::from_fn_with_state(class, require))
    };
    OpenApiRouter::new()
        .nest(PREFIX, class(routes::read(), Class::Read))
        .nest(PREFIX, class(routes::act(), Class::Act))
        .nest(PREFIX, class(routes::execute(), Class::Execute))
}

/// The router over `engine`. A door adds its [`crate::Grants`] as an extension; without them nothing is allowed.
pub fn router(engine: Engine) -> Router {
    let (router, _) = described().split_for_parts();
    router
        .fallback(any(|| async { Failure(Problem::new(Code::NotFound, "there is no such address")) }))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .with_state(engine)
}
