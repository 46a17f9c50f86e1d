//! The tray app's own switches. An engine has none: the tray app answers these itself (`desktop_router`), so what
//! reaches the engine came from where no tray app is.

use axum::Json;
use axum::extract::rejection::JsonRejection;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{DesktopView, StartAtLoginRequest};

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
