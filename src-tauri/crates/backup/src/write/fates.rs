//! What became of everything that was not simply kept, by its place in the walk; and which names belong to one file.

use std::collections::HashMap;

use super::plan::{Decision, Job, Plan};
use super::small::Fate;
use crate::format::manifest::{Entry, Kind, order};

/// Only what was read or stored has a fate; an increment has few.
#[derive(Debug, Default)]
pub(super) struct Fates(Vec<(u32, Fate)>);

impl Fates {
    /// With room for all that a plan reads.
    pub(super) fn for_plan(plan: &Plan) -> Self {
        let count = |jobs: &[Job]| -> usize {
            let count = |job: &Job| match job {
                Job::Pack(files) => files.len(),
                Job::Part { part, .. } => usize::from(*part == 0),
            };
            jobs.iter().map(count).sum()
        };
        let mut fates = Vec::new();
        fates.reserve_exact(count(&plan.jobs) + count(&plan.folder_jobs));
        Self(fates)
    }

    pub(super) fn add(&mut self, found: u32, fate: Fate) {
        self.0.push((found, fate));
    }

    /// In the order of the walk; asked for before anything is looked up.
    pub(super) fn sort(&mut self) {
        self.0.sort_unstable_by_key(|(found, _)| *found);
    }

    pub(super) fn get(&self, found: u32) -> Option<&Fate> {
        let place = self.0.binary_search_by_key(&found, |(found, _)| *found).ok()?;
        self.0.get(place).map(|(_, fate)| fate)
    }

    /// Gives up the one of something; asked for from the end.
    pub(super) fn take(&mut self, found: u32) -> Option<Fate> {
        while self.0.last().is_some_and(|(last, _)| *last > found) {
            self.0.pop();
        }
        self.0.pop_if(|(last, _)| *last == found).map(|(_, fate)| fate)
    }

    /// Gives back the room of those that were taken.
    pub(super) fn shrink(&mut self) {
        self.0.shrink_to_fit();
    }
}

/// Further names of a file, each with the first one.
pub(super) type Links = Vec<(Box<[u8]>, Box<[u8]>)>;

/// Which names of the tree are further names, and of what.
pub(super) fn links(plan: &Plan, fates: &Fates) -> Links {
    let mut links = Links::new();
    let mut firsts: HashMap<(u64, u64), u32> = HashMap::new();
    for (index, found) in (0_u32..).zip(&plan.found) {
        let is_name = found.kind == Kind::File && found.meta.names > 1;
        if !is_name || plan.decisions[index as usize] == Decision::Leave {
            continue;
        }
        if matches!(fates.get(index), Some(Fate::Failed(_))) {
            continue;
        }
        let first = *firsts.entry((found.meta.file_system, found.meta.inode)).or_insert(index);
        if first != index {
            links.push((found.path.clone(), plan.found[first as usize].path.clone()));
        }
    }
    links
}

/// Makes them point at each other: a second name is the same file.
pub(super) fn link(entries: &mut [Entry], links: &Links) {
    for (name, first) in links {
        let place = |path: &[u8]| entries.binary_search_by(|entry| order(&entry.path, path)).ok();
        let (Some(name), Some(leader)) = (place(name), place(first)) else { continue };
        let (digest, size) = (entries[leader].digest, entries[leader].size);
        let entry = &mut entries[name];
        (entry.link, entry.digest, entry.size) = (Some(leader as u32), digest, size);
    }
}
