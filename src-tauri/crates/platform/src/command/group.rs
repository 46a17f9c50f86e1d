//! The process group of a program that was started: whatever it started in turn ends with it.

use std::sync::atomic::{AtomicI32, Ordering};

use rustix::process::{Pid, Signal, kill_process_group};

/// Ends the group when it is dropped, once: its number may be somebody else's afterwards.
pub(super) struct Group(AtomicI32);

impl Group {
    /// The group that `child` leads.
    pub fn of(child: &tokio::process::Child) -> Self {
        Self(AtomicI32::new(child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or(0)))
    }

    /// Ends whoever is left of it.
    pub fn end(&self) {
        if let Some(group) = Pid::from_raw(self.0.swap(0, Ordering::Relaxed)) {
            // Nobody is left: that is what was wanted.
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}
