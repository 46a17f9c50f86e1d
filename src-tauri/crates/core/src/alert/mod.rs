//! Alerts: one pure state machine over rules, series and time (`alerts.md` 1).
//! It reads no clock, no file and no database; the engine stores what it decides.

mod evidence;
mod instance;
mod silence;
mod transition;

pub use evidence::{Companion, Evidence};
pub use instance::{Acknowledgement, AlertId, Instance, State};
pub use silence::{Silence, SilenceId};
pub use transition::{Change, Transition};
