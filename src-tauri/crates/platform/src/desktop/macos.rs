//! macOS: the menu bar is always there; whether a login session is behind this process is for the shell to find out.

use tokio::sync::watch;

use crate::bus::Bus;

/// A Mac draws windows for whoever is logged in.
pub fn has_display() -> bool {
    true
}

/// The menu bar shows status items.
pub async fn tray_host_present(_bus: &Bus) -> bool {
    true
}

/// Says so once.
pub async fn watch_tray_host(_bus: Bus, present: watch::Sender<bool>) {
    present.send_replace(true);
    present.closed().await;
}
