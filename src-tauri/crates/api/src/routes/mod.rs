//! Routes by theme; each calls one method of the engine.

mod alerts;
mod configuration;
mod dashboard;
mod desktop;
mod documentation;
mod health;
mod metrics;
mod models;
mod prometheus;
mod rules;
mod silences;
mod status;
mod tokens;
mod watch;
mod window;

use caretaker_engine::Engine;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Routes that look.
pub fn read() -> OpenApiRouter<Engine> {
    OpenApiRouter::new()
        .routes(routes!(status::status))
        .routes(routes!(status::overview))
        .routes(routes!(status::doctor))
        .routes(routes!(health::checks))
        .routes(routes!(models::models))
        .routes(routes!(status::server_readiness))
        .routes(routes!(watch::watch))
        .routes(routes!(metrics::series))
        .routes(routes!(metrics::points))
        .routes(routes!(metrics::summary))
        .routes(routes!(metrics::export))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::show))
        .routes(routes!(alerts::rules))
        .routes(routes!(rules::backtest))
        .routes(routes!(rules::noise))
        .routes(routes!(silences::silences))
        .routes(routes!(silences::quiet))
        .routes(routes!(configuration::show))
        .routes(routes!(configuration::schema))
        .routes(routes!(configuration::validate))
        .routes(routes!(desktop::show))
}

/// Routes that look, under addresses without a version because others expect them there.
pub fn pages() -> OpenApiRouter<Engine> {
    OpenApiRouter::new()
        .routes(routes!(health::all))
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
        .routes(routes!(health::storage))
        .routes(routes!(health::models))
        .routes(routes!(prometheus::metrics))
        .routes(routes!(dashboard::page))
        .routes(routes!(dashboard::asset))
        .routes(routes!(documentation::openapi))
        .routes(routes!(documentation::page))
        .routes(routes!(documentation::script))
        .routes(routes!(documentation::style))
}

/// Routes that change Caretaker's own state.
pub fn act() -> OpenApiRouter<Engine> {
    OpenApiRouter::new()
        .routes(routes!(alerts::acknowledge))
        .routes(routes!(alerts::snooze))
        .routes(routes!(rules::change))
        .routes(routes!(silences::silence))
        .routes(routes!(silences::unsilence))
        .routes(routes!(silences::set_quiet))
        .routes(routes!(configuration::set))
        .routes(routes!(configuration::reload))
        .routes(routes!(window::test_notification))
}

/// Routes that reach beyond Caretaker.
pub fn execute() -> OpenApiRouter<Engine> {
    OpenApiRouter::new()
        .routes(routes!(window::open_window))
        .routes(routes!(desktop::start_at_login))
        .routes(routes!(tokens::access_token))
}
