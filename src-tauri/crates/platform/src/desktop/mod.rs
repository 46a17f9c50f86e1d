//! What the desktop offers: a screen, and a place for tray icons, which may appear long after this program.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

#[cfg(target_os = "linux")]
use linux as native;
#[cfg(target_os = "macos")]
use macos as native;

use std::path::Path;

use tokio::sync::watch;

use crate::bus::Bus;

/// Whether windows can be opened here.
pub fn has_display() -> bool {
    native::has_display()
}

/// Why a folder could not be shown.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct ShowError(String);

/// Shows a folder in the file manager of this desktop; false where there is none, and for what is no folder.
pub async fn show_folder(bus: &Bus, path: &str) -> Result<bool, ShowError> {
    // A file would be opened by whatever program claims it.
    if !path.starts_with('/') || !Path::new(path).is_dir() {
        return Ok(false);
    }
    native::show_folder(bus, path).await
}

/// Whether somebody shows tray icons now. Any doubt is a no.
pub async fn tray_host_present(bus: &Bus) -> bool {
    native::tray_host_present(bus).await
}

/// Keeps `present` true while somebody shows tray icons. Runs until nobody listens to `present`; survives a bus that is
/// missing or restarted.
pub async fn watch_tray_host(bus: Bus, present: watch::Sender<bool>) {
    native::watch_tray_host(bus, present).await;
}
