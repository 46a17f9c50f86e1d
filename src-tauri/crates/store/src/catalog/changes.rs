//! What changed between two restore points, small enough to be shown however many files it was.

use std::collections::HashMap;

use caretaker_core::backup::{ArchivePath, DriftKind};
use caretaker_core::view::{ChangedFile, ChangedFolder, ChangesView};
use rusqlite::Connection;

use crate::error::Fault;
use crate::table::version;

/// Files of each kind that are named.
const NAMED: usize = 20;
/// Folders that are named.
const FOLDERS: usize = 8;

/// Everything that differs from the tree of `before`.
pub(super) fn between(connection: &Connection, line: i64, before: u32, sequence: u32) -> Result<ChangesView, Fault> {
    let mut changes = Changes::default();
    version::differing(connection, line, before, sequence, |file| changes.take(file))?;
    Ok(changes.shown())
}

#[derive(Default)]
struct Changes {
    counts: [u64; 3],
    named: [Vec<ArchivePath>; 3],
    folders: HashMap<Vec<u8>, u64>,
}

/// In the order in which they are named.
const KINDS: [DriftKind; 3] = [DriftKind::Gone, DriftKind::Changed, DriftKind::New];

impl Changes {
    fn take(&mut self, (path, was_there, is_there): version::Differing) {
        let place = match (was_there, is_there) {
            (true, false) => 0,
            (true, true) => 1,
            (false, _) => 2,
        };
        let bytes = path.as_bytes();
        let end = bytes.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        if let Some(folder) = bytes.get(..end) {
            match self.folders.get_mut(folder) {
                Some(count) => *count += 1,
                None => drop(self.folders.insert(folder.to_vec(), 1)),
            }
        }
        if let Some(count) = self.counts.get_mut(place) {
            *count += 1;
        }
        if let Some(named) = self.named.get_mut(place).filter(|named| named.len() < NAMED) {
            named.push(path);
        }
    }

    fn shown(self) -> ChangesView {
        let [gone, changed, new] = self.counts;
        let mut folders: Vec<(Vec<u8>, u64)> = self.folders.into_iter().collect();
        folders.sort_by(|(one, fewer), (other, more)| more.cmp(fewer).then_with(|| one.cmp(other)));
        folders.truncate(FOLDERS);
        let files = KINDS.into_iter().zip(self.named);
        ChangesView {
            changed,
            new,
            gone,
            folders: folders
                .into_iter()
                .map(|(path, files)| ChangedFolder { path: ArchivePath::new(path), files })
                .collect(),
            files: files
                .flat_map(|(kind, paths)| paths.into_iter().map(move |path| ChangedFile { path, kind }))
                .collect(),
        }
    }
}
