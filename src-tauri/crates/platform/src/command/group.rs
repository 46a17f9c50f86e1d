//! The process group of a program that was started: whatever it started in turn ends with it.

use std::sync::atomic::{AtomicI32, Ordering};

use rustix::process::{Pid, Signal, kill_process_group};

use super::strays;

/// Ends the group when it is dropped, once: its number may be somebody else's afterwards.
pub(super) struct Group {
    id: AtomicI32,
    mark: Option<String>,
}

impl Group {
    /// The group that `child` leads, and what carries the mark outside it.
    pub fn of(child: &tokio::process::Child, mark: Option<String>) -> Self {
        Self { id: AtomicI32::new(child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or(0)), mark }
    }

    /// Ends whoever is left of it.
    pub fn end(&self) {
        if let Some(group) = Pid::from_raw(self.id.swap(0, Ordering::Relaxed)) {
            // Nobody is left: that is what was wanted.
            let _ = kill_process_group(group, Signal::KILL);
            if let Some(mark) = &self.mark {
                strays::end(mark);
            }
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}
