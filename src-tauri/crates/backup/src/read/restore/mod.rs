//! Restores: a plan that says everything beforehand, and a run that does exactly that. Nothing outside the target is ever touched:
//! every part of every path is opened below it, and no link is followed.

mod content;
mod folders;
#[cfg(target_os = "linux")]
#[path = "node_linux.rs"]
mod node;
#[cfg(target_os = "macos")]
#[path = "node_macos.rs"]
mod node;
mod paged;
mod plan;
mod run;
mod target;

use std::path::Path;

use super::{Archive, Shelf};
use crate::format::manifest::Holder;
use crate::write::{Cancel, Progress};

pub use plan::{prepare, prepare_paced};
pub use run::{restore, restore_paced};

/// What to do where something is already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Conflict {
    /// What is there stays, and the restored one gets another name beside it.
    #[default]
    KeepBoth,
    /// What is there is replaced; never a folder by something else.
    Replace,
    /// What is there stays, and nothing is restored.
    Skip,
}

/// Whether owners, groups and the bits that lend them come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ownership {
    /// Everything belongs to who restores.
    #[default]
    Mine,
    /// As it was; needs root.
    Restore,
}

/// What is restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// The whole tree.
    All,
    /// These, and for a folder all that it holds.
    Paths(Vec<Vec<u8>>),
}

/// Everything that a restore needs.
pub struct Wish<'a> {
    /// Where the archives lie that the restore point names.
    pub shelf: &'a Shelf,
    /// The restore point.
    pub point: &'a Archive,
    /// What of it.
    pub selection: &'a Selection,
    /// A part of the archive's paths that is left away, to restore a root into the folder that it came from.
    pub strip: &'a [u8],
    /// Where to.
    pub target: &'a Path,
    /// What to do with what is there.
    pub conflict: Conflict,
    /// Whose it is afterwards.
    pub ownership: Ownership,
    /// Threads.
    pub workers: usize,
    /// Tells how far.
    pub progress: &'a Progress,
    /// Ends it.
    pub cancel: &'a Cancel,
}

/// What happens to one thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Step {
    /// Nothing is there.
    Create,
    /// A folder is there and gets more.
    Merge,
    /// The same is there; only its record is set.
    Same,
    /// What is there is replaced.
    Replace,
    /// It gets another name beside what is there.
    Beside,
    /// It is left out.
    Skip,
}

/// One thing of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The entry of the restore point; none for a folder that is only on the way.
    pub entry: Option<u32>,
    /// Where it goes, below the target.
    pub to: Vec<u8>,
    /// What happens.
    pub step: Step,
}

/// Which archive holds what is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Source {
    pub holder: u32,
    /// The entry there; for a further name of a file its first one.
    pub entry: u32,
    pub digest: Option<[u8; 32]>,
}

/// Something that cannot be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrestored {
    /// Its name in the archive.
    pub path: Vec<u8>,
    /// Why.
    pub words: String,
}

/// All that a restore does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// In the order of the manifest.
    pub items: Vec<Item>,
    /// Bytes that will be written.
    pub bytes: u64,
    /// The archives that are opened, and no others.
    pub archives: Vec<Holder>,
    /// What cannot be restored, because an archive is missing or damaged.
    pub lost: Vec<Unrestored>,
    pub(crate) sources: std::collections::HashMap<u32, Source>,
}

impl Plan {
    /// How many items have a step.
    pub fn count(&self, step: Step) -> usize {
        self.items.iter().filter(|item| item.step == step).count()
    }
}

/// What a restore did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Files, links and folders that are there now.
    pub restored: u64,
    /// Bytes of files that were written.
    pub bytes: u64,
    /// What did not come back; nothing half stands in its place.
    pub failed: Vec<Unrestored>,
    /// What came back under another name, because the target takes two names for one.
    pub renamed: Vec<(Vec<u8>, Vec<u8>)>,
    /// What came back with less than it had: owner or attributes that the target refused.
    pub reduced: Vec<Unrestored>,
}
