//! Native notifications: on Linux our own client of the freedesktop specification. On macOS notifications belong to the
//! bundle, so the shell brings the notifier there and this module has none.
//! When and what is told is decided elsewhere; here a notice is shown, replaced or taken away.

use std::path::PathBuf;
use std::sync::Arc;

use caretaker_core::port::{ActionSink, Notifier};

#[cfg(target_os = "linux")]
mod freedesktop;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

#[cfg(target_os = "linux")]
use linux as native;
#[cfg(target_os = "macos")]
use macos as native;

#[cfg(target_os = "linux")]
pub use freedesktop::{FreedesktopNotifier, NotificationServer};
#[cfg(target_os = "linux")]
pub(crate) use freedesktop::{NAME as NOTIFICATIONS, ask};

/// The notifier of this platform that needs no window system of its own; none where only the shell has one. Touches
/// nothing before its first use. `shown` is the file that remembers what is on the screen across restarts.
pub fn system_notifier(shown: PathBuf, sink: ActionSink) -> Option<Arc<dyn Notifier>> {
    native::system_notifier(shown, sink)
}
