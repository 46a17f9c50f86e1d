//! Routes by theme; each calls one method of the engine.

mod activities;
mod alerts;
mod backups;
mod channels;
mod configuration;
mod dashboard;
mod desktop;
mod documentation;
mod folders;
mod health;
mod keys;
mod maintenance;
mod metrics;
mod models;
mod prometheus;
mod restoring;
mod rules;
mod runbooks;
mod silences;
mod status;
mod stores;
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
        .routes(routes!(status::cost))
        .routes(routes!(status::doctor))
        .routes(routes!(status::sensors))
        .routes(routes!(health::checks))
        .routes(routes!(models::models))
        .routes(routes!(status::server_readiness))
        .routes(routes!(watch::watch))
        .routes(routes!(metrics::series))
        .routes(routes!(metrics::points))
        .routes(routes!(metrics::summary))
        .routes(routes!(metrics::export))
        .routes(routes!(metrics::exports))
        .routes(routes!(alerts::list))
        .routes(routes!(alerts::show))
        .routes(routes!(alerts::export))
        .routes(routes!(alerts::rules))
        .routes(routes!(rules::backtest))
        .routes(routes!(rules::noise))
        .routes(routes!(silences::silences))
        .routes(routes!(silences::preview))
        .routes(routes!(folders::folders))
        .routes(routes!(silences::quiet))
        .routes(routes!(channels::list))
        .routes(routes!(configuration::show))
        .routes(routes!(configuration::schema))
        .routes(routes!(configuration::validate))
        .routes(routes!(desktop::show))
        .routes(routes!(tokens::grants))
        .routes(routes!(backups::backups))
        .routes(routes!(backups::archives))
        .routes(routes!(backups::archive))
        .routes(routes!(backups::retention))
        .routes(routes!(backups::suggestions))
        .routes(routes!(restoring::browse))
        .routes(routes!(restoring::versions))
        .routes(routes!(keys::key))
        .routes(routes!(runbooks::list))
        .routes(routes!(runbooks::show))
        .routes(routes!(runbooks::versions))
        .routes(routes!(runbooks::difference))
        .routes(routes!(runbooks::runs))
        .routes(routes!(runbooks::one_run))
        .routes(routes!(maintenance::list))
        .routes(routes!(maintenance::calendar))
        .routes(routes!(maintenance::history))
        .routes(routes!(maintenance::run))
        .routes(routes!(maintenance::validation))
        .routes(routes!(activities::list))
        .routes(routes!(activities::show))
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
        .routes(routes!(metrics::record))
        .routes(routes!(metrics::reset))
        .routes(routes!(rules::change))
        .routes(routes!(metrics::export_now))
        .routes(routes!(silences::silence))
        .routes(routes!(silences::unsilence))
        .routes(routes!(silences::set_quiet))
        .routes(routes!(folders::survey))
        .routes(routes!(configuration::set))
        .routes(routes!(configuration::reload))
        .routes(routes!(window::test_notification))
        .routes(routes!(backups::create))
        .routes(routes!(backups::put_job))
        .routes(routes!(backups::prune))
        .routes(routes!(backups::accept_changes))
        .routes(routes!(restoring::verify))
        .routes(routes!(restoring::drill))
        .routes(routes!(restoring::rebuild))
        .routes(routes!(restoring::adopt))
        .routes(routes!(keys::confirm))
        .routes(routes!(activities::cancel))
        .routes(routes!(maintenance::pause))
}

/// Routes that reach beyond Caretaker.
pub fn execute() -> OpenApiRouter<Engine> {
    OpenApiRouter::new()
        .routes(routes!(window::open_window))
        .routes(routes!(restoring::restore))
        .routes(routes!(runbooks::begin))
        .routes(routes!(runbooks::roll_back))
        .routes(routes!(runbooks::run))
        .routes(routes!(restoring::file))
        .routes(routes!(keys::sheet))
        .routes(routes!(keys::import))
        .routes(routes!(channels::test))
        .routes(routes!(stores::test))
        .routes(routes!(stores::put))
        .routes(routes!(channels::to_show))
        .routes(routes!(channels::was_shown))
        .routes(routes!(desktop::start_at_login))
        .routes(routes!(desktop::open_settings))
        .routes(routes!(desktop::show_folder))
        .routes(routes!(tokens::access_token))
        .routes(routes!(maintenance::begin))
        .routes(routes!(maintenance::schedule))
        .routes(routes!(maintenance::write_out))
}
