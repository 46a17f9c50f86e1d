//! The tray app's own routes, which it answers itself before a request goes to the engine.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::routing::{get, put};
use axum::{Json, Router};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{DesktopView, StartAtLoginRequest};

use crate::answer::Answer;
use crate::router::PREFIX;

/// Why the desktop refused.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct DesktopError(pub String);

/// What only a tray app knows and can do.
pub trait Desktop: Send + Sync + 'static {
    /// How it stands.
    fn view(&self) -> DesktopView;
    /// Switches starting at login.
    fn set_start_at_login(&self, enabled: bool) -> Result<(), DesktopError>;
}

/// Routes over the desktop of this process, under the same addresses and shapes as described for the engine.
pub fn desktop_router(desktop: Arc<dyn Desktop>) -> Router {
    Router::new()
        .route(&format!("{PREFIX}/desktop"), get(show))
        .route(&format!("{PREFIX}/desktop/start-at-login"), put(start_at_login))
        .with_state(desktop)
}

async fn show(State(desktop): State<Arc<dyn Desktop>>) -> Answer<DesktopView> {
    Ok(Json(desktop.view()))
}

async fn start_at_login(
    State(desktop): State<Arc<dyn Desktop>>,
    body: Result<Json<StartAtLoginRequest>, JsonRejection>,
) -> Answer<DesktopView> {
    desktop.set_start_at_login(body?.0.enabled).map_err(|error| {
        Problem::new(Code::Internal, format!("switch starting at login: {error}"))
            .hint("switch it in the settings of your desktop")
    })?;
    Ok(Json(desktop.view()))
}
