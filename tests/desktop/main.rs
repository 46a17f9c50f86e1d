//! The real tray app on a screen and a session bus of its own: icon, menu, notification, click, window, page, end.
#![cfg(target_os = "linux")]

mod notifications;
mod processes;
mod stage;
mod tray;
mod webdriver;
mod window;
