//! One folder of an archive's tree, with the size of all that is below each thing in it; read in the order of paths, kept only as far
//! as it is shown.

use caretaker_core::backup::{ArchivePath, CatalogEntry, EntryKind};
use rusqlite::{Connection, params};

use super::version::{COVERS, ENTRY, entry};
use crate::error::Fault;

/// One thing in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// The thing; a folder that is only on the way to others has no time and no rights.
    pub entry: CatalogEntry,
    /// Bytes of the file, or of all files below the folder.
    pub bytes: u64,
}

/// What is in a folder, folders first, each by name.
pub(crate) fn list(
    connection: &Connection,
    line: i64,
    sequence: u32,
    folder: &ArchivePath,
) -> Result<Vec<Inside>, Fault> {
    let start = if folder.as_bytes().is_empty() { Vec::new() } else { [folder.as_bytes(), b"/"].concat() };
    // `0` follows `/`: everything between the two begins with the folder. The top has no end.
    let end = if start.is_empty() { vec![0xff; 5_000] } else { [folder.as_bytes(), b"0"].concat() };
    let sql = format!(
        "SELECT {ENTRY} FROM path p JOIN version v ON v.path = p.id
         WHERE p.name >= ?3 AND p.name < ?4 AND v.line = ?1 AND {COVERS} ORDER BY p.name"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![line, sequence, start, end])?;
    let mut found: Vec<Inside> = Vec::new();
    while let Some(row) = rows.next()? {
        add(&mut found, start.len(), entry(row)?);
    }
    found.sort_by(|one, other| {
        let rank = |inside: &Inside| inside.entry.kind != EntryKind::Folder;
        rank(one).cmp(&rank(other)).then_with(|| one.entry.path.cmp(&other.entry.path))
    });
    Ok(found)
}

/// Adds an entry to the thing in the folder that it is or belongs to. Names like `a-b` come between `a` and `a/b`, so that thing need
/// not be the last one; it is never far.
fn add(found: &mut Vec<Inside>, start: usize, entry: CatalogEntry) {
    let bytes = if entry.kind == EntryKind::File { entry.size } else { 0 };
    let path = entry.path.as_bytes();
    let below = path.get(start..).unwrap_or_default();
    let own = below.iter().position(|byte| *byte == b'/');
    let Some(thing) = path.get(..start + own.unwrap_or(below.len())).filter(|_| !below.is_empty()) else { return };
    if own.is_none() {
        found.push(Inside { entry, bytes });
    } else if let Some(known) = found.iter_mut().rev().find(|known| known.entry.path.as_bytes() == thing) {
        known.bytes += bytes;
    } else {
        let folder = CatalogEntry { path: ArchivePath::new(thing), kind: EntryKind::Folder, ..CatalogEntry::default() };
        found.push(Inside { entry: folder, bytes });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_shows_its_things_with_all_that_is_below_them() {
        let mut found = Vec::new();
        // In the order of bytes, where `-` comes before `/`.
        for (path, kind, size) in [
            ("a/b", EntryKind::Folder, 0),
            ("a/b-", EntryKind::File, 1),
            ("a/b/c", EntryKind::File, 20),
            ("a/b/d/e", EntryKind::File, 300),
            ("a/x/y", EntryKind::File, 4_000),
        ] {
            add(
                &mut found,
                2,
                CatalogEntry { path: ArchivePath::new(path.as_bytes()), kind, size, ..CatalogEntry::default() },
            );
        }
        let shown: Vec<_> = found.iter().map(|one| (one.entry.path.to_string(), one.bytes)).collect();
        assert_eq!(shown, [("a/b".to_owned(), 320), ("a/b-".to_owned(), 1), ("a/x".to_owned(), 4_000)]);
    }
}
