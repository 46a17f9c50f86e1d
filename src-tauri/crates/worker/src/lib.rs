//! One piece of work on archives or databases, in a process of its own: the order comes in as one line, reports go out as lines, and the end
//! of the input cancels the work. Knows no engine, no store and no schedule.

mod care;
mod create;
mod databases;
mod drill;
pub mod facts;
mod key;
mod opening;
mod pace;
mod perform;
mod postgres;
mod preview;
mod problem;
mod read;
mod restore;
mod source;
mod speech;
mod store;
mod telling;
#[cfg(test)]
mod testing;
mod trouble;
mod verify;

pub use drill::Opener;
pub use pace::Considerate;
pub use perform::{perform, run};
pub use problem::problem;
pub use speech::{Ear, Voice, telling};
