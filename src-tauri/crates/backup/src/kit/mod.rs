//! What lies beside the archives for the day on which there is no Caretaker: words, a script, and the part of it that needs Python.

use crate::error::{BackupError, Result};
use crate::write::{Destination, DestinationLock};

/// The files of the kit, by name.
pub const FILES: [(&str, &str); 3] = [
    ("RESTORE.txt", include_str!("RESTORE.txt")),
    ("restore.sh", include_str!("restore.sh")),
    ("restore.py", include_str!("restore.py")),
];

/// Brings the kit of a destination up to date. A file that is as it should be is not touched.
pub fn put(destination: &Destination, lock: &DestinationLock) -> Result<()> {
    for (name, text) in FILES {
        let path = destination.path().join(name);
        if std::fs::read(&path).is_ok_and(|there| there == text.as_bytes()) {
            continue;
        }
        destination.replace(name, text.as_bytes(), lock).map_err(|error| BackupError::io("write", &path, error))?;
    }
    Ok(())
}
