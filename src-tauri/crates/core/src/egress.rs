//! The port through which connections to other programs are opened. It is the one way out, so that what Caretaker reaches
//! for can be counted, shown and refused; nothing here speaks a protocol.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::OwnedFd;

use crate::time::Span;

/// A place to connect to: a name or an address, and a port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// A name in lower case, or an address without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl Target {
    /// A place by name or address, as it stands in a URL.
    pub fn new(host: &str, port: u16) -> Self {
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        Self { host: bare.to_ascii_lowercase(), port }
    }

    /// The address, if it is one and no name.
    pub fn address(&self) -> Option<SocketAddr> {
        self.host.parse::<IpAddr>().ok().map(|address| SocketAddr::new(address, self.port))
    }

    /// Whether it lies on this machine, as far as that can be told without asking anybody.
    pub fn is_here(&self) -> bool {
        self.host == "localhost" || self.address().is_some_and(|address| address.ip().is_loopback())
    }
}

impl From<SocketAddr> for Target {
    fn from(address: SocketAddr) -> Self {
        Self { host: address.ip().to_string(), port: address.port() }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(out, "[{}]:{}", self.host, self.port)
        } else {
            write!(out, "{}:{}", self.host, self.port)
        }
    }
}

/// A place that the configuration names, and where it does.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Allowance {
    /// What may be reached.
    pub target: Target,
    /// The key that names it: `notify.channel.ops`.
    pub by: String,
}

/// Why no connection was opened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EgressError {
    /// The target lies outside this machine and no configuration names it. Nothing was sent.
    #[error("connect to {target}: only this machine may be reached, and what the configuration names")]
    Forbidden {
        /// The target.
        target: Target,
    },
    /// Nobody listens there.
    #[error("connect to {target}: nobody listens there")]
    Refused {
        /// The target.
        target: Target,
    },
    /// Its name leads nowhere.
    #[error("look up {}: {why}", target.host)]
    Unknown {
        /// The target.
        target: Target,
        /// What the system said.
        why: String,
    },
    /// It took too long, or the system said no.
    #[error("connect to {target}: {why}")]
    Failed {
        /// The target.
        target: Target,
        /// What the system said.
        why: String,
    },
}

/// How often a target was reached for since the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reached {
    /// The target.
    pub target: Target,
    /// Connections that were opened.
    pub opened: u64,
    /// Attempts that failed or were refused.
    pub failed: u64,
}

/// Opens connections. The machine itself may be reached always, anything else only if the configuration names it.
pub trait Egress: Send + Sync + 'static {
    /// A connected stream socket to an address of this machine. Blocks for at most `limit`.
    fn connect(&self, target: SocketAddr, limit: Span) -> Result<OwnedFd, EgressError>;
    /// A connected stream socket to what the configuration names. Blocks for at most `limit`, and beyond that for as
    /// long as the system takes to look up a name.
    fn reach(&self, target: &Target, limit: Span) -> Result<OwnedFd, EgressError>;
    /// From now on these may be reached because of `section` of the configuration, and no others because of it.
    fn allow(&self, section: &'static str, allowed: Vec<Allowance>);
    /// Everything that may be reached beyond this machine, by target.
    fn allowed(&self) -> Vec<Allowance>;
    /// Every target so far, by name.
    fn reached(&self) -> Vec<Reached>;
    /// A process of our own reached for these: they count as reached here.
    fn count(&self, reached: &[Reached]);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_written_as_in_an_address_line() {
        for (host, shown, here) in [
            ("Hooks.Example.org", "hooks.example.org:443", false),
            ("[::1]", "[::1]:443", true),
            ("127.0.0.1", "127.0.0.1:443", true),
            ("localhost", "localhost:443", true),
            ("localhost.example.org", "localhost.example.org:443", false),
        ] {
            let target = Target::new(host, 443);
            assert_eq!((target.to_string().as_str(), target.is_here()), (shown, here), "{host}");
        }
    }
}
