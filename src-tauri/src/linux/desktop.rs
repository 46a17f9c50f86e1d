//! What only the tray app knows: starting at login, and whether the icon shows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use auto_launch::{AutoLaunch, LinuxLaunchMode};
use caretaker_api::{Desktop, DesktopError};
use caretaker_core::view::DesktopView;

/// Names the entry among those of the person's other programs.
const NAME: &str = "Caretaker";
/// Nobody asked for a window who only logs in.
const HIDDEN: &str = "--hidden";

/// The desktop of this app.
pub struct AppDesktop {
    /// None when this program does not know where it lies.
    login: Option<AutoLaunch>,
    tray: Arc<AtomicBool>,
}

impl AppDesktop {
    /// `tray` says whether the icon is up.
    pub fn new(tray: Arc<AtomicBool>) -> Self {
        let own = std::env::current_exe().ok().and_then(|path| path.to_str().map(str::to_owned));
        let login = own.map(|path| AutoLaunch::new(NAME, &path, LinuxLaunchMode::XdgAutostart, &[HIDDEN]));
        Self { login, tray }
    }

    /// Whether it starts at login, as the menu shows it.
    pub fn starts_at_login(&self) -> bool {
        self.view().start_at_login.unwrap_or(false)
    }
}

impl Desktop for AppDesktop {
    fn view(&self) -> DesktopView {
        let tray = self.tray.load(Ordering::Relaxed);
        let note = if tray { "" } else { "Nobody shows tray icons on this desktop." };
        let start_at_login = self.login.as_ref().and_then(|login| login.is_enabled().ok());
        DesktopView { start_at_login, tray, note: note.to_owned(), permissions: Vec::new() }
    }

    fn set_start_at_login(&self, enabled: bool) -> Result<(), DesktopError> {
        let unknown = || DesktopError("where this program lies is not known".to_owned());
        let login = self.login.as_ref().ok_or_else(unknown)?;
        let switched = if enabled { login.enable() } else { login.disable() };
        switched.map_err(|error| DesktopError(error.to_string()))
    }
}
