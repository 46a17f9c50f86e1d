//! Content of files on its way from frames to the target: small ones on the threads, large ones piece by piece.

use std::io;
use std::os::unix::fs::FileExt as _;

use sha2::Digest as _;

use super::folders::Moved;
use super::target::{Growing, Target};
use super::{Plan, Wish};
use crate::error::{BackupError, Result};
use crate::format::manifest::Kind;
use crate::format::parse::Parsed;

/// What a thread says of one item.
pub(super) enum Note {
    Written {
        item: usize,
        to: Vec<u8>,
        bytes: u64,
        refused: Option<String>,
    },
    Failed {
        item: usize,
        words: String,
    },
    /// Its bytes are not the stored ones; reading them once more may bring others.
    Wrong {
        item: usize,
        words: &'static str,
    },
    Nothing,
}

const OTHER_HASH: &str = "its bytes have another hash than when they were backed up";

/// A large file on its way.
pub(super) struct Large {
    item: usize,
    growing: Growing,
    hasher: sha2::Sha256,
    parsed: Box<Parsed>,
    /// Content so far.
    done: u64,
    trouble: Option<io::Error>,
}

pub(super) fn plan_digest(plan: &Plan, item: usize) -> Option<[u8; 32]> {
    plan.sources.get(&plan.items[item].entry?)?.digest
}

/// A full disk ends the restore; all else concerns one file.
pub(super) fn fatal(wish: &Wish<'_>, error: io::Error) -> Result<String> {
    match BackupError::io("write", wish.target, error) {
        BackupError::Io { source, .. } => Ok(source.to_string()),
        other => Err(other),
    }
}

#[expect(clippy::too_many_arguments, reason = "called from one place, on a thread that owns none of these")]
pub(super) fn small(
    wish: &Wish<'_>,
    plan: &Plan,
    moved: &Moved,
    target: &mut Target,
    item: usize,
    parsed: &Parsed,
    content: &[u8],
    digest: Option<[u8; 32]>,
) -> Result<Note> {
    let entries = &wish.point.manifest().entries;
    let Some(entry) = plan.items[item].entry.and_then(|entry| entries.get(entry as usize)) else {
        return Ok(Note::Nothing);
    };
    let (Some(to), step) = (moved.place(&plan.items[item].to), plan.items[item].step) else { return Ok(Note::Nothing) };
    if entry.kind == Kind::Folder {
        // Its record is set at the end; only its attributes are in the archive.
        if let Ok(folder) = target.descent.folder(&to) {
            crate::source::xattr::write(folder, &parsed.attributes);
        }
        return Ok(Note::Nothing);
    }
    let mut hasher = sha2::Sha256::new();
    if let Some(map) = &parsed.sparse {
        hasher.update(map.bytes());
    }
    hasher.update(content);
    if digest.is_some_and(|digest| digest != <[u8; 32]>::from(hasher.finalize())) {
        return Ok(Note::Wrong { item, words: OTHER_HASH });
    }
    let written = target
        .write(&to, item, parsed.sparse.as_ref(), content)
        .and_then(|growing| target.finish(growing, entry, &parsed.attributes, step));
    match written {
        Ok((to, refused)) => Ok(Note::Written { item, to, bytes: content.len() as u64, refused: refused.words() }),
        Err(error) => Ok(Note::Failed { item, words: fatal(wish, error)? }),
    }
}

pub(super) fn begin(
    plan: &Plan,
    moved: &Moved,
    target: &mut Target,
    item: usize,
    parsed: Box<Parsed>,
) -> io::Result<Option<Large>> {
    let Some(to) = moved.place(&plan.items[item].to) else { return Ok(None) };
    let growing = target.begin(&to, item)?;
    let mut hasher = sha2::Sha256::new();
    if let Some(map) = &parsed.sparse {
        hasher.update(map.bytes());
    }
    Ok(Some(Large { item, growing, hasher, parsed, done: 0, trouble: None }))
}

impl Large {
    pub(super) fn feed(&mut self, mut bytes: &[u8]) {
        self.hasher.update(bytes);
        let whole = [(0, self.parsed.stored)];
        let pieces = self.parsed.sparse.as_ref().map_or(&whole[..], |map| &map.pieces);
        let mut before = 0;
        for (offset, length) in pieces {
            if bytes.is_empty() || self.trouble.is_some() {
                return;
            }
            if self.done < before + length {
                let inside = self.done - before;
                let take = (length - inside).min(bytes.len() as u64) as usize;
                self.trouble = self.growing.file.write_all_at(&bytes[..take], offset + inside).err();
                bytes = &bytes[take..];
                self.done += take as u64;
            }
            before += length;
        }
    }
}

pub(super) fn end(wish: &Wish<'_>, plan: &Plan, target: &Target, large: Large) -> Result<Note> {
    let Large { item, growing, hasher, parsed, done, trouble } = large;
    let entries = &wish.point.manifest().entries;
    let Some(entry) = plan.items[item].entry.and_then(|entry| entries.get(entry as usize)) else {
        return Ok(Note::Nothing);
    };
    if let Some(error) = trouble {
        return Ok(Note::Failed { item, words: fatal(wish, error)? });
    }
    if plan_digest(plan, item).is_some_and(|digest| digest != <[u8; 32]>::from(hasher.finalize())) {
        return Ok(Note::Wrong { item, words: OTHER_HASH });
    }
    let sized = match &parsed.sparse {
        Some(map) => growing.file.set_len(map.size),
        None => Ok(()),
    };
    let written = sized.and_then(|()| target.finish(growing, entry, &parsed.attributes, plan.items[item].step));
    match written {
        Ok((to, refused)) => Ok(Note::Written { item, to, bytes: done, refused: refused.words() }),
        Err(error) => Ok(Note::Failed { item, words: fatal(wish, error)? }),
    }
}
