//! Moves a damaged database out of the way, with everything that belongs to it, so that a new one can begin and the
//! old one can still be looked at. It deletes nothing.

use std::path::{Path, PathBuf};

use caretaker_core::time::Timestamp;

use super::beside;
use crate::error::StoreError;

/// Renames `metrics.db` (with `-wal` and `-shm`) to `metrics.damaged-<stamp>.db` and gives the new name. No handle
/// may be open.
pub(crate) fn set_aside(path: &Path, now: Timestamp) -> Result<PathBuf, StoreError> {
    let stamp: String = now.to_string().chars().filter(char::is_ascii_alphanumeric).collect();
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    let mut number = 0;
    let target = loop {
        let suffix = if number == 0 { String::new() } else { format!("-{number}") };
        let target = path.with_file_name(format!("{stem}.damaged-{stamp}{suffix}.{extension}"));
        if !target.exists() {
            break target;
        }
        number += 1;
    };
    // The log goes first: a database without its log is old, a log beside a new database would be mixed into it.
    for suffix in ["-wal", "-shm", ""] {
        let source = beside(path, suffix);
        if source.exists() {
            std::fs::rename(&source, beside(&target, suffix)).map_err(|error| StoreError::from_io(&source, error))?;
        }
    }
    Ok(target)
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn the_database_and_its_log_move_together_and_nothing_is_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("metrics.db");
        let now: Timestamp = "2026-01-31T08:30:00Z".parse().unwrap();
        for expect in ["metrics.damaged-20260131T083000000Z.db", "metrics.damaged-20260131T083000000Z-1.db"] {
            File::create(&path).unwrap();
            File::create(beside(&path, "-wal")).unwrap();
            let target = set_aside(&path, now).unwrap();
            assert_eq!(target.file_name().unwrap(), expect);
            assert!(target.exists() && beside(&target, "-wal").exists());
            assert!(!path.exists() && !beside(&path, "-wal").exists());
        }
    }
}
