//! macOS: launchd is always there, and notifications belong to the app's bundle.

use super::{DesktopReadiness, NotificationReadiness};
use crate::bus::Bus;

/// What installs the engine as a service.
pub const SERVICE_PROGRAM: &str = "launchctl";

/// launchd runs every Mac.
#[expect(clippy::unnecessary_wraps, reason = "the same signature where there may be none")]
pub fn service_supervisor() -> Option<&'static str> {
    Some("launchd")
}

/// The menu bar shows tray icons; the app shows notifications.
pub async fn desktop(_bus: &Bus) -> DesktopReadiness {
    DesktopReadiness { session: true, session_error: None, notifications: NotificationReadiness::ByTheApp, tray: true }
}
