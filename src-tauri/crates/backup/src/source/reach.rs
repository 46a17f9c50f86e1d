//! Whether the folders that a backup names can be read at all: asked when a job is set up and before each run, because a person who
//! is told afterwards that a folder was never part of the backup is told too late.

use std::io;
use std::path::PathBuf;

use super::walk::{Root, reason};
use crate::format::manifest::Reason;

/// A folder of a backup that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Which.
    pub path: PathBuf,
    /// What is in the way.
    pub reason: Reason,
    /// What the system said.
    pub words: String,
    /// What a person can do.
    pub fix: &'static str,
}

/// Looks into each root, and names those that give nothing.
pub fn unreadable(roots: &[Root]) -> Vec<Unreadable> {
    let look = |root: &Root| match root.path.metadata() {
        Ok(meta) if meta.is_dir() => std::fs::read_dir(&root.path).map(|_| ()),
        Ok(_) => std::fs::File::open(&root.path).map(|_| ()),
        Err(error) => Err(error),
    };
    let tell = |root: &Root, error: &io::Error| {
        let reason = reason(error);
        Unreadable { path: root.path.clone(), reason, words: error.to_string(), fix: fix(reason) }
    };
    roots.iter().filter_map(|root| look(root).err().map(|error| tell(root, &error))).collect()
}

fn fix(reason: Reason) -> &'static str {
    match reason {
        Reason::Vanished => "check the path, or connect the disk that it lies on",
        Reason::Denied if cfg!(target_os = "macos") => {
            "give Caretaker full disk access in System Settings, Privacy & Security, and start it again"
        }
        Reason::Denied => "run Caretaker as the user who owns it, or let that user read it",
        Reason::Changed
        | Reason::ReadError
        | Reason::Replaced
        | Reason::Socket
        | Reason::CloudOnly
        | Reason::NotReplaced
        | Reason::RawDatabase => "look at the disk: it did not answer as a disk should",
    }
}
