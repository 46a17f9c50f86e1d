//! Files that are stored as changed pages of an older copy: both are taken out of their archives, put together, and only then named.

use std::io::{self, Seek as _, SeekFrom};

use super::target::{Growing, Target};
use super::{Source, Wish};
use crate::error::{BackupError, Result};
use crate::format::manifest::{Entry, order};
use crate::pages;
use crate::read::Archive;

/// Puts a file together under a name that nobody looks at.
pub(super) fn put_together(
    wish: &Wish<'_>,
    target: &mut Target,
    to: &[u8],
    number: usize,
    entry: &Entry,
    source: Source,
) -> Result<Growing> {
    let write = |error: io::Error| BackupError::io("write", wish.target, error);
    let mut set = target.begin(to, number * 3 + 1_000_000_000).map_err(write)?;
    let archive = open(wish, source.holder)?;
    let held = archive.as_ref().unwrap_or(wish.point);
    let held_entry = &held.manifest().entries[source.entry as usize];
    held.copy(held_entry, &mut set.file)?;
    let base_sequence = held_entry.base.or(entry.base).unwrap_or(0);
    let older = open(wish, base_sequence)?;
    let older = older.as_ref().unwrap_or(wish.point);
    let missing =
        || BackupError::damaged(older.path(), format!("it has no copy of `{}`", crate::descent::display(&entry.path)));
    let entries = &older.manifest().entries;
    let place = entries.binary_search_by(|other| order(&other.path, &entry.path)).map_err(|_| missing())?;
    let mut base = target.begin(to, number * 3 + 1_000_000_001).map_err(write)?;
    older.copy(&entries[place], &mut base.file)?;
    let mut result = target.begin(to, number * 3 + 1_000_000_002).map_err(write)?;
    set.file.seek(SeekFrom::Start(0)).map_err(write)?;
    let out = io::BufWriter::with_capacity(1 << 20, &mut result.file);
    let summary = pages::apply(&mut base.file, io::BufReader::with_capacity(1 << 20, &mut set.file), out);
    let summary = summary.map_err(|error| {
        BackupError::damaged(held.path(), format!("`{}`: {error}", crate::descent::display(&entry.path)))
    })?;
    if held_entry.digest.is_some_and(|digest| digest != summary.digest) {
        return Err(BackupError::tampered(held.path(), "a page set and the manifest name different results"));
    }
    Ok(result)
}

fn open(wish: &Wish<'_>, sequence: u32) -> Result<Option<Archive>> {
    let manifest = wish.point.manifest();
    if sequence == manifest.sequence {
        return Ok(None);
    }
    let holder = manifest.holders.iter().find(|holder| holder.sequence == sequence);
    let holder =
        holder.ok_or_else(|| BackupError::damaged(wish.point.path(), "it names a copy that no archive holds"))?;
    wish.shelf.open_holder(*holder, 1).map(Some)
}
