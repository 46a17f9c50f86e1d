//! Cuts a large file into frames that several threads pack. Reading and hashing go in turns, in order; packing goes side by side.

use std::fs::File;
use std::os::fd::AsFd as _;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use sha2::Digest as _;

use super::folders::Folders;
use super::order::Order;
use super::plan::{Large, Plan, pages_path};
use super::small::{Fate, Packed, Stored, Thread, is_noise, member};
use crate::error::{BackupError, Result};
use crate::format::CUT;
use crate::format::manifest::Flags;
use crate::format::member::{Member, pad};
use crate::source::read::{self, Opened, Trouble};
use crate::source::{Meta, xattr};

/// A large file while it is stored. The lock is the turn: whoever has it reads.
pub(super) struct Cut {
    large: Large,
    state: Mutex<Reading>,
    turned: Condvar,
}

#[derive(Default)]
struct Reading {
    /// Whose turn it is.
    next: u64,
    opened: Option<Opened>,
    hasher: sha2::Sha256,
    trouble: Option<Trouble>,
    attributes: u64,
    flags: Flags,
    is_over: bool,
    is_noise: bool,
}

/// A turn that is passed on however it ends.
struct Turn<'a> {
    cut: &'a Cut,
    state: MutexGuard<'a, Reading>,
    part: u64,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.state.next = self.part + 1;
        self.cut.turned.notify_all();
    }
}

impl Cut {
    pub(super) fn new(large: Large) -> Self {
        Self { large, state: Mutex::default(), turned: Condvar::new() }
    }

    fn turn(&self, part: u64) -> Turn<'_> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while state.next < part {
            state = self.turned.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        Turn { cut: self, state, part }
    }

    /// Reads and packs one part. Jobs are begun in order, so whoever has the turn before is at work already.
    pub(super) fn part(&self, wish: &Order<'_>, plan: &Plan, thread: &mut Thread, part: u64) -> Result<Packed> {
        let mut packed = Packed::default();
        let mut raw = Vec::new();
        {
            let mut turn = self.turn(part);
            if wish.cancel.is_cancelled() {
                return Err(BackupError::Cancelled);
            }
            wish.pace.wait();
            let reading = &mut *turn.state;
            if part == 0
                && let Err(trouble) = self.begin(wish, plan, &mut thread.folders, reading, &mut raw)
            {
                reading.trouble = Some(trouble.clone());
                wish.progress.add(1, 0);
                packed.fates.push((self.large.found, Fate::Failed(Box::new(trouble))));
            }
            if reading.trouble.is_some() || reading.is_over {
                return Ok(packed);
            }
            let start = part * CUT;
            let end = (start + CUT).min(self.large.stored);
            let bytes = raw.len();
            raw.resize(bytes + (end - start) as usize, 0);
            self.read(reading, start, &mut raw[bytes..]);
            reading.hasher.update(&raw[bytes..]);
            if part == 0 {
                reading.is_noise = is_noise(&raw[bytes..]);
            }
            wish.progress.add(0, end - start);
            if end == self.large.stored {
                pad(&mut raw, self.large.stored);
                wish.progress.add(1, 0);
                packed.fates.push((self.large.found, self.end(plan, reading)));
            }
        }
        if !raw.is_empty() {
            let frame =
                thread.packer.pack(&raw).map_err(|error| BackupError::io("pack", wish.destination.path(), error))?;
            packed.frames.push((frame, raw.len()));
        }
        Ok(packed)
    }

    fn begin(
        &self,
        wish: &Order<'_>,
        plan: &Plan,
        folders: &mut Folders,
        reading: &mut Reading,
        raw: &mut Vec<u8>,
    ) -> std::result::Result<(), Trouble> {
        let found = &plan.found[self.large.found as usize];
        let staged = plan.staged.get(&self.large.found);
        reading.flags = plan.flags.get(&self.large.found).copied().unwrap_or_default();
        let opened = match staged {
            Some(staged) => {
                reading.flags = reading.flags.with(staged.flags);
                let file = File::open(&staged.file)?;
                let meta = Meta::of(&file)?;
                Opened { file, meta }
            }
            None => folders.open(wish, found)?,
        };
        let attributes = if staged.is_some() { Vec::new() } else { xattr::read(opened.file.as_fd())? };
        reading.attributes = xattr::digest(&attributes);
        // The size was promised when the parts were counted; what grew since comes with the next run.
        let meta = if staged.is_some() { &found.meta } else { &opened.meta };
        let is_pages = reading.flags.has(Flags::PAGES);
        let path = if is_pages { pages_path(&found.path) } else { found.path.to_vec() };
        let sparse = self.large.map.as_ref();
        Member { size: self.large.stored, sparse, ..member(found, &path, meta, &attributes) }.put(raw);
        if let Some(map) = sparse {
            reading.flags = reading.flags.with(Flags::SPARSE);
            reading.hasher.update(map.bytes());
        }
        if staged.is_none() && opened.meta.size != found.meta.size {
            reading.flags = reading.flags.with(Flags::CHANGED);
        }
        reading.opened = Some(opened);
        Ok(())
    }

    /// Fills a buffer from a place in the stored content, which leaves out holes.
    fn read(&self, reading: &mut Reading, start: u64, buffer: &mut [u8]) {
        let Some(opened) = &reading.opened else { return };
        let whole = [(0, self.large.stored)];
        let pieces = self.large.map.as_ref().map_or(&whole[..], |map| &map.pieces);
        let (mut before, mut done) = (0, 0);
        for (offset, length) in pieces {
            let skip = (start + done as u64).saturating_sub(before).min(*length);
            let piece = ((length - skip) as usize).min(buffer.len() - done);
            if piece > 0 && start + (done as u64) >= before {
                match read::fill(&opened.file, offset + skip, &mut buffer[done..done + piece]) {
                    Ok(got) if got == piece => {}
                    Ok(_) => reading.flags = reading.flags.with(Flags::CHANGED),
                    Err(_) => reading.flags = reading.flags.with(Flags::UNREADABLE),
                }
                done += piece;
            }
            before += length;
        }
    }

    fn end(&self, plan: &Plan, reading: &mut Reading) -> Fate {
        reading.is_over = true;
        let found = &plan.found[self.large.found as usize];
        let staged = plan.staged.get(&self.large.found);
        let Some(opened) = reading.opened.take() else {
            let words = "it was never opened".to_owned();
            return Fate::Failed(Box::new(Trouble { reason: crate::format::manifest::Reason::ReadError, words }));
        };
        let now = Meta::of(&opened.file).ok();
        let is_still = now.is_some_and(|now| now.is_unmoved_since(&opened.meta));
        if !is_still && staged.is_none() {
            reading.flags = reading.flags.with(Flags::CHANGED);
        }
        let own: [u8; 32] = std::mem::take(&mut reading.hasher).finalize().into();
        let (mut digest, mut size, mut base) = (own, found.meta.size, None);
        if let Some((of, length, result)) = staged.and_then(|staged| staged.pages) {
            (digest, size, base) = (result, length, Some(of));
        }
        let meta = if staged.is_some() { found.meta.clone() } else { opened.meta };
        Fate::Stored(Stored {
            frame: 0,
            offset: 0,
            digest: Some(digest),
            attributes: reading.attributes,
            flags: reading.flags,
            is_noise: reading.is_noise,
            other: Stored::other(found, Meta { size, ..meta }, size, base),
        })
    }
}
