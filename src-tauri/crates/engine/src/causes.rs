//! What explains an alert now, for deciding whom to tell and for doors that say why nobody was told.

use std::path::Path;

use caretaker_core::alert::{Causes, Volumes};
use caretaker_core::config::Settings;
use caretaker_core::metric::names;
use caretaker_core::time::Timestamp;

use crate::latest::Latest;

/// Where what works here writes, among the disks of the newest round.
pub fn volumes(latest: &Latest, home: &Path, settings: &Settings) -> Volumes {
    let mounts: Vec<&str> =
        latest.all(names::DISK_USAGE).filter_map(|reading| reading.key.labels.get("mount")).collect();
    Volumes::of_settings(&mounts, &home.to_string_lossy(), settings)
}

/// Everything that may explain one of the alerts that are known to be open.
pub const fn causes<'a>(latest: &'a Latest, volumes: &'a Volumes, now: Timestamp) -> Causes<'a> {
    Causes { open: latest.open.as_slice(), silences: latest.silences.as_slice(), volumes, now }
}
