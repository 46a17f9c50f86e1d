//! Why there is no connection, in words that hold no credential.

use caretaker_core::egress::EgressError;

/// Why there is no connection.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConnectError {
    /// The socket could not be opened.
    #[error("{0}")]
    Egress(EgressError),
    /// The connection broke before anything was said, or this system could not go on.
    #[error("{0}")]
    Broken(String),
    /// This system has nobody that it trusts.
    #[error("{0}")]
    NoTrust(String),
    /// The other side could not prove who it is, or does not encrypt.
    #[error("{0}")]
    Encryption(String),
}
