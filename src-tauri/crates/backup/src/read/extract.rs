//! Copies the content of one entry out of its archive, reading no frame that it does not need.

use std::io::{self, Seek, SeekFrom, Write};

use sha2::Digest as _;

use super::archive::Archive;
use super::layout::contradiction;
use crate::error::{BackupError, Result};
use crate::format::frame::Unpacker;
use crate::format::manifest::{Entry, Flags, Kind};
use crate::format::parse;

/// No notes are longer.
const MOST_OF_NOTES: u64 = 64 << 20;

impl Archive {
    /// What the archive notes about its databases, in JSON; none when it has no such member.
    pub fn database_notes(&self) -> Result<Option<Vec<u8>>> {
        let damaged = |words: String| BackupError::damaged(&self.path, format!("its notes about databases: {words}"));
        let mut unpacker = Unpacker::new(self.packing).map_err(|error| BackupError::io("read", &self.path, error))?;
        let mut raw = Vec::new();
        let count = self.manifest.frames.len() as u32;
        for number in (0..count).rev() {
            if !self.layout.entries(number).is_empty() {
                return Ok(None);
            }
            self.frame(number, &mut unpacker, &mut raw).map_err(damaged)?;
            let Ok(Some(parsed)) = parse::member(&raw) else { continue };
            match &parsed.path[..] {
                b".caretaker/databases.json" if parsed.stored <= MOST_OF_NOTES => {
                    let end = parsed.header + parsed.stored as usize;
                    let mut whole = std::mem::take(&mut raw);
                    for further in number + 1..count {
                        if whole.len() >= end {
                            break;
                        }
                        self.frame(further, &mut unpacker, &mut raw).map_err(damaged)?;
                        whole.extend_from_slice(&raw);
                    }
                    let notes = whole.get(parsed.header..end).ok_or_else(|| damaged("they are cut off".to_owned()))?;
                    return Ok(Some(notes.to_vec()));
                }
                // The list before the notes: there are none.
                b".caretaker/SHA256SUMS" => return Ok(None),
                _ => {}
            }
        }
        Ok(None)
    }

    /// Writes the content of a file, with its holes; checks it against its hash. For changed pages this is the page set.
    pub fn copy(&self, entry: &Entry, out: &mut (impl Write + Seek)) -> Result<u64> {
        let entry = entry.link.and_then(|link| self.manifest.entries.get(link as usize)).unwrap_or(entry);
        let place = entry.place.filter(|_| entry.kind == Kind::File);
        let place = place.ok_or_else(|| BackupError::refused("copy a file that this archive does not hold"))?;
        let damaged = |words: String| {
            BackupError::damaged(&self.path, format!("`{}`: {words}", crate::descent::display(&entry.path)))
        };
        let write = |error: io::Error| BackupError::io("write from", &self.path, error);
        let mut unpacker = Unpacker::new(self.packing).map_err(|error| BackupError::io("read", &self.path, error))?;
        let mut raw = Vec::new();
        self.frame(place.frame, &mut unpacker, &mut raw).map_err(damaged)?;
        let start = place.offset as usize;
        let parsed = raw.get(start..).map(parse::member).transpose().map_err(|error| damaged(error.0))?.flatten();
        let parsed = parsed.ok_or_else(|| damaged("there is no member".to_owned()))?;
        if let Some(what) = contradiction(&self.manifest, entry, &parsed) {
            return Err(BackupError::tampered(&self.path, format!("the member has {what}")));
        }
        let mut hasher = sha2::Sha256::new();
        let whole = [(0, parsed.stored)];
        let pieces = parsed.sparse.as_ref().map_or(&whole[..], |map| &map.pieces);
        if let Some(map) = &parsed.sparse {
            hasher.update(map.bytes());
        }
        let (mut at, mut frame) = (start + parsed.header, place.frame);
        for (offset, length) in pieces {
            out.seek(SeekFrom::Start(*offset)).map_err(write)?;
            let mut left = *length;
            while left > 0 {
                if at >= raw.len() {
                    frame += 1;
                    self.frame(frame, &mut unpacker, &mut raw).map_err(damaged)?;
                    at = 0;
                    if raw.is_empty() {
                        return Err(damaged("a frame is empty".to_owned()));
                    }
                }
                let take = left.min((raw.len() - at) as u64) as usize;
                hasher.update(&raw[at..at + take]);
                out.write_all(&raw[at..at + take]).map_err(write)?;
                at += take;
                left -= take as u64;
            }
        }
        let is_right = entry.digest.is_none_or(|digest| digest == <[u8; 32]>::from(hasher.finalize()));
        if !is_right && !entry.flags.has(Flags::PAGES) {
            return Err(damaged("it has another hash".to_owned()));
        }
        Ok(parsed.size)
    }
}
