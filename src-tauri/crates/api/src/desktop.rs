//! The tray app's own routes, which it answers itself before a request goes to the engine.

use std::sync::Arc;

use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::routing::{get, post, put};
use axum::{Json, Router};
use caretaker_core::port::PortFuture;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{
    DesktopView, OpenSettingsRequest, Permission, PermissionView, ShowFolderRequest, StartAtLoginRequest,
};
use caretaker_platform::bus::Bus;
use caretaker_platform::desktop::show_folder as show_folder_of;
use caretaker_platform::permissions::{open_settings as open_settings_of, permissions};

use crate::answer::Answer;
use crate::router::PREFIX;

/// Why the desktop refused.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct DesktopError(pub String);

/// What only a tray app knows and can do.
pub trait Desktop: Send + Sync + 'static {
    /// How it stands, as far as it is known without asking anybody: without permissions.
    fn view(&self) -> DesktopView;
    /// What the system lets it do, asked now.
    fn permissions(&self) -> PortFuture<'_, Vec<PermissionView>> {
        Box::pin(async { permissions(&Bus::session(), self.view().tray).await })
    }
    /// Opens the system's page for a permission; false where there is none.
    fn open_settings(&self, permission: Permission) -> PortFuture<'_, Result<bool, DesktopError>> {
        Box::pin(async move { open_settings_of(permission).await.map_err(|error| DesktopError(error.to_string())) })
    }
    /// Shows a folder in the desktop's own file manager; false where there is none.
    fn show_folder<'a>(&'a self, path: &'a str) -> PortFuture<'a, Result<bool, DesktopError>> {
        Box::pin(
            async move { show_folder_of(&Bus::session(), path).await.map_err(|error| DesktopError(error.to_string())) },
        )
    }
    /// Switches starting at login.
    fn set_start_at_login(&self, enabled: bool) -> Result<(), DesktopError>;
}

/// Routes over the desktop of this process, under the same addresses and shapes as described for the engine.
pub fn desktop_router(desktop: Arc<dyn Desktop>) -> Router {
    Router::new()
        .route(&format!("{PREFIX}/desktop"), get(show))
        .route(&format!("{PREFIX}/desktop/start-at-login"), put(start_at_login))
        .route(&format!("{PREFIX}/desktop/settings"), post(open_settings))
        .route(&format!("{PREFIX}/desktop/show"), post(show_folder))
        .with_state(desktop)
}

/// Everything, with what the system says now.
async fn whole(desktop: &dyn Desktop) -> DesktopView {
    DesktopView { permissions: desktop.permissions().await, ..desktop.view() }
}

async fn show(State(desktop): State<Arc<dyn Desktop>>) -> Answer<DesktopView> {
    Ok(Json(whole(desktop.as_ref()).await))
}

async fn open_settings(
    State(desktop): State<Arc<dyn Desktop>>,
    body: Result<Json<OpenSettingsRequest>, JsonRejection>,
) -> Answer<DesktopView> {
    let permission = body?.0.permission;
    match desktop.open_settings(permission).await {
        Ok(true) => Ok(Json(whole(desktop.as_ref()).await)),
        Ok(false) => {
            Err(Problem::new(Code::NotFound, format!("no page of this system is about {}", permission.title()))
                .hint("look in the settings of your desktop")
                .into())
        }
        Err(error) => {
            Err(Problem::new(Code::Internal, format!("open the settings of {}: {error}", permission.title()))
                .hint("open the settings of your system by hand")
                .into())
        }
    }
}

async fn show_folder(
    State(desktop): State<Arc<dyn Desktop>>,
    body: Result<Json<ShowFolderRequest>, JsonRejection>,
) -> Answer<DesktopView> {
    let path = body?.0.path;
    match desktop.show_folder(&path).await {
        Ok(true) => Ok(Json(desktop.view())),
        Ok(false) => Err(Problem::new(Code::NotFound, format!("no program of this desktop shows `{path}`"))
            .hint("open it in your file manager")
            .into()),
        Err(error) => Err(Problem::new(Code::Internal, format!("show `{path}`: {error}"))
            .hint("open it in your file manager")
            .into()),
    }
}

async fn start_at_login(
    State(desktop): State<Arc<dyn Desktop>>,
    body: Result<Json<StartAtLoginRequest>, JsonRejection>,
) -> Answer<DesktopView> {
    desktop.set_start_at_login(body?.0.enabled).map_err(|error| {
        Problem::new(Code::Internal, format!("switch starting at login: {error}"))
            .hint("switch it in the settings of your desktop")
    })?;
    Ok(Json(whole(desktop.as_ref()).await))
}
