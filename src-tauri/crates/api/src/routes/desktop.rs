//! The tray app's own switches. An engine has none: the tray app answers these itself (`desktop_router`), so what
//! reaches the engine came from where no tray app is.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{DesktopView, OpenSettingsRequest, ShowFolderRequest, StartAtLoginRequest};

use crate::answer::{Answer, ErrorBody, Failure};

fn nobody() -> Failure {
    Failure(
        Problem::new(Code::NotConfigured, "no tray app answers here").hint("open Caretaker's window on the machine"),
    )
}

/// The tray app as the Settings page shows it.
#[utoipa::path(get, path = "/desktop", tag = "desktop",
    responses((status = 200, body = DesktopView), (status = 501, body = ErrorBody)))]
pub async fn show() -> Answer<DesktopView> {
    Err(nobody())
}

/// Switches starting at login.
#[utoipa::path(put, path = "/desktop/start-at-login", tag = "desktop", request_body = StartAtLoginRequest,
    responses((status = 200, body = DesktopView), (status = 501, body = ErrorBody)))]
pub async fn start_at_login(body: Result<Json<StartAtLoginRequest>, JsonRejection>) -> Answer<DesktopView> {
    let Json(_) = body?;
    Err(nobody())
}

/// Opens the system's own page for a permission.
#[utoipa::path(post, path = "/desktop/settings", tag = "desktop", request_body = OpenSettingsRequest,
    responses((status = 200, body = DesktopView), (status = 404, body = ErrorBody), (status = 501, body = ErrorBody)))]
pub async fn open_settings(body: Result<Json<OpenSettingsRequest>, JsonRejection>) -> Answer<DesktopView> {
    let Json(_) = body?;
    Err(nobody())
}

/// Shows a folder in the desktop's own file manager.
#[utoipa::path(post, path = "/desktop/show", tag = "desktop", request_body = ShowFolderRequest,
    responses((status = 200, body = DesktopView), (status = 404, body = ErrorBody), (status = 501, body = ErrorBody)))]
pub async fn show_folder(body: Result<Json<ShowFolderRequest>, JsonRejection>) -> Answer<DesktopView> {
    let Json(_) = body?;
    Err(nobody())
}
