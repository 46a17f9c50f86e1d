//! The window as a part of the tray app, where the page has a process of its own in any case.

pub mod commands;
mod context;
mod life;

use caretaker_api::Client;

use crate::link::Link;

pub use commands::Doors;
pub use context::context;
pub use life::Windows;

/// The way to the tray app's own addresses: they are in this process.
type DesktopDoor = Client;
