//! The folder that a drill, or a look at a file, restores to: made for it alone, and removed with everything in it, however the
//! work ends.

use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use caretaker_core::problem::{Code, Problem};

use crate::trouble;

/// Room that is left to others on the disk, at most.
const MARGIN: u64 = 1 << 30;

/// A folder that is removed when this is dropped.
pub(crate) struct Scratch {
    path: PathBuf,
    is_there: bool,
}

impl Scratch {
    /// Makes the folder, which must not exist.
    pub(crate) fn make(path: &Path) -> Result<Self, Problem> {
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent).map_err(|error| trouble::io("make", parent, &error))?;
        }
        match std::fs::DirBuilder::new().mode(0o700).create(path) {
            Ok(()) => Ok(Self { path: path.to_owned(), is_there: true }),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                let words = format!("failed to make `{}` for scratch: something is there already", path.display());
                Err(Problem::new(Code::Busy, words).hint("Remove it if no drill is running."))
            }
            Err(error) => Err(trouble::io("make", path, &error)),
        }
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes that a drill may take: what is free, less what others should find.
    pub(crate) fn room(&self) -> u64 {
        let Ok(stat) = rustix::fs::statvfs(&self.path) else { return u64::MAX };
        let margin = stat.f_blocks.saturating_mul(stat.f_frsize).div_ceil(20).min(MARGIN);
        stat.f_bavail.saturating_mul(stat.f_frsize).saturating_sub(margin)
    }

    /// Removes it, and says so if that fails.
    pub(crate) fn remove(mut self) -> Result<(), Problem> {
        self.is_there = false;
        remove(&self.path).map_err(|error| trouble::io("remove", &self.path, &error))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.is_there {
            let _ = remove(&self.path);
        }
    }
}

fn remove(path: &Path) -> std::io::Result<()> {
    if std::fs::remove_dir_all(path).is_ok() {
        return Ok(());
    }
    // Restored folders may forbid to change them; they are ours now.
    open_up(path);
    std::fs::remove_dir_all(path)
}

fn open_up(folder: &Path) {
    let _ = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700));
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        open_up(&entry.path());
    }
}
