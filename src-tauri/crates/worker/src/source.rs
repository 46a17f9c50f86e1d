//! Walks a source as a backup would, to see what is there now.

use std::os::unix::fs::MetadataExt as _;

use caretaker_backup::source::walk::{self, Found};
use caretaker_backup::source::{Excludes, Root, Rules};
use caretaker_backup::write::Cancel;
use caretaker_backup::{BackupError, Result};
use caretaker_core::backup::Source;

/// Everything that a backup of this folder would hold.
pub(crate) fn walk(folder: &str, source: &Source, cancel: &Cancel) -> Result<Vec<Found>> {
    let excludes = Excludes::new(source.exclude.iter().map(String::as_str))
        .map_err(|bad| BackupError::refused(format!("leave out: {bad}")))?;
    let never = source.never.iter().filter_map(|path| std::fs::symlink_metadata(path).ok());
    let rules = Rules { excludes, never: never.map(|meta| (meta.dev(), meta.ino())).collect(), ..Rules::default() };
    let walked = walk::walk(&[Root::at(folder)], &rules, &|| cancel.is_cancelled())?;
    Ok(walked.found)
}
