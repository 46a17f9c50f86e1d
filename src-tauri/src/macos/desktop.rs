//! What only the tray app knows: starting at login, and whether the icon shows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use caretaker_api::{Desktop, DesktopError};
use caretaker_core::view::DesktopView;
use tauri::{AppHandle, Wry};
use tauri_plugin_autostart::ManagerExt;

/// The desktop of this app.
pub struct AppDesktop {
    app: AppHandle<Wry>,
    tray: Arc<AtomicBool>,
}

impl AppDesktop {
    /// `tray` says whether the icon is up.
    pub fn new(app: AppHandle<Wry>, tray: Arc<AtomicBool>) -> Self {
        Self { app, tray }
    }
}

impl Desktop for AppDesktop {
    fn view(&self) -> DesktopView {
        let tray = self.tray.load(Ordering::Relaxed);
        let note = if tray { "" } else { "Nobody shows tray icons on this desktop." };
        DesktopView {
            start_at_login: self.app.autolaunch().is_enabled().ok(),
            tray,
            note: note.to_owned(),
            permissions: Vec::new(),
        }
    }

    fn set_start_at_login(&self, enabled: bool) -> Result<(), DesktopError> {
        let autolaunch = self.app.autolaunch();
        let switched = if enabled { autolaunch.enable() } else { autolaunch.disable() };
        match switched {
            // Switching off what is off is no failure.
            Err(_) if !enabled && autolaunch.is_enabled().is_ok_and(|on| !on) => Ok(()),
            other => other.map_err(|error| DesktopError(error.to_string())),
        }
    }
}
