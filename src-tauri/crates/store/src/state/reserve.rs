//! Four megabytes that the home keeps for the day on which the disk is full, so that the alert about it can be stored.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::database::beside;

/// Enough for thousands of decisions.
const SIZE: usize = 4 << 20;
/// Below this much free space it is not laid down, bytes.
const LEAST_FREE: u64 = 5 << 20;

/// The file with nothing in it but room.
#[derive(Clone, Debug)]
pub(super) struct Reserve(pub(super) PathBuf);

impl Reserve {
    /// The one that belongs to a database.
    pub(super) fn beside(database: &Path) -> Self {
        Self(database.with_file_name("reserve"))
    }

    /// Creates the file unless it is there; true when it is there afterwards.
    pub(super) fn restore(&self) -> io::Result<bool> {
        if fs::metadata(&self.0).is_ok_and(|file| file.len() >= SIZE as u64) {
            return Ok(true);
        }
        if self.would_fill_the_disk() {
            return Ok(false);
        }
        let partial = beside(&self.0, ".partial");
        match self.fill(&partial) {
            Ok(()) => Ok(true),
            Err(error) => {
                // What could be written of it must not make the shortage worse.
                let _ = fs::remove_file(&partial);
                let full = matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded);
                if full { Ok(false) } else { Err(error) }
            }
        }
    }

    /// Nobody else on the disk must run out of room because of a try that fails.
    fn would_fill_the_disk(&self) -> bool {
        let folder = self.0.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        rustix::fs::statvfs(folder).is_ok_and(|disk| disk.f_bavail.saturating_mul(disk.f_frsize) < LEAST_FREE)
    }

    /// Gives the room up; false when there was none.
    pub(super) fn give_up(&self) -> bool {
        fs::remove_file(&self.0).is_ok()
    }

    fn fill(&self, partial: &PathBuf) -> io::Result<()> {
        let mut file = File::options().write(true).create(true).truncate(true).mode(0o600).open(partial)?;
        // Noise, because some file systems store zeros and patterns in no room at all.
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut block = Vec::with_capacity(1 << 16);
        for _ in 0..SIZE / (1 << 16) {
            block.clear();
            while block.len() < 1 << 16 {
                state ^= state << 13;
                state ^= state >> 7;
                state ^= state << 17;
                block.extend_from_slice(&state.to_le_bytes());
            }
            file.write_all(&block)?;
        }
        file.sync_all()?;
        fs::rename(partial, &self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn it_takes_its_room_once_and_gives_it_up_once() {
        let folder = tempfile::tempdir().unwrap();
        let reserve = Reserve(folder.path().join("reserve"));
        assert!(reserve.restore().unwrap() && reserve.restore().unwrap());
        let file = fs::metadata(&reserve.0).unwrap();
        assert_eq!((file.len(), file.permissions().mode() & 0o777), (SIZE as u64, 0o600));
        assert!(reserve.give_up() && !reserve.give_up());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
