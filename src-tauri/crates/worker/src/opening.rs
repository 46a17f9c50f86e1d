//! The one place where archives are opened for reading.

use std::path::Path;

use caretaker_backup::BackupError;
use caretaker_backup::encryption::Keys;
use caretaker_backup::read::{Archive, Shelf};

/// An archive, or what is whole of it when its end is damaged.
pub(crate) fn archive(path: &Path, keys: &Keys) -> Result<Archive, BackupError> {
    match Archive::open_with(path, keys) {
        // A footer that is gone takes only the list with it. If nothing is whole, the first reason says more.
        Err(damage @ BackupError::Damaged { .. }) => match Archive::scan_with(path, keys) {
            Ok(archive) => Ok(archive),
            Err(BackupError::Foreign { .. }) => Err(damage),
            Err(error) => Err(error),
        },
        other => other,
    }
}

/// The archives of one set.
pub(crate) fn shelf(folder: &Path, keys: &Keys) -> Result<Shelf, BackupError> {
    Ok(Shelf::open(folder)?.with_keys(keys))
}

/// The keys in these files. A file that holds none opens nothing, and is no reason not to open what needs no key: an archive that it
/// should have opened says that no key does.
pub(crate) fn keys(files: &[String]) -> Keys {
    let read = |file: &String| Keys::read(&[file]).ok();
    Keys::all(files.iter().filter_map(read))
}

/// How many threads read side by side. In the background one is left to others.
pub(crate) fn workers(hurry: bool) -> usize {
    let all = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    if hurry { all } else { (all / 2).max(1) }
}
