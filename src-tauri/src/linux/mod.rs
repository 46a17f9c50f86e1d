//! The tray app on Linux: icon, menu, engine and notifications without GTK and without a web engine. The window is a
//! program of its own, started when somebody wants to see it.

mod app;
mod desktop;
mod icon;
mod menu;
mod tray;
mod window;

pub use app::run;
