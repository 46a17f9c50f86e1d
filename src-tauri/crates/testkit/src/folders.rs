//! Disks whose folders are real ones elsewhere: the real walk, over a tree that a test made.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use caretaker_core::folder::Survey;
use caretaker_core::port::{FolderWalk, Pacer, PortFuture, WalkError};
use caretaker_platform::folders::in_background;

/// Shared by a world and its tests.
#[derive(Clone, Debug, Default)]
pub struct MovedFolders(Arc<Mutex<BTreeMap<String, PathBuf>>>);

impl MovedFolders {
    /// What is mounted at `mount` lies in this folder.
    pub fn put(&self, mount: &str, folder: impl Into<PathBuf>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(mount.to_owned(), folder.into());
    }
}

impl FolderWalk for MovedFolders {
    fn survey<'a>(&'a self, mount: &'a str, pacer: Pacer) -> PortFuture<'a, Result<Survey, WalkError>> {
        let folder = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(mount).cloned();
        Box::pin(async move {
            match folder {
                Some(folder) => in_background(folder, mount.to_owned(), pacer).await,
                None => Err(WalkError::Failed { path: mount.to_owned(), why: "no such disk in this world".to_owned() }),
            }
        })
    }
}
