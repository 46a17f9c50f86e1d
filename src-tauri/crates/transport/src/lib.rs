//! A connection to another machine: opened through the port `Egress`, encrypted where the address says so, and given up when
//! nothing moves on it any more. What is said over it is the business of who asked.
//!
//! Nothing is opened, looked up or loaded before the first connection.

mod connect;
mod error;
mod patient;
mod tls;

pub use connect::{Connection, connect};
pub use error::ConnectError;
pub use patient::Patient;
pub use tls::Tls;
