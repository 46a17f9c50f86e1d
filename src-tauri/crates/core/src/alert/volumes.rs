//! Which disk what works here writes to, by the paths of the configuration: for whether a full one explains a failure.

use std::collections::BTreeMap;

use crate::backup::{OWN_JOB, Place};
use crate::config::Settings;

/// Volumes by what writes to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Volumes {
    /// That of Caretaker's home, which every task and every backup needs.
    home: Option<String>,
    /// Those of the destinations of each backup job.
    jobs: BTreeMap<String, Vec<String>>,
}

impl Volumes {
    /// Finds the volumes among the places at which disks are mounted.
    pub fn of_settings(mounts: &[&str], home: &str, settings: &Settings) -> Self {
        let folder = |id: &String| {
            let destination = settings.destinations.iter().find(|destination| destination.id == *id)?;
            folder_of(&destination.place)
        };
        let volumes = |folders: Vec<&str>| -> Vec<String> {
            folders.into_iter().filter_map(|folder| volume_of(folder, mounts)).map(str::to_owned).collect()
        };
        // The home is saved to the first folder there is, unless the file says where.
        let first = settings.destinations.iter().find_map(|destination| folder_of(&destination.place));
        let own = (OWN_JOB.to_owned(), volumes(first.into_iter().collect()));
        let named =
            settings.jobs.iter().map(|job| (job.id.clone(), volumes(job.to.iter().filter_map(folder).collect())));
        Self { home: volume_of(home, mounts).map(str::to_owned), jobs: std::iter::once(own).chain(named).collect() }
    }

    /// The volumes that a backup job, or without one any other work, needs room on.
    pub fn of(&self, job: Option<&str>) -> impl Iterator<Item = &str> {
        let destinations = job.and_then(|job| self.jobs.get(job)).into_iter().flatten();
        self.home.iter().chain(destinations).map(String::as_str)
    }
}

fn folder_of(place: &Place) -> Option<&str> {
    match place {
        Place::Folder { path } => Some(path),
        Place::Bucket { .. } => None,
    }
}

/// The innermost mount that a path lies in.
fn volume_of<'a>(path: &str, mounts: &[&'a str]) -> Option<&'a str> {
    let lies_in = |mount: &&str| {
        let rest = path.strip_prefix(mount.trim_end_matches('/'));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    mounts.iter().copied().filter(lies_in).max_by_key(|mount| mount.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_lies_on_the_innermost_mount() {
        let mounts = ["/", "/home", "/home/ann/disk", "/media/usb"];
        for (path, expected) in [
            ("/var/lib/x", Some("/")),
            ("/home", Some("/home")),
            ("/homework", Some("/")),
            ("/home/ann/disk/archives", Some("/home/ann/disk")),
        ] {
            assert_eq!(volume_of(path, &mounts), expected, "{path}");
        }
        assert_eq!(volume_of("/home/ann", &["/media/usb"]), None);
    }
}
