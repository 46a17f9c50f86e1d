//! All routes, sorted by what calling them means.

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::routing::any;
use axum::{Extension, Router, middleware};
use caretaker_core::problem::{Code, Problem};
use caretaker_engine::Engine;
use utoipa_axum::router::OpenApiRouter;

use crate::answer::Failure;
use crate::grants::{Class, require};
use crate::requests::{Requests, count};
use crate::routes;

/// Every route of the interface begins with this; the version is part of it and only grows.
pub const PREFIX: &str = "/api/v1";

/// No request of ours is larger than a configuration file.
const LARGEST_BODY: usize = 1024 * 1024;

/// Routes of one class and their descriptions, before an engine is put behind them.
pub(crate) fn described(class: Class) -> OpenApiRouter<Engine> {
    let versioned = |routes| OpenApiRouter::new().nest(PREFIX, routes);
    match class {
        Class::Read => versioned(routes::read()).merge(routes::pages()),
        Class::Act => versioned(routes::act()),
        Class::Execute => versioned(routes::execute()),
    }
}

/// The router over `engine`. A door adds its [`crate::Grants`] as an extension; without them nothing is allowed.
pub fn router(engine: Engine) -> Router {
    counted_router(engine, Arc::default())
}

/// The same, with counts that a door adds its own to.
pub(crate) fn counted_router(engine: Engine, requests: Arc<Requests>) -> Router {
    let mut all = Router::new();
    for class in Class::ALL {
        let (routes, _) = described(class).split_for_parts();
        all = all.merge(routes.route_layer(middleware::from_fn_with_state(class, require)));
    }
    all.fallback(any(|| async { Failure(Problem::new(Code::NotFound, "there is no such address")) }))
        .layer(DefaultBodyLimit::max(LARGEST_BODY))
        .layer(Extension(Arc::clone(&requests)))
        .layer(middleware::from_fn_with_state(requests, count))
        .with_state(engine)
}
