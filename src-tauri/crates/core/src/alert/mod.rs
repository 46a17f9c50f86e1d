//! Alerts: one pure state machine over rules, series and time (`alerts.md` 1).
//! It reads no clock, no file and no database; the engine stores what it decides.

mod evaluator;
mod evidence;
mod identity;
mod instance;
mod silence;
mod step;
#[cfg(test)]
mod tests;
mod transition;
mod trend;
mod window;
pub mod words;

pub use evaluator::{Evaluator, Judgement, end};
pub use evidence::{Companion, Evidence};
pub use identity::{alert_id, meaning, notice_id};
pub use instance::{Acknowledgement, AlertId, Instance, State};
pub use silence::{Silence, SilenceId};
pub use transition::{Change, Transition};
