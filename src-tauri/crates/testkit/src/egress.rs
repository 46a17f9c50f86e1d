//! A machine on which nothing listens but what a test puts there. Sockets are real; only addresses are moved, so that a test
//! can play the server of a usual port on any free one.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use caretaker_core::egress::{Allowance, Egress, EgressError, Reached, Target};
use caretaker_core::time::Span;
use caretaker_platform::egress::SystemEgress;

#[derive(Debug, Default)]
struct State {
    moved: BTreeMap<SocketAddr, SocketAddr>,
    reached: BTreeMap<Target, (u64, u64)>,
}

/// Shared by a world and its tests.
#[derive(Clone, Debug, Default)]
pub struct MovedEgress {
    state: Arc<Mutex<State>>,
    system: Arc<SystemEgress>,
}

impl MovedEgress {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is asked of `usual` goes to `actual`.
    pub fn listen(&self, usual: SocketAddr, actual: SocketAddr) {
        self.lock().moved.insert(usual, actual);
    }

    /// Nobody listens at `usual` any more.
    pub fn hang_up(&self, usual: SocketAddr) {
        self.lock().moved.remove(&usual);
    }

    /// How often somebody tried to connect to `target`.
    pub fn attempts(&self, target: SocketAddr) -> u64 {
        self.lock().reached.get(&Target::from(target)).map_or(0, |(opened, failed)| opened + failed)
    }
}

impl Egress for MovedEgress {
    fn connect(&self, target: SocketAddr, limit: Span) -> Result<OwnedFd, EgressError> {
        let actual = self.lock().moved.get(&target).copied();
        let connected = match actual {
            Some(actual) => self.system.connect(actual, limit),
            None => Err(EgressError::Refused { target: target.into() }),
        };
        let mut state = self.lock();
        let (opened, failed) = state.reached.entry(target.into()).or_default();
        *if connected.is_ok() { opened } else { failed } += 1;
        connected
    }

    /// What a test's configuration names is reached as it is: the tests name servers of their own.
    fn reach(&self, target: &Target, limit: Span) -> Result<OwnedFd, EgressError> {
        let reached = self.system.reach(target, limit);
        let mut state = self.lock();
        let (opened, failed) = state.reached.entry(target.clone()).or_default();
        *if reached.is_ok() { opened } else { failed } += 1;
        reached
    }

    fn allow(&self, section: &'static str, allowed: Vec<Allowance>) {
        self.system.allow(section, allowed);
    }

    fn allowed(&self) -> Vec<Allowance> {
        self.system.allowed()
    }

    fn reached(&self) -> Vec<Reached> {
        let state = self.lock();
        let counted = state.reached.iter();
        counted
            .map(|(target, (opened, failed))| Reached { target: target.clone(), opened: *opened, failed: *failed })
            .collect()
    }

    fn count(&self, reached: &[Reached]) {
        let mut state = self.lock();
        for one in reached {
            let (opened, failed) = state.reached.entry(one.target.clone()).or_default();
            (*opened, *failed) = (*opened + one.opened, *failed + one.failed);
        }
    }
}
