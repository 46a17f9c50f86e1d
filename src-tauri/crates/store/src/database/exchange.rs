//! A handle behind which the file can be exchanged while others hold it: a damaged database is set aside, a new one is begun,
//! and whoever has the store goes on with that.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use caretaker_core::time::Timestamp;

use super::{Handle, set_aside};
use crate::error::{Fault, StoreError};

/// How long what is under way may take before a damaged file is closed.
const CLOSING: Duration = Duration::from_secs(5);

/// The handle that is in use. Its lock is held for reading while a call runs, so that no file moves beneath one; no call
/// calls another.
pub(crate) struct Exchange<W, R> {
    handle: RwLock<Handle<W, R>>,
    /// How often the file was exchanged.
    generation: AtomicU32,
}

impl<W: Send + 'static, R: 'static> Exchange<W, R> {
    pub(crate) const fn of(handle: Handle<W, R>) -> Self {
        Self { handle: RwLock::new(handle), generation: AtomicU32::new(0) }
    }

    /// [`Handle::write`].
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut W) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.with(|handle| handle.write(work))
    }

    /// [`Handle::read`].
    pub(crate) fn read<T>(&self, work: impl Fn(&mut R) -> Result<T, Fault>) -> Result<T, StoreError> {
        self.with(|handle| handle.read(work))
    }

    /// Whatever else a handle can do.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&Handle<W, R>) -> T) -> T {
        work(&self.handle.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn generation(&self) -> u32 {
        self.generation.load(Ordering::Acquire)
    }

    /// Waits for what is under way, closes the file, sets it aside and begins a new one, which only its owner reads. A
    /// second try goes on where the first one failed. Gives the name under which the old file is kept, if one was there.
    pub(crate) fn begin_anew(
        &self,
        now: Timestamp,
        open: impl FnOnce() -> Result<Handle<W, R>, StoreError>,
    ) -> Result<Option<PathBuf>, StoreError> {
        let mut handle = self.handle.write().unwrap_or_else(PoisonError::into_inner);
        // A damaged file cannot always be closed in order; only one that is still written must not be moved.
        if let Err(error @ StoreError::TimedOut { .. }) = handle.close(CLOSING) {
            return Err(error);
        }
        let path = handle.path().to_owned();
        let kept = if path.exists() { Some(set_aside(&path, now)?) } else { None };
        OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(&path)
            .map_err(|error| StoreError::from_io(&path, error))?;
        *handle = open()?;
        self.generation.fetch_add(1, Ordering::AcqRel);
        Ok(kept)
    }
}
