//! Keeping an engine alive without anybody logged in: what systemd or launchd is told, and what they answer. Only texts
//! and decisions; files are written and programs started elsewhere.

mod definition;
pub mod launchd;
mod place;
mod plan;
pub mod systemd;

pub use definition::{Definition, Scope, Supervisor};
pub use place::{Fit, fit};
pub use plan::{Plan, Surroundings, Task, install, uninstall};
