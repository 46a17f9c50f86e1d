//! Alerts: one pure state machine over rules, series and time (`alerts.md` 1).
//! It reads no clock, no file and no database; the engine stores what it decides.

mod backtest;
mod evaluator;
mod evidence;
mod flap;
mod identity;
mod inhibition;
mod instance;
mod noise;
mod outlook;
mod rhythm;
mod silence;
mod step;
#[cfg(test)]
mod tests;
mod transition;
mod trend;
mod volumes;
mod window;
pub mod words;

pub use backtest::{Backtest, BacktestSpan};
pub use evaluator::{Evaluator, Judgement, end};
pub use evidence::{Companion, Evidence, RecentChange};
pub use flap::WITHIN as FLAPPING_WITHIN;
pub use identity::{alert_id, meaning, notice_id};
pub use inhibition::Causes;
pub use instance::{Acknowledgement, AlertId, Instance, State};
pub use noise::{Quieter, quieter};
pub use outlook::Outlook;
pub use silence::{Silence, SilenceId};
pub use transition::{Change, Transition};
pub use volumes::Volumes;
