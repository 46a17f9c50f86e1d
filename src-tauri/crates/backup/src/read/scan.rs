//! Opens an archive whose end is damaged: looks for frames from the front, walks the tar headers in them, and keeps what is whole.

use std::io::{self, Read as _};
use std::path::Path;

use super::archive::{Archive, frame_at, header, packing_of, placeholder};
use super::layout::Layout;
use super::medium::Medium;
use crate::encryption::Keys;
use crate::error::{BackupError, Result};
use crate::format::footer::{Footer, Packing};
use crate::format::frame::Unpacker;
use crate::format::manifest::{Entry, Flags, Frame, Kind, Manifest, Place, is_plain, order};
use crate::format::member::{MemberKind, padding};
use crate::format::parse::{self, Parsed};
use crate::format::{MOST_OF_A_FRAME, OWN_FOLDER};

/// A large member whose last frames have not come yet.
struct Pending {
    parsed: Parsed,
    place: Place,
    left: u64,
}

struct Scan {
    manifest: Manifest,
    offsets: Vec<u64>,
    lost: Vec<Vec<u8>>,
    pending: Option<Pending>,
}

impl Archive {
    /// Puts together what is whole of a plain archive; one that is encrypted needs a key: [`Archive::scan_with`].
    pub fn scan(path: &Path) -> Result<Self> {
        Self::scan_with(path, &Keys::default())
    }

    /// Puts together what is whole. There is no manifest to compare with, so hashes are unknown; checksums of frames still hold.
    pub fn scan_with(path: &Path, keys: &Keys) -> Result<Self> {
        let packing = packing_of(path);
        let failed = |error: io::Error| BackupError::io("read", path, error);
        let medium = Medium::salvage(path, keys)?;
        let length = medium.length();
        let mut unpacker = Unpacker::new(packing).map_err(failed)?;
        let manifest = Manifest { sequence: 1, ..Manifest::default() };
        let mut scan = Scan { manifest, offsets: Vec::new(), lost: Vec::new(), pending: None };
        let mut own = placeholder(1);
        let (mut at, mut gap, mut has_end) = (0, None, false);
        let mut gaps = Vec::new();
        let mut close = |gap: &mut Option<u64>, at: u64| {
            if let Some(start) = gap.take() {
                gaps.push(format!(
                    "{} bytes from byte {start} on belong to no whole part; names in them are unknown",
                    at - start
                ));
            }
        };
        while at < length {
            let Some((size, raw)) = next(&medium, at, packing, &mut unpacker) else {
                scan.give_up();
                gap.get_or_insert(at);
                at = magic(&medium, at + 1, length, packing).unwrap_or(length);
                continue;
            };
            close(&mut gap, at);
            has_end = raw.is_empty() && at + size == length;
            if at == 0
                && let Ok(found) = header(&raw, path)
            {
                scan.manifest.sequence = found.sequence;
                own = found;
            }
            if !raw.is_empty() {
                scan.frame(at, size, &raw);
            }
            at += size;
        }
        close(&mut gap, length);
        if !has_end {
            gaps.push("the end is missing, and with it the list of what should be here".to_owned());
        }
        let pieces = medium.damaged_pieces();
        if pieces > 0 {
            gaps.push(format!(
                "{pieces} of the parts of 64 KiB that its encryption consists of do not open; what was in them is lost"
            ));
        }
        scan.give_up();
        let Scan { mut manifest, offsets, lost, .. } = scan;
        if manifest.frames.is_empty() {
            return Err(BackupError::Foreign { path: path.to_owned() });
        }
        let sequence = manifest.sequence;
        manifest.holders = vec![crate::format::manifest::Holder { sequence, id: own.id }];
        manifest.entries.iter_mut().for_each(|entry| entry.holder = sequence);
        put_in_order(&mut manifest);
        let layout = Layout::new(&manifest);
        let footer = Footer { offset: length, length: 0, digest: [0; 32] };
        Ok(Self {
            medium,
            path: path.to_owned(),
            length,
            packing,
            header: own,
            footer,
            manifest,
            offsets,
            layout,
            lost,
            gaps,
            is_scanned: true,
        })
    }
}

/// Sorts the entries, drops a second one of a name, and sets links to where their first name is now.
fn put_in_order(manifest: &mut Manifest) {
    manifest.entries.sort_by(|one, other| order(&one.path, &other.path));
    manifest.entries.dedup_by(|second, first| second.path == first.path);
    let entries = &manifest.entries;
    let links: Vec<Option<u32>> = entries
        .iter()
        .map(|entry| {
            let is_name = entry.kind == Kind::File && !entry.target.is_empty();
            let place = entries.binary_search_by(|other| order(&other.path, &entry.target)).ok().filter(|_| is_name)?;
            Some(place as u32)
        })
        .collect();
    for (entry, link) in manifest.entries.iter_mut().zip(links) {
        if let Some(link) = link {
            (entry.link, entry.target) = (Some(link), Box::default());
        }
    }
    // The file of a name whose first one is lost is lost with it.
    let is_dangling = |entry: &Entry| entry.kind == Kind::File && !entry.target.is_empty();
    for entry in manifest.entries.iter_mut().filter(|entry| is_dangling(entry)) {
        entry.place = None;
        entry.target = Box::default();
        entry.flags = entry.flags.with(Flags::UNREADABLE);
    }
}

fn next(medium: &Medium, at: u64, packing: Packing, unpacker: &mut Unpacker) -> Option<(u64, Vec<u8>)> {
    match packing {
        Packing::Zstd => frame_at(medium, at, unpacker).ok(),
        Packing::Gzip => {
            let mut packed = vec![0; (MOST_OF_A_FRAME * 2) as usize];
            let got = medium.fill(at, &mut packed).ok()?;
            let mut decoder = flate2::bufread::GzDecoder::new(&packed[..got]);
            let mut raw = Vec::new();
            (&mut decoder).take(MOST_OF_A_FRAME).read_to_end(&mut raw).ok()?;
            let left = decoder.into_inner().len();
            Some(((got - left) as u64, raw))
        }
    }
}

/// Where the next frame may begin.
fn magic(medium: &Medium, mut at: u64, length: u64, packing: Packing) -> Option<u64> {
    let magic: &[u8] = match packing {
        Packing::Zstd => &[0x28, 0xb5, 0x2f, 0xfd],
        Packing::Gzip => &[0x1f, 0x8b, 8],
    };
    let mut window = vec![0; 1 << 20];
    while at < length {
        let size = (length - at).min(window.len() as u64) as usize;
        medium.read_exact_at(&mut window[..size], at).ok()?;
        if let Some(found) = memchr::memmem::find(&window[..size], magic) {
            return Some(at + found as u64);
        }
        if size < window.len() {
            return None;
        }
        at += (size - magic.len() + 1) as u64;
    }
    None
}

impl Scan {
    fn give_up(&mut self) {
        if let Some(pending) = self.pending.take() {
            self.lost.push(pending.parsed.path);
        }
    }

    fn frame(&mut self, at: u64, size: u64, raw: &[u8]) {
        let number = self.manifest.frames.len() as u32;
        self.manifest.frames.push(Frame { length: size as u32, content: raw.len() as u32 });
        self.offsets.push(at);
        let mut rest = 0;
        if let Some(mut pending) = self.pending.take() {
            rest = pending.left.min(raw.len() as u64) as usize;
            pending.left -= rest as u64;
            if pending.left > 0 {
                self.pending = Some(pending);
                return;
            }
            self.keep(pending.parsed, pending.place);
        }
        while rest < raw.len() {
            // A frame that begins with no header goes on with something lost.
            let Ok(Some(parsed)) = parse::member(&raw[rest..]) else { return };
            let place = Place { frame: number, offset: rest as u32 };
            let end = parsed.header as u64 + parsed.stored + padding(parsed.stored) as u64;
            let here = (raw.len() - rest) as u64;
            if end > here {
                self.pending = Some(Pending { parsed, place, left: end - here });
                return;
            }
            rest += end as usize;
            self.keep(parsed, place);
        }
    }

    fn keep(&mut self, parsed: Parsed, place: Place) {
        if !is_plain(&parsed.path) || crate::descent::parts(&parsed.path).next() == Some(OWN_FOLDER) {
            return;
        }
        let (kind, target) = match parsed.kind {
            MemberKind::File => (Kind::File, Vec::new()),
            // The first name is set right once all names are known.
            MemberKind::HardLink => (Kind::File, parsed.target),
            MemberKind::Folder => (Kind::Folder, Vec::new()),
            MemberKind::Symlink => (Kind::Symlink, parsed.target),
            MemberKind::Fifo => (Kind::Fifo, Vec::new()),
            MemberKind::CharacterDevice => (Kind::CharacterDevice, Vec::new()),
            MemberKind::BlockDevice => (Kind::BlockDevice, Vec::new()),
        };
        self.manifest.entries.push(Entry {
            path: parsed.path.into(),
            kind,
            mode: parsed.mode,
            uid: parsed.uid,
            gid: parsed.gid,
            size: if kind == Kind::File { parsed.size } else { 0 },
            modified: parsed.modified,
            changed: parsed.modified,
            inode: 0,
            device: parsed.device,
            target: target.into(),
            link: None,
            flags: if parsed.sparse.is_some() { Flags::SPARSE } else { Flags::default() },
            attributes: 0,
            holder: 0,
            place: Some(place),
            digest: None,
            base: None,
        });
    }
}
