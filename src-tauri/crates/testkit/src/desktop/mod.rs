//! A desktop of our own for tests: a private D-Bus, a notification daemon and a place for tray icons, each of which can
//! appear late, go away and come back. Nothing here touches the session of the person who runs the tests.
//!
//! Everything waits for events, never by sleeping, and fails the test with what it saw when nothing comes within
//! [`PATIENCE`].

#![expect(clippy::panic, clippy::match_wild_err_arm, reason = "what does not come in time fails the test")]
#![expect(clippy::unused_self, reason = "the interfaces of D-Bus are methods")]

mod bus;
mod menu;
mod notification_daemon;
#[cfg(test)]
mod tests;
mod tray_host;

use std::time::Duration;

pub use bus::PrivateBus;
pub use menu::MenuEntry;
pub use notification_daemon::{NotificationDaemon, Shown};
pub use tray_host::{Pixmap, TrayHost, TrayItem};

/// How long anything may take before the test fails; generous, because it costs time only then.
pub const PATIENCE: Duration = Duration::from_secs(30);
