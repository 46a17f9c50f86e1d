//! The archives of one set on a disk: found by their identity, whatever their files are called, and opened only when needed.

use std::path::{Path, PathBuf};

use super::archive::Archive;
use crate::encryption::{EXTENSION, Keys};
use crate::error::{BackupError, Result};
use crate::format::header::Header;
use crate::format::manifest::{Entry, Holder, Manifest, order};
use crate::format::name::{ArchiveId, ArchiveName};
use crate::write::State;
use crate::write::destination::list;

/// A folder of archives.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    named: Vec<(ArchiveName, PathBuf)>,
    keys: Keys,
}

impl Shelf {
    /// Looks at names only.
    pub fn open(folder: &Path) -> Result<Self> {
        Ok(Self { folder: folder.to_owned(), named: list(folder)?, keys: Keys::default() })
    }

    /// The same, with keys for archives that are encrypted.
    #[must_use]
    pub fn with_keys(self, keys: &Keys) -> Self {
        Self { keys: keys.clone(), ..self }
    }

    /// The keys with which its archives are opened.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The archives by name, in order of their sequence.
    pub fn archives(&self) -> &[(ArchiveName, PathBuf)] {
        &self.named
    }

    /// The sequence that the next archive gets: higher than all that are there.
    pub fn next_sequence(&self) -> u32 {
        self.named.last().map_or(1, |(name, _)| name.sequence.saturating_add(1))
    }

    /// Finds an archive: first by what its name says, then by what all others say of themselves.
    pub fn find(&self, holder: Holder) -> Option<PathBuf> {
        let is_it = |path: &Path| Archive::header_of(path, &self.keys).is_ok_and(|header| header.id == holder.id);
        // Of one that does not open its name is believed, so that it is called locked and not missing.
        let is_locked = |path: &Path| matches!(Archive::header_of(path, &self.keys), Err(BackupError::Locked { .. }));
        let id8 = holder.id.to_string()[..8].to_owned();
        let (likely, others): (Vec<_>, Vec<_>) =
            self.named.iter().partition(|(name, _)| name.sequence == holder.sequence && name.id8 == id8);
        let found = likely.iter().chain(&others).find(|(_, path)| is_it(path)).map(|(_, path)| path.clone());
        let found = found.or_else(|| self.unnamed().into_iter().find(|path| is_it(path)));
        found.or_else(|| likely.iter().find(|(_, path)| is_locked(path)).map(|(_, path)| path.clone()))
    }

    /// Files that may be archives under other names.
    fn unnamed(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(&self.folder).into_iter().flatten().filter_map(std::io::Result::ok);
        let paths = entries.map(|entry| entry.path()).filter(|path| !self.named.iter().any(|(_, known)| known == path));
        paths
            .filter(|path| path.extension().is_some_and(|end| end == "zst" || end == "gz" || end == EXTENSION))
            .collect()
    }

    /// Hands on all entries of an archive that holds something.
    fn visit_holder(&self, holder: Holder, each: impl FnMut(&[u8], Entry)) -> Result<()> {
        let missing = || BackupError::Missing { sequence: holder.sequence, id: holder.id.to_string(), files: 0 };
        let archive = Archive::visit(&self.find(holder).ok_or_else(missing)?, &self.keys, each)?;
        if archive.header().id == holder.id { Ok(()) } else { Err(missing()) }
    }

    /// Opens an archive that holds something.
    pub fn open_holder(&self, holder: Holder, files: usize) -> Result<Archive> {
        let missing = || BackupError::Missing { sequence: holder.sequence, id: holder.id.to_string(), files };
        let archive = Archive::open_with(&self.find(holder).ok_or_else(missing)?, &self.keys)?;
        if archive.header().id != holder.id {
            return Err(missing());
        }
        Ok(archive)
    }
}

/// The state that an archive stands for, with the digests of all files, wherever they are held. Files of archives that are missing
/// or damaged count as not stored, so that the next increment stores them again.
pub fn state(archive: &Archive, shelf: &Shelf) -> Result<State> {
    complete(archive.header().clone(), archive.manifest().clone(), shelf)
}

/// The same of an archive that is not needed otherwise: of a million files, one tree in memory is enough.
pub fn into_state(archive: Archive, shelf: &Shelf) -> Result<State> {
    let header = archive.header().clone();
    complete(header, archive.into_manifest(), shelf)
}

fn complete(header: Header, manifest: Manifest, shelf: &Shelf) -> Result<State> {
    let Manifest { sequence, started, holders, mut entries, .. } = manifest;
    for holder in holders.iter().filter(|holder| holder.sequence != sequence) {
        fill(&mut entries, *holder, shelf)?;
    }
    Ok(State { sequence, id: header.id, chain: header.chain, started, holders, entries })
}

/// Fetches the digests of what one archive holds. Both trees are in the same order, so that one pass over both is enough.
fn fill(entries: &mut [Entry], holder: Holder, shelf: &Shelf) -> Result<()> {
    entries.iter_mut().filter(|entry| entry.holder == holder.sequence).for_each(|entry| entry.digest = None);
    let mut wanted = 0;
    let found = shelf.visit_holder(holder, |path, held| {
        let Some(digest) = held.digest else { return };
        while entries.get(wanted).is_some_and(|entry| order(&entry.path, path).is_lt()) {
            wanted += 1;
        }
        if let Some(entry) = entries.get_mut(wanted)
            && entry.holder == holder.sequence
            && *entry.path == *path
        {
            entry.digest = Some(digest);
        }
    });
    match found {
        Ok(()) => Ok(()),
        Err(
            BackupError::Missing { .. }
            | BackupError::Damaged { .. }
            | BackupError::Foreign { .. }
            | BackupError::Locked { .. },
        ) => {
            let is_orphan = |entry: &&mut Entry| entry.holder == holder.sequence || entry.base == Some(holder.sequence);
            entries.iter_mut().filter(is_orphan).for_each(|entry| (entry.holder, entry.digest) = (0, None));
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// An identity that stands for none.
impl ArchiveId {
    /// Whether it is the identity of no archive.
    pub fn is_none(self) -> bool {
        self.0 == [0; 16]
    }
}
