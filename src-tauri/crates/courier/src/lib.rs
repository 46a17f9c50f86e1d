//! Brings a notice to one channel beyond the desktop: a webhook, ntfy, or a program of this machine. One try, with a time
//! limit and an answer; what is told to whom, and when it is tried again, is the engine's business.
//!
//! Nothing is opened, looked up or loaded before the first notice goes out. The only way out is the port `Egress`.

mod command;
mod courier;
mod destination;
mod error;
mod http;
mod letter;
mod ntfy;
mod webhook;

pub use courier::{Courier, Delivered};
pub use destination::{Destination, Way};
pub use error::SendError;
pub use letter::Letter;
