//! The port through which connections to other programs are opened. It is the one way out, so that what Caretaker reaches
//! for can be counted, shown and refused; nothing here speaks a protocol.

use std::net::SocketAddr;
use std::os::fd::OwnedFd;

use crate::time::Span;

/// Why no connection was opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The target lies outside this machine and no configuration names it. Nothing was sent.
    #[error("connect to {target}: only this machine may be reached")]
    Forbidden {
        /// The target.
        target: SocketAddr,
    },
    /// Nobody listens there.
    #[error("connect to {target}: nobody listens there")]
    Refused {
        /// The target.
        target: SocketAddr,
    },
    /// It took too long, or the system said no.
    #[error("connect to {target}: {why}")]
    Failed {
        /// The target.
        target: SocketAddr,
        /// What the system said.
        why: String,
    },
}

/// How often a target was reached for since the start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The target.
    pub target: SocketAddr,
    /// Connections that were opened.
    pub opened: u64,
    /// Attempts that failed or were refused.
    pub failed: u64,
}

/// Opens connections. The machine itself may be reached always, anything else only if the configuration names it.
pub trait Egress: Send + Sync + 'static {
    /// A connected stream socket. Blocks for at most `limit`.
    fn connect(&self, target: SocketAddr, limit: Span) -> Result<OwnedFd, EgressError>;
    /// Every target so far, by address.
    fn reached(&self) -> Vec<Reached>;
}
