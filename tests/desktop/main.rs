//! The real tray app on a screen and a session bus of its own: icon, menu, notification, click, window, page, end.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what does not come fails the test")]
#![cfg(target_os = "linux")]

mod notifications;
mod offline;
mod processes;
mod stage;
mod tray;
mod webdriver;
mod window;
