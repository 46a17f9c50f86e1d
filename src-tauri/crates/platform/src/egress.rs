//! The real way out: sockets to programs on this machine and to what the configuration names, each target counted. Nothing
//! else is reached; what is refused is counted too.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use caretaker_core::egress::{Allowance, Egress, EgressError, Reached, Target};
use caretaker_core::time::Span;

/// A first address that does not answer leaves time for the second.
const LEAST: Duration = Duration::from_millis(500);

/// Opens real sockets. Made at the start, opens nothing until it is asked.
#[derive(Debug, Default)]
pub struct SystemEgress {
    counts: Mutex<BTreeMap<Target, (u64, u64)>>,
    /// By section of the configuration. Held for a look only.
    allowed: Mutex<BTreeMap<&'static str, BTreeSet<Allowance>>>,
}

impl SystemEgress {
    /// One that has not reached for anything yet.
    pub fn new() -> Self {
        Self::default()
    }

    fn counted<T>(&self, target: &Target, result: Result<T, EgressError>) -> Result<T, EgressError> {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (good, bad) = counts.entry(target.clone()).or_default();
        *if result.is_ok() { good } else { bad } += 1;
        result
    }

    fn allowances(&self) -> MutexGuard<'_, BTreeMap<&'static str, BTreeSet<Allowance>>> {
        self.allowed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn may_reach(&self, target: &Target) -> bool {
        let named = || self.allowances().values().flatten().any(|allowance| allowance.target == *target);
        target.address().is_some_and(|address| address.ip().is_loopback()) || named()
    }
}

impl Egress for SystemEgress {
    fn connect(&self, target: SocketAddr, limit: Span) -> Result<OwnedFd, EgressError> {
        let named = Target::from(target);
        let connected = if target.ip().is_loopback() {
            open(&named, target, limit.to_duration())
        } else {
            Err(EgressError::Forbidden { target: named.clone() })
        };
        self.counted(&named, connected)
    }

    fn reach(&self, target: &Target, limit: Span) -> Result<OwnedFd, EgressError> {
        let reached = if self.may_reach(target) {
            reach(target, limit.to_duration())
        } else {
            Err(EgressError::Forbidden { target: target.clone() })
        };
        self.counted(target, reached)
    }

    fn allow(&self, section: &'static str, allowed: Vec<Allowance>) {
        self.allowances().insert(section, allowed.into_iter().collect());
    }

    fn allowed(&self) -> Vec<Allowance> {
        self.allowances().values().flatten().cloned().collect()
    }

    fn reached(&self) -> Vec<Reached> {
        let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts
            .iter()
            .map(|(target, (opened, failed))| Reached { target: target.clone(), opened: *opened, failed: *failed })
            .collect()
    }

    fn count(&self, reached: &[Reached]) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        for one in reached {
            let (opened, failed) = counts.entry(one.target.clone()).or_default();
            (*opened, *failed) = (*opened + one.opened, *failed + one.failed);
        }
    }
}

/// Looks the name up and tries its addresses in turn, as long as there is time.
fn reach(target: &Target, limit: Duration) -> Result<OwnedFd, EgressError> {
    let begun = Instant::now();
    let found = match target.address() {
        Some(address) => vec![address],
        None => look_up(target)?,
    };
    let mut failed = EgressError::Unknown { target: target.clone(), why: "it has no address".to_owned() };
    let count = u32::try_from(found.len()).unwrap_or(1).max(1);
    for address in found {
        let left = limit.saturating_sub(begun.elapsed());
        if left.is_zero() {
            return Err(EgressError::Failed { target: target.clone(), why: "it took too long".to_owned() });
        }
        match open(target, address, (limit / count).max(LEAST).min(left)) {
            Ok(socket) => return Ok(socket),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

fn look_up(target: &Target) -> Result<Vec<SocketAddr>, EgressError> {
    let found = (target.host.as_str(), target.port).to_socket_addrs().map_err(|error| {
        let why = error.to_string();
        let why = why.strip_prefix("failed to lookup address information: ").unwrap_or(&why).to_owned();
        EgressError::Unknown { target: target.clone(), why }
    })?;
    Ok(found.collect())
}

fn open(target: &Target, address: SocketAddr, limit: Duration) -> Result<OwnedFd, EgressError> {
    let target = target.clone();
    match TcpStream::connect_timeout(&address, limit) {
        Ok(stream) => Ok(OwnedFd::from(stream)),
        Err(error) => Err(match error.kind() {
            ErrorKind::ConnectionRefused => EgressError::Refused { target },
            ErrorKind::TimedOut => EgressError::Failed { target, why: "nobody answers".to_owned() },
            _ => EgressError::Failed { target, why: error.to_string() },
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    const SECOND: Span = Span::from_seconds(1);

    #[test]
    fn only_this_machine_is_reached_and_everything_is_counted() {
        let egress = SystemEgress::new();
        assert!(egress.reached().is_empty(), "nothing is opened before somebody asks");
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let here = listener.local_addr().unwrap();
        egress.connect(here, SECOND).unwrap();
        egress.connect(here, SECOND).unwrap();
        drop(listener);
        let named = Target::from(here);
        assert_eq!(egress.connect(here, SECOND).unwrap_err(), EgressError::Refused { target: named.clone() });
        let elsewhere: SocketAddr = "192.0.2.1:80".parse().unwrap();
        let refused = egress.connect(elsewhere, SECOND).unwrap_err();
        assert_eq!(refused, EgressError::Forbidden { target: elsewhere.into() });
        let counted: Vec<_> = egress.reached().into_iter().map(|one| (one.target, one.opened, one.failed)).collect();
        assert_eq!(counted, [(named, 2, 1), (elsewhere.into(), 0, 1)]);
    }

    #[test]
    fn beyond_this_machine_only_what_the_configuration_names_is_reached() {
        let egress = SystemEgress::new();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        // A name, even of this machine, could be anybody's: it must be named.
        let target = Target::new("localhost", listener.local_addr().unwrap().port());
        let forbidden = EgressError::Forbidden { target: target.clone() };
        assert_eq!(egress.reach(&target, SECOND).unwrap_err(), forbidden);
        let allowance = Allowance { target: target.clone(), by: "notify.channel.ops".to_owned() };
        egress.allow("notify.channel", vec![allowance.clone()]);
        egress.allow("destination", Vec::new());
        assert_eq!(egress.allowed(), [allowance]);
        egress.reach(&target, SECOND).unwrap();
        let other = Target { port: target.port ^ 1, ..target.clone() };
        assert!(
            matches!(egress.reach(&other, SECOND), Err(EgressError::Forbidden { .. })),
            "another port is another target"
        );
        egress.allow("notify.channel", Vec::new());
        assert_eq!(egress.reach(&target, SECOND).unwrap_err(), forbidden, "and no longer than it is named");
    }

    #[test]
    fn a_name_that_leads_nowhere_is_told_as_that() {
        let egress = SystemEgress::new();
        let target = Target::new("no-such-host.invalid", 443);
        egress.allow("notify.channel", vec![Allowance { target: target.clone(), by: "x".to_owned() }]);
        let error = egress.reach(&target, SECOND).unwrap_err();
        assert!(matches!(error, EgressError::Unknown { .. }), "{error}");
        assert!(error.to_string().starts_with("look up no-such-host.invalid: "), "{error}");
    }
}
