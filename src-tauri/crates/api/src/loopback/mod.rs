//! The loopback door: the same router over TCP, for a browser and for programs on this machine. Closed unless
//! `[api] enabled`; needs a token; never executes.

mod answer;
mod door;
mod guard;
mod limit;
mod listening;
mod login;
mod unlocked;

pub use door::{DoorLimits, LoopbackDoor};
pub use limit::Rate;
pub use listening::PART;
pub(crate) use listening::listen_as_configured;
pub use unlocked::serve_unlocked;
