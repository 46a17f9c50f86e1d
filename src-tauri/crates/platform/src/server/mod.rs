//! Reads what tells whether this machine is fit to be a server. What that means is judged in the core.

use caretaker_core::time::Timestamp;
use caretaker_core::view::CheckView;

#[cfg(target_os = "linux")]
pub mod linux;
#[cfg(target_os = "macos")]
mod macos;

/// Everything, read now. Reads files and, on macOS, asks a few programs of the system; nothing goes over the network.
/// `machine_service` says that the engine starts with the machine.
#[cfg(target_os = "linux")]
pub async fn checks(now: Timestamp, _machine_service: bool) -> Vec<CheckView> {
    let read = tokio::task::spawn_blocking(move || linux::checks(std::path::Path::new("/"), now));
    // Only a panic ends it early, and then there is nothing to show.
    read.await.unwrap_or_default()
}

/// Everything, read now. Reads files and, on macOS, asks a few programs of the system; nothing goes over the network.
/// `machine_service` says that the engine starts with the machine.
#[cfg(target_os = "macos")]
pub async fn checks(now: Timestamp, machine_service: bool) -> Vec<CheckView> {
    macos::checks(now, machine_service).await
}
