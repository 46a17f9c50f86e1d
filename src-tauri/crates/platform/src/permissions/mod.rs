//! What the system must let the tray app do, looked at now: notifications, the tray icon, files. Asks nobody for anything;
//! the page of the system that grants it is opened only when a person wants it.

use caretaker_core::port::{CommandError, CommandLine, Commands};
use caretaker_core::time::Span;
use caretaker_core::view::{Permission, PermissionState, PermissionView};

use crate::bus::Bus;
use crate::command::SystemCommands;
use crate::readiness::{DesktopReadiness, NotificationReadiness};

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

#[cfg(target_os = "linux")]
use linux as native;
#[cfg(target_os = "macos")]
use macos as native;

/// The page opens in a program of its own; this is how long its starting may take.
const OPENING: Span = Span::from_seconds(10);

/// What this system asks for. `tray_shows` is what the app itself sees of its icon.
pub async fn permissions(bus: &Bus, tray_shows: bool) -> Vec<PermissionView> {
    let desktop = crate::readiness::desktop(bus).await;
    let mut all = vec![notifications(&desktop), tray_icon(tray_shows)];
    // It may open files.
    all.extend(tokio::task::spawn_blocking(native::more).await.unwrap_or_default());
    for view in &mut all {
        view.has_settings = settings(view.permission).is_some();
    }
    all
}

/// Opens the system's page for a permission; false where there is none.
pub async fn open_settings(permission: Permission) -> Result<bool, CommandError> {
    let Some(command) = settings(permission) else { return Ok(false) };
    SystemCommands.run(&command.within(OPENING)).await.map(|result| result.succeeded())
}

fn settings(permission: Permission) -> Option<CommandLine> {
    native::settings(permission)
        .filter(|command| crate::readiness::find_program(&command.program.to_string_lossy()).is_some())
}

fn notifications(desktop: &DesktopReadiness) -> PermissionView {
    use PermissionState::{Granted, Missing, Unknown};
    let (state, detail) = match &desktop.notifications {
        _ if !desktop.session => (Missing, "There is no desktop session to show them in.".to_owned()),
        NotificationReadiness::Running { name, .. } => (Granted, format!("{name} shows them.")),
        NotificationReadiness::Startable => (Granted, "The first one starts the program that shows them.".to_owned()),
        NotificationReadiness::Absent => {
            (Missing, "No program shows notifications on this desktop; install one, for example dunst.".to_owned())
        }
        NotificationReadiness::Silent { why } => {
            (Missing, format!("The program that shows them does not answer: {why}."))
        }
        NotificationReadiness::ByTheApp => {
            (Unknown, "The system asks once, with the first notification; send a test to see.".to_owned())
        }
    };
    view(Permission::Notifications, state, detail)
}

fn tray_icon(shows: bool) -> PermissionView {
    let (state, detail) = if shows {
        (PermissionState::Granted, "It shows.".to_owned())
    } else {
        (PermissionState::Missing, native::HIDDEN_ICON.to_owned())
    };
    view(Permission::TrayIcon, state, detail)
}

fn view(permission: Permission, state: PermissionState, detail: String) -> PermissionView {
    PermissionView { permission, title: permission.title().to_owned(), state, detail, has_settings: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notifications_are_granted_where_somebody_shows_them() {
        let desktop =
            |session, notifications| DesktopReadiness { session, notifications, ..DesktopReadiness::default() };
        let running = NotificationReadiness::Running {
            name: "dunst".into(),
            vendor: String::new(),
            version: String::new(),
            capabilities: Vec::new(),
        };
        let silent = NotificationReadiness::Silent { why: "no answer within 2 s".into() };
        for (session, found, state, words) in [
            (true, running, PermissionState::Granted, "dunst shows them"),
            (true, NotificationReadiness::Startable, PermissionState::Granted, "first one"),
            (true, NotificationReadiness::Absent, PermissionState::Missing, "install one"),
            (true, silent, PermissionState::Missing, "no answer within 2 s"),
            (true, NotificationReadiness::ByTheApp, PermissionState::Unknown, "send a test"),
            (false, NotificationReadiness::Absent, PermissionState::Missing, "no desktop session"),
        ] {
            let view = notifications(&desktop(session, found));
            assert_eq!(view.state, state, "{view:?}");
            assert!(view.detail.contains(words), "{view:?}");
        }
        assert_eq!(tray_icon(false).state, PermissionState::Missing);
    }
}
