//! What only macOS needs, as thin as can be, because nobody can run it where it is written (`docs/testing.md`).

mod activity;
mod app;
mod desktop;
mod ending;
mod notifier;
mod tray;

use activity::stay_alive;
pub use app::run;
