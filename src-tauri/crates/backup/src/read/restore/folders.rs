//! Makes the folders of a restore before anything is put into them, and sets their records after all is there.

use std::collections::{HashMap, HashSet};
use std::io;
use std::os::fd::AsFd as _;

use rustix::fs::{AtFlags, Mode};

use super::plan::free_name;
use super::target::{Target, last};
use super::{Plan, Report, Step, Unrestored, Wish};
use crate::descent::{Descent, split};
use crate::format::manifest::Kind;
use crate::source::Meta;

/// Folders that got another name than planned, or none: a target may take two names for one.
#[derive(Debug, Default)]
pub(super) struct Moved {
    renamed: HashMap<Vec<u8>, Option<Vec<u8>>>,
}

impl Moved {
    /// Where something goes really; `None` below a folder that could not be made.
    pub(super) fn place(&self, to: &[u8]) -> Option<Vec<u8>> {
        if self.renamed.is_empty() {
            return Some(to.to_vec());
        }
        let mut folder = split(to).0;
        while !folder.is_empty() {
            if let Some(renamed) = self.renamed.get(folder) {
                return renamed.as_ref().map(|renamed| [renamed, &to[folder.len()..]].concat());
            }
            folder = split(folder).0;
        }
        Some(to.to_vec())
    }
}

/// Makes all folders of the plan.
pub(super) fn make(wish: &Wish<'_>, plan: &Plan, target: &mut Target, report: &mut Report) -> Moved {
    let mut moved = Moved::default();
    let mut made: HashSet<(u64, u64)> = HashSet::new();
    for item in &plan.items {
        let kind = item.entry.map_or(Kind::Folder, |entry| wish.point.manifest().entries[entry as usize].kind);
        if kind != Kind::Folder || item.step == Step::Skip {
            continue;
        }
        let path =
            item.entry.map_or(item.to.clone(), |entry| wish.point.manifest().entries[entry as usize].path.to_vec());
        let Some(to) = moved.place(&item.to) else {
            moved.renamed.insert(item.to.clone(), None);
            continue;
        };
        match folder(&mut target.descent, &to, item.step, &mut made) {
            Ok(at) => {
                if at != to {
                    report.renamed.push((path, at.clone()));
                }
                if at != item.to {
                    moved.renamed.insert(item.to.clone(), Some(at));
                }
            }
            Err(error) => {
                report.failed.push(Unrestored { path, words: error.to_string() });
                moved.renamed.insert(item.to.clone(), None);
            }
        }
    }
    moved
}

fn folder(descent: &mut Descent, to: &[u8], step: Step, made: &mut HashSet<(u64, u64)>) -> io::Result<Vec<u8>> {
    let (parent, name) = descent.parent(to)?;
    if step == Step::Replace {
        // What stands here is no folder: the plan replaces none.
        rustix::fs::unlinkat(parent, name, AtFlags::empty())?;
    }
    let mut place = to.to_vec();
    loop {
        match rustix::fs::mkdirat(parent, last(&place), Mode::from_raw_mode(0o700)) {
            Ok(()) => {
                let meta = Meta::at(parent, last(&place))?;
                made.insert((meta.file_system, meta.inode));
                return Ok(place);
            }
            Err(rustix::io::Errno::EXIST) => {
                let meta = Meta::at(parent, last(&place))?;
                let is_ours = made.contains(&(meta.file_system, meta.inode));
                if meta.kind == Some(Kind::Folder) && !is_ours {
                    return Ok(place);
                }
                place = free_name(to, |name| Meta::at(parent, last(name)).is_err());
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Sets rights and times, the deepest first: what is put into a folder changes its time, and some may not be written afterwards.
pub(super) fn finish(wish: &Wish<'_>, plan: &Plan, moved: &Moved, target: &mut Target, report: &mut Report) {
    for item in plan.items.iter().rev().filter(|item| item.step != Step::Skip) {
        let Some(to) = moved.renamed.get(&item.to).cloned().unwrap_or_else(|| moved.place(&item.to)) else { continue };
        let Some(entry) = item.entry.map(|entry| &wish.point.manifest().entries[entry as usize]) else {
            // A folder that is only on the way was made private; people expect to look into it.
            if item.step == Step::Create
                && let Ok(folder) = target.descent.folder(&to)
            {
                let _ = rustix::fs::fchmod(folder, Mode::from_raw_mode(0o755));
            }
            continue;
        };
        if entry.kind != Kind::Folder {
            continue;
        }
        let folder = target.descent.folder(&to).and_then(|folder| folder.try_clone_to_owned());
        match folder {
            Ok(folder) => {
                report.restored += 1;
                if let Some(words) = target.record(folder.as_fd(), entry, &[]).words() {
                    report.reduced.push(Unrestored { path: entry.path.to_vec(), words });
                }
            }
            Err(error) => report.failed.push(Unrestored { path: entry.path.to_vec(), words: error.to_string() }),
        }
    }
}
