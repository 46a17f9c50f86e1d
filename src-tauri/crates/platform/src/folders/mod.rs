//! Walks disks for the sizes of their folders: on a thread of its own that every other program goes before.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod walk;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use caretaker_core::folder::Survey;
use caretaker_core::port::{FolderWalk, Pace, Pacer, PortFuture, WalkError};
use tokio::sync::oneshot;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;

pub use walk::walk;

/// Paths nest no deeper than `PATH_MAX`, and the walker keeps no frame on its stack.
const STACK: usize = 512 * 1024;

/// Lets everybody else go before the thread that calls, for work that nobody waits for.
pub fn lower_priority() {
    system::lower_priority();
}

/// The disks of this machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemFolders;

impl FolderWalk for SystemFolders {
    fn survey<'a>(&'a self, mount: &'a str, pacer: Pacer) -> PortFuture<'a, Result<Survey, WalkError>> {
        Box::pin(in_background(system::root_of(mount), mount.to_owned(), pacer))
    }
}

/// Walks `root`, whose folders are named as if it were mounted at `named`. A dropped future ends the walk.
pub async fn in_background(root: PathBuf, named: String, pacer: Pacer) -> Result<Survey, WalkError> {
    let stopped = Arc::new(AtomicBool::new(false));
    let guard = StopOnDrop(Arc::clone(&stopped));
    let (reply, answer) = oneshot::channel();
    let failed = |why: &dyn std::fmt::Display| WalkError::Failed { path: named.clone(), why: why.to_string() };
    let name = named.clone();
    std::thread::Builder::new()
        .name("folders".to_owned())
        .stack_size(STACK)
        .spawn(move || {
            system::lower_priority();
            let asked = || if stopped.load(Ordering::Relaxed) { Pace::Stop } else { pacer() };
            // Whoever asked may be gone by now, which is no fault of ours.
            let _: Result<(), _> = reply.send(walk(&root, &name, &asked));
        })
        .map_err(|error| failed(&error))?;
    let result = answer.await.unwrap_or_else(|_| Err(failed(&"the walk ended unexpectedly")));
    drop(guard);
    result
}

struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
