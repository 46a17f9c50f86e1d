//! Packs headers and small files into one frame, on a thread of its own.

use std::fs::File;
use std::os::fd::AsFd as _;

use sha2::Digest as _;

use super::folders::Folders;
use super::order::{Order, State};
use super::plan::{Decision, Plan, before, pages_path};
use crate::error::{BackupError, Result};
use crate::format::frame::Packer;
use crate::format::manifest::{Entry, Flags, Kind, Reason};
use crate::format::member::{Attribute, Member, MemberKind, pad};
use crate::format::{CUT, PACK};
use crate::source::read::{self, Stillness, Trouble};
use crate::source::walk::Found;
use crate::source::{Meta, xattr};

/// What became of something. There is one for everything that is stored: of a million files, each byte is a megabyte.
#[derive(Debug, Clone)]
pub(super) enum Fate {
    /// A frame holds it.
    Stored(Stored),
    /// Its content is the stored one, under this record and with these attributes.
    Unchanged(Box<(Meta, u64)>),
    /// It gave no bytes.
    Failed(Box<Trouble>),
}

/// What a frame holds.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    /// The frame, within the result first and within the archive afterwards.
    pub frame: u32,
    pub offset: u32,
    pub digest: Option<[u8; 32]>,
    pub attributes: u64,
    pub flags: Flags,
    /// Whether its bytes look like chance.
    pub is_noise: bool,
    /// Where it is not what was found.
    pub other: Option<Box<Other>>,
}

/// A record that is not the one that was found: the file moved meanwhile, or a copy took its place.
#[derive(Debug, Clone)]
pub(super) struct Other {
    pub meta: Meta,
    pub size: u64,
    pub base: Option<u32>,
}

impl Stored {
    /// Keeps a record only if it tells something new.
    pub(super) fn other(found: &Found, meta: Meta, size: u64, base: Option<u32>) -> Option<Box<Other>> {
        let is_known = meta == found.meta && size == meta.size && base.is_none();
        (!is_known).then(|| Box::new(Other { meta, size, base }))
    }

    /// The record, and bytes of content.
    pub(super) fn record<'a>(&'a self, kind: Kind, found: &'a Meta) -> (&'a Meta, u64) {
        match &self.other {
            Some(other) => (&other.meta, other.size),
            None => (found, if kind == Kind::File { found.size } else { 0 }),
        }
    }
}

/// Frames, and what became of what is in them.
#[derive(Debug, Default)]
pub(super) struct Packed {
    /// Packed bytes and the number of bytes before.
    pub frames: Vec<(Vec<u8>, usize)>,
    pub fates: Vec<(u32, Fate)>,
}

/// What one thread keeps.
pub(super) struct Thread {
    pub packer: Packer,
    pub folders: Folders,
    raw: Vec<u8>,
    content: Vec<u8>,
}

impl Thread {
    pub(super) fn new(packer: Packer) -> Self {
        Self { packer, folders: Folders::default(), raw: Vec::new(), content: Vec::new() }
    }

    /// Packs what a job names.
    pub(super) fn pack(&mut self, wish: &Order<'_>, plan: &Plan, job: &[u32]) -> Result<Packed> {
        let mut packed = Packed::default();
        self.raw.clear();
        for index in job {
            if wish.cancel.is_cancelled() {
                return Err(BackupError::Cancelled);
            }
            // Files may have grown since they were counted.
            if self.raw.len() as u64 >= PACK {
                self.close(wish, &mut packed)?;
            }
            let found = &plan.found[*index as usize];
            let place = (packed.frames.len() as u32, self.raw.len() as u32);
            let fate = match plan.decisions[*index as usize] {
                Decision::Header => self.header(wish, found, place),
                _ => self.file(wish, plan, *index, place),
            };
            let bytes = match &fate {
                Ok(Fate::Stored(stored)) => stored.record(found.kind, &found.meta).1,
                Ok(Fate::Unchanged(now)) => now.0.size,
                Ok(Fate::Failed(_)) | Err(_) => 0,
            };
            wish.progress.add(1, bytes);
            packed.fates.push((*index, fate.unwrap_or_else(|trouble| Fate::Failed(Box::new(trouble)))));
        }
        if !self.raw.is_empty() {
            self.close(wish, &mut packed)?;
        }
        Ok(packed)
    }

    fn close(&mut self, wish: &Order<'_>, packed: &mut Packed) -> Result<()> {
        wish.pace.wait();
        let frame =
            self.packer.pack(&self.raw).map_err(|error| BackupError::io("pack", wish.destination.path(), error))?;
        packed.frames.push((frame, self.raw.len()));
        self.raw.clear();
        Ok(())
    }

    fn header(
        &mut self,
        wish: &Order<'_>,
        found: &Found,
        (frame, offset): (u32, u32),
    ) -> std::result::Result<Fate, Trouble> {
        let mut attributes = Vec::new();
        if found.kind == Kind::Folder {
            let (descent, inside) = self.folders.descent(wish, found)?;
            match descent.folder(&inside) {
                Ok(folder) => attributes = xattr::read(folder)?,
                // Its record was seen; that nobody may look inside is told already.
                Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => {}
                Err(error) => return Err(error.into()),
            }
        }
        let member = member(found, &found.path, &found.meta, &attributes);
        member.put(&mut self.raw);
        Ok(Fate::Stored(Stored {
            frame,
            offset,
            digest: None,
            attributes: xattr::digest(&attributes),
            flags: Flags::default(),
            is_noise: false,
            other: None,
        }))
    }

    fn file(
        &mut self,
        wish: &Order<'_>,
        plan: &Plan,
        index: u32,
        (frame, offset): (u32, u32),
    ) -> std::result::Result<Fate, Trouble> {
        let found = &plan.found[index as usize];
        let staged = plan.staged.get(&index);
        let mut flags = plan.flags.get(&index).copied().unwrap_or_default();
        let mut opened = match staged {
            Some(staged) => {
                let file = File::open(&staged.file)?;
                let meta = Meta::of(&file)?;
                read::Opened { file, meta }
            }
            None => self.folders.open(wish, found)?,
        };
        self.content.clear();
        if read::whole(&mut opened, CUT, &mut self.content)? == Stillness::Moving {
            flags = flags.with(Flags::CHANGED);
        }
        let mut attributes = if staged.is_some() { Vec::new() } else { xattr::read(opened.file.as_fd())? };
        attributes.retain(|(name, _)| !name.contains(&b'='));
        let own: [u8; 32] = sha2::Sha256::digest(&self.content).into();
        let mut meta = opened.meta;
        let (mut digest, mut size, mut base, mut path) = (own, meta.size, None, found.path.to_vec());
        if let Some(staged) = staged {
            // The copy stands for the file: what is known about the file is kept.
            meta = Meta { size: meta.size, ..found.meta.clone() };
            flags = flags.with(staged.flags);
            if let Some((of, length, result)) = staged.pages {
                (digest, size, base, path) = (result, length, Some(of), pages_path(&found.path));
            }
        }
        let number = xattr::digest(&attributes);
        if let Some(entry) = stored_before(wish, plan, index) {
            let is_same = entry.digest == Some(digest) && entry.attributes == number && entry.size == size;
            if is_same && !flags.has(Flags::CHANGED) && entry.flags.has(Flags::SPARSE) == flags.has(Flags::SPARSE) {
                return Ok(Fate::Unchanged(Box::new((Meta { size, ..meta }, number))));
            }
        }
        member(found, &path, &meta, &attributes).put(&mut self.raw);
        self.raw.extend_from_slice(&self.content);
        pad(&mut self.raw, self.content.len() as u64);
        let (digest, other) = (Some(digest), Stored::other(found, meta, size, base));
        let is_noise = is_noise(&self.content);
        Ok(Fate::Stored(Stored { frame, offset, digest, attributes: number, flags, is_noise, other }))
    }
}

/// Whether bytes look like chance: encrypted or packed, each value about as frequent as every other.
pub(super) fn is_noise(content: &[u8]) -> bool {
    let look = &content[..content.len().min(64 << 10)];
    if look.len() < 1_024 {
        return false;
    }
    let mut counts = [0_u32; 256];
    for byte in look {
        counts[usize::from(*byte)] += 1;
    }
    let all = look.len() as f64;
    let part = |count: &u32| -> f64 {
        let share = f64::from(*count) / all;
        if *count == 0 { 0.0 } else { -share * share.log2() }
    };
    // Text has about 5 bits in a byte, programs 6; a kilobyte of chance has 7.8.
    counts.iter().map(part).sum::<f64>() > 7.7
}

/// The stored entry that a file may turn out to be.
fn stored_before<'a>(wish: &Order<'a>, plan: &Plan, index: u32) -> Option<&'a Entry> {
    if plan.forced.contains(&index) {
        return None;
    }
    let state: &State = before(wish)?;
    let entry = plan.stored_before(index, &state.entries)?;
    (entry.kind == Kind::File && entry.holder != 0 && !entry.flags.has(Flags::CHANGED)).then_some(entry)
}

/// The header of something that was found.
pub(super) fn member<'a>(found: &'a Found, path: &'a [u8], meta: &'a Meta, attributes: &'a [Attribute]) -> Member<'a> {
    let kind = match found.kind {
        Kind::File => MemberKind::File,
        Kind::Folder => MemberKind::Folder,
        Kind::Symlink => MemberKind::Symlink,
        Kind::Fifo => MemberKind::Fifo,
        Kind::CharacterDevice => MemberKind::CharacterDevice,
        Kind::BlockDevice => MemberKind::BlockDevice,
    };
    Member {
        path,
        kind,
        mode: meta.mode,
        uid: meta.uid,
        gid: meta.gid,
        size: if kind == MemberKind::File { meta.size } else { 0 },
        modified: meta.modified,
        created: meta.created,
        target: &found.target,
        device: meta.device,
        attributes,
        flags: &meta.flags,
        sparse: None,
    }
}

impl Fate {
    /// The exception that a fate means, if any.
    pub(super) fn exception(&self) -> Option<(Reason, String)> {
        match self {
            Self::Failed(trouble) => Some((trouble.reason, trouble.words.clone())),
            Self::Stored(stored) if stored.flags.has(Flags::UNREADABLE) => {
                Some((Reason::ReadError, "the disk did not give all of its bytes; zeros stand for them".to_owned()))
            }
            Self::Stored(stored) if stored.flags.has(Flags::CHANGED) => {
                Some((Reason::Changed, "it changed while it was read".to_owned()))
            }
            Self::Stored(stored) if stored.flags.has(Flags::RAW_DATABASE) => Some((
                Reason::RawDatabase,
                "a database was copied byte by byte; this is not guaranteed to be whole".to_owned(),
            )),
            Self::Stored(_) | Self::Unchanged(_) => None,
        }
    }
}
