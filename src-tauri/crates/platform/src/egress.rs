//! The real way out: sockets to programs on this machine, each target counted. Nothing outside this machine is reached, as
//! no feature that needs it is configured yet; what is refused is counted too.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::sync::{Mutex, PoisonError};

use caretaker_core::egress::{Egress, EgressError, Reached};
use caretaker_core::time::Span;

/// Opens real sockets. Made at the start, opens nothing until it is asked.
#[derive(Debug, Default)]
pub struct SystemEgress {
    counts: Mutex<BTreeMap<SocketAddr, (u64, u64)>>,
}

impl SystemEgress {
    /// One that has not reached for anything yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn count(&self, target: SocketAddr, opened: bool) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (good, bad) = counts.entry(target).or_default();
        *if opened { good } else { bad } += 1;
    }
}

impl Egress for SystemEgress {
    fn connect(&self, target: SocketAddr, limit: Span) -> Result<OwnedFd, EgressError> {
        let connected = if target.ip().is_loopback() {
            TcpStream::connect_timeout(&target, limit.to_duration()).map_err(|error| match error.kind() {
                ErrorKind::ConnectionRefused => EgressError::Refused { target },
                _ => EgressError::Failed { target, why: error.to_string() },
            })
        } else {
            Err(EgressError::Forbidden { target })
        };
        self.count(target, connected.is_ok());
        connected.map(OwnedFd::from)
    }

    fn reached(&self) -> Vec<Reached> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .iter()
            .map(|(target, (opened, failed))| Reached { target: *target, opened: *opened, failed: *failed })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn only_this_machine_is_reached_and_everything_is_counted() {
        let egress = SystemEgress::new();
        assert!(egress.reached().is_empty(), "nothing is opened before somebody asks");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        egress.connect(here, Span::from_seconds(1)).unwrap();
        egress.connect(here, Span::from_seconds(1)).unwrap();
        drop(listener);
        assert_eq!(egress.connect(here, Span::from_seconds(1)).unwrap_err(), EgressError::Refused { target: here });
        let elsewhere: SocketAddr = "192.0.2.1:80".parse().unwrap();
        let refused = egress.connect(elsewhere, Span::from_seconds(1)).unwrap_err();
        assert_eq!(refused, EgressError::Forbidden { target: elsewhere });
        let counted: Vec<_> = egress.reached().iter().map(|one| (one.target, one.opened, one.failed)).collect();
        assert_eq!(counted, [(here, 2, 1), (elsewhere, 0, 1)]);
    }
}
