//! Whether this machine is fit to serve people around the clock: sleep, power failures, restarts without anybody there,
//! updates, what the network can reach. Each check says what was found, why it matters and what to do. Only texts are
//! judged here; reading them is the platform's business.

mod check;
pub mod debian;
pub mod linux;
pub mod listeners;
pub mod macos;

pub use check::{GROUP, NETWORK};
