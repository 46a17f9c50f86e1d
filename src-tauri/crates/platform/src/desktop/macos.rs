//! macOS: the menu bar is always there; whether a login session is behind this process is for the shell to find out.

use caretaker_core::port::{CommandLine, Commands};
use caretaker_core::time::Span;
use tokio::sync::watch;

use super::ShowError;
use crate::bus::Bus;
use crate::command::SystemCommands;

/// How long Finder may take to start.
const OPENING: Span = Span::from_seconds(10);

/// Finder is started by the system, not by us, and stays.
pub async fn show_folder(_bus: &Bus, path: &str) -> Result<bool, ShowError> {
    let command = CommandLine::new("/usr/bin/open", ["-R", path]).within(OPENING);
    SystemCommands.run(&command).await.map(|result| result.succeeded()).map_err(|error| ShowError(error.to_string()))
}

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
