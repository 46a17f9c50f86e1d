//! The lock of the tray app: one icon for each home, whoever is the engine there. Says nothing about engines.

use std::fs::File;

use crate::home::Home;
use crate::lock::{LockError, try_hold};

/// Held by the one tray app of a home; the kernel frees it when its holder dies.
#[derive(Debug)]
pub struct AppLock {
    _file: File,
}

impl AppLock {
    /// Becomes the tray app of this home; none when another process is.
    pub fn try_acquire(home: &Home) -> Result<Option<Self>, LockError> {
        Ok(try_hold(&home.app_lock())?.map(|file| Self { _file: file }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_home_has_one_tray_app_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::locate(Some(folder.path())).unwrap();
        let first = AppLock::try_acquire(&home).unwrap();
        assert!(first.is_some() && AppLock::try_acquire(&home).unwrap().is_none());
        drop(first);
        assert!(AppLock::try_acquire(&home).unwrap().is_some());
    }
}
