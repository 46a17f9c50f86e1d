//! One archive, opened by its end: footer, manifest, and the header at its front. Data frames are read only when somebody asks.

use std::io;
use std::path::{Path, PathBuf};

use sha2::Digest as _;

use super::layout::Layout;
use super::medium::Medium;
use crate::encryption::{EXTENSION, Keys};
use crate::error::{BackupError, Result};
use crate::format::footer::{Footer, Packing};
use crate::format::frame::{Unpacker, reach};
use crate::format::header::Header;
use crate::format::manifest::{Entry, Manifest, decode, visit};
use crate::format::{MOST_OF_A_FRAME, Malformed, VERSION, parse};

/// An archive that can be read.
#[derive(Debug)]
pub struct Archive {
    pub(super) medium: Medium,
    pub(super) path: PathBuf,
    /// Bytes of its content; as many as the file has, unless it is encrypted.
    pub(super) length: u64,
    pub(super) packing: Packing,
    pub(super) header: Header,
    pub(super) footer: Footer,
    pub(super) manifest: Manifest,
    /// Where each frame begins.
    pub(super) offsets: Vec<u64>,
    pub(super) layout: Layout,
    /// Names that a scan could not save; empty for an archive that was opened.
    pub(super) lost: Vec<Vec<u8>>,
    /// What a scan could not make sense of, in words.
    pub(super) gaps: Vec<String>,
    pub(super) is_scanned: bool,
}

/// No manifest is longer; one of ten million files has some hundred megabytes.
const LONGEST_MANIFEST: u64 = 1 << 30;

/// No header is longer when it is packed: it names folders that were backed up.
const LONGEST_HEADER: usize = 256 << 10;

/// How the name of a file says that it is packed.
pub fn packing_of(path: &Path) -> Packing {
    let name =
        if path.extension().is_some_and(|end| end == EXTENSION) { path.file_stem().map(Path::new) } else { None };
    let is_gzip = name.unwrap_or(path).extension().is_some_and(|end| end == "gz" || end == "tgz");
    if is_gzip { Packing::Gzip } else { Packing::Zstd }
}

impl Archive {
    /// Opens an archive by its end. One that is encrypted needs a key: [`Archive::open_with`].
    pub fn open(path: &Path) -> Result<Self> {
        Self::open_with(path, &Keys::default())
    }

    /// Opens an archive by its end, with keys for one that is encrypted.
    pub fn open_with(path: &Path, keys: &Keys) -> Result<Self> {
        Self::open_by(path, packing_of(path), keys, decode)
    }

    /// Opens an archive that has no name yet.
    pub fn open_as(path: &Path, packing: Packing) -> Result<Self> {
        Self::open_by(path, packing, &Keys::default(), decode)
    }

    /// Opens an archive that was just written, entry by entry against the manifest in memory, which it takes: a second one of a
    /// million files would not be in bounds.
    pub(crate) fn open_written(path: &Path, packing: Packing, keys: &Keys, written: Manifest) -> Result<Self> {
        Self::open_by(path, packing, keys, |bytes| {
            let mut expected = written.entries.iter();
            let mut is_alike = true;
            let rest = visit(bytes, |_, path, entry| {
                let alike = |known: &Entry| {
                    *known.path == *path
                        && (known.kind, known.size, known.holder, known.place, known.link, known.modified)
                            == (entry.kind, entry.size, entry.holder, entry.place, entry.link, entry.modified)
                        && (entry.holder != written.sequence || known.digest == entry.digest)
                };
                is_alike &= expected.next().is_some_and(alike);
            })?;
            if !is_alike || expected.next().is_some() || rest.frames != written.frames || rest.root != written.root {
                return Err(Malformed::new("the manifest does not read back as it was written"));
            }
            Ok(written)
        })
    }

    /// Hands on all entries of an archive with their paths, and keeps none of them.
    pub(crate) fn visit(path: &Path, keys: &Keys, mut each: impl FnMut(&[u8], Entry)) -> Result<Self> {
        Self::open_by(path, packing_of(path), keys, |bytes| visit(bytes, |_, path, entry| each(path, entry)))
    }

    /// The manifest, when nothing else is wanted any more.
    pub(crate) fn into_manifest(self) -> Manifest {
        self.manifest
    }

    fn open_by(
        path: &Path,
        packing: Packing,
        keys: &Keys,
        decode: impl FnOnce(&[u8]) -> std::result::Result<Manifest, Malformed>,
    ) -> Result<Self> {
        let read = |error: io::Error| BackupError::io("read", path, error);
        let damaged = |error: Malformed| BackupError::damaged(path, error.0);
        let medium = Medium::open(path, keys)?;
        let length = medium.length();
        let mut magic = [0; 4];
        let begins = medium.read_exact_at(&mut magic, 0).is_ok()
            && match packing {
                Packing::Zstd => magic == [0x28, 0xb5, 0x2f, 0xfd],
                Packing::Gzip => magic[..2] == [0x1f, 0x8b],
            };
        if !begins {
            return Err(BackupError::Foreign { path: path.to_owned() });
        }
        let tail = packing.footer_length();
        let end = length.checked_sub(tail as u64).ok_or_else(|| BackupError::damaged(path, "it is cut off"))?;
        let mut bytes = vec![0; tail];
        medium.read_exact_at(&mut bytes, end).map_err(read)?;
        let footer = Footer::read(&bytes, packing).map_err(damaged)?;
        let is_inside = footer.offset.checked_add(footer.length).is_some_and(|after| after <= end);
        if !is_inside || footer.length > LONGEST_MANIFEST {
            return Err(BackupError::damaged(path, "the footer points outside"));
        }
        let mut unpacker = Unpacker::new(packing).map_err(read)?;
        let (raw, content) = manifest(&medium, &footer, packing, &mut unpacker).map_err(damaged)?;
        let manifest = decode(raw.get(content).unwrap_or_default()).map_err(damaged)?;
        drop(raw);
        let mut offsets = Vec::with_capacity(manifest.frames.len());
        let mut at = 0_u64;
        for frame in &manifest.frames {
            offsets.push(at);
            at += u64::from(frame.length);
        }
        if at != footer.offset {
            return Err(BackupError::damaged(path, "the frames have another length than the manifest says"));
        }
        let layout = Layout::new(&manifest);
        let header = placeholder(manifest.sequence);
        let mut archive = Self {
            medium,
            path: path.to_owned(),
            length,
            packing,
            header,
            footer,
            manifest,
            offsets,
            layout,
            lost: Vec::new(),
            gaps: Vec::new(),
            is_scanned: false,
        };
        archive.header = archive.read_header(&mut unpacker)?;
        if archive.header.sequence != archive.manifest.sequence {
            return Err(BackupError::tampered(path, "header and manifest belong to different archives"));
        }
        Ok(archive)
    }

    /// Reads only the header at the front: enough to tell which archive a file is.
    pub fn header_of(path: &Path, keys: &Keys) -> Result<Header> {
        let packing = packing_of(path);
        let damaged = |error: Malformed| BackupError::damaged(path, error.0);
        let medium = Medium::salvage(path, keys)?;
        let mut unpacker = Unpacker::new(packing).map_err(|error| BackupError::io("read", path, error))?;
        let raw = match packing {
            Packing::Zstd => {
                let (_, raw) = frame_at(&medium, 0, &mut unpacker).map_err(damaged)?;
                raw
            }
            Packing::Gzip => {
                use std::io::Read as _;
                let (mut packed, mut raw) = (vec![0; LONGEST_HEADER], Vec::new());
                let got = medium.fill(0, &mut packed).map_err(|error| BackupError::io("read", path, error))?;
                let decoder = flate2::read::GzDecoder::new(packed.get(..got).unwrap_or_default());
                decoder
                    .take(1 << 20)
                    .read_to_end(&mut raw)
                    .map_err(|error| damaged(Malformed::new(error.to_string())))?;
                raw
            }
        };
        header(&raw, path)
    }

    fn read_header(&self, unpacker: &mut Unpacker) -> Result<Header> {
        let mut raw = Vec::new();
        self.frame(0, unpacker, &mut raw).map_err(|words| BackupError::damaged(&self.path, words))?;
        header(&raw, &self.path)
    }

    /// Unpacks a frame; the error is words for what is damaged.
    pub(super) fn frame(
        &self,
        number: u32,
        unpacker: &mut Unpacker,
        out: &mut Vec<u8>,
    ) -> std::result::Result<(), String> {
        let place = self.manifest.frames.get(number as usize).zip(self.offsets.get(number as usize));
        let (frame, offset) = place.ok_or("the frame does not exist")?;
        if u64::from(frame.content) > MOST_OF_A_FRAME || u64::from(frame.length) > MOST_OF_A_FRAME * 2 {
            return Err("a frame claims to be larger than any frame is".to_owned());
        }
        let mut packed = vec![0; frame.length as usize];
        self.medium.read_exact_at(&mut packed, *offset).map_err(|error| error.to_string())?;
        unpacker.unpack(&packed, frame.content as usize, out).map_err(|error| error.to_string())
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How long its file is.
    pub fn length(&self) -> u64 {
        self.medium.stored()
    }

    /// Whether it is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.medium.is_sealed()
    }

    /// How it is packed.
    pub fn packing(&self) -> Packing {
        self.packing
    }

    /// What it says of itself.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Where its manifest lies.
    pub fn footer(&self) -> Footer {
        self.footer
    }

    /// Its tree.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Names that a scan found damaged.
    pub fn lost(&self) -> &[Vec<u8>] {
        &self.lost
    }

    /// What a scan could not make sense of: places whose names are lost too.
    pub fn gaps(&self) -> &[String] {
        &self.gaps
    }

    /// Whether it was put together from what a scan found, without a manifest to compare with.
    pub fn is_scanned(&self) -> bool {
        self.is_scanned
    }
}

/// A header for an archive whose own cannot be read.
pub(super) fn placeholder(sequence: u32) -> Header {
    Header {
        format: crate::format::header::FORMAT.to_owned(),
        version: VERSION,
        set: String::new(),
        id: crate::format::name::ArchiveId::default(),
        kind: crate::format::name::Type::Full,
        sequence,
        chain: crate::format::name::ArchiveId::default(),
        previous: None,
        host: String::new(),
        tool: String::new(),
        started: 0,
        time: String::new(),
        roots: Vec::new(),
    }
}

pub(super) fn header(raw: &[u8], path: &Path) -> Result<Header> {
    let damaged = |error: Malformed| BackupError::damaged(path, error.0);
    let foreign = || BackupError::Foreign { path: path.to_owned() };
    let parsed = parse::member(raw).map_err(|_| foreign())?.ok_or_else(foreign)?;
    if parsed.path != b".caretaker/HEADER.json" {
        return Err(foreign());
    }
    let content = raw.get(parsed.header..parsed.header + parsed.stored as usize).ok_or_else(foreign)?;
    let header = Header::read(content).map_err(damaged)?;
    if !header.is_known() {
        return Err(BackupError::Newer { path: path.to_owned(), found: header.version, known: VERSION });
    }
    Ok(header)
}

/// Measures and unpacks the zstd frame at a place; says how long it is.
pub(super) fn frame_at(
    medium: &Medium,
    at: u64,
    unpacker: &mut Unpacker,
) -> std::result::Result<(u64, Vec<u8>), Malformed> {
    let reach = reach(&mut |offset, buffer| medium.read_exact_at(buffer, at + offset))?;
    let Some(content) = reach.content else { return Ok((reach.length, Vec::new())) };
    if content > MOST_OF_A_FRAME || reach.length > MOST_OF_A_FRAME * 2 {
        return Err(Malformed::new("a frame claims to be larger than any frame is"));
    }
    let mut packed = vec![0; reach.length as usize];
    medium.read_exact_at(&mut packed, at).map_err(|_| Malformed::new("a frame is cut off"))?;
    let mut raw = Vec::new();
    unpacker.unpack(&packed, content as usize, &mut raw).map_err(|error| Malformed::new(error.to_string()))?;
    Ok((reach.length, raw))
}

/// The bytes of the member with the manifest, and where its content lies in them; its hash is the one of the footer.
fn manifest(
    medium: &Medium,
    footer: &Footer,
    packing: Packing,
    unpacker: &mut Unpacker,
) -> std::result::Result<(Vec<u8>, std::ops::Range<usize>), Malformed> {
    let mut raw = Vec::new();
    match packing {
        Packing::Zstd => {
            let mut at = 0;
            while at < footer.length {
                let (length, piece) = frame_at(medium, footer.offset + at, unpacker)?;
                raw.extend_from_slice(&piece);
                at += length;
                if raw.len() as u64 > LONGEST_MANIFEST {
                    return Err(Malformed::new("the manifest is longer than any manifest is"));
                }
            }
            if at != footer.length {
                return Err(Malformed::new("the manifest has another length than the footer says"));
            }
        }
        Packing::Gzip => {
            use std::io::Read as _;
            let mut packed = vec![0; footer.length as usize];
            medium.read_exact_at(&mut packed, footer.offset).map_err(|_| Malformed::new("the manifest is cut off"))?;
            let decoder = flate2::read::MultiGzDecoder::new(&packed[..]);
            let read = decoder.take(LONGEST_MANIFEST).read_to_end(&mut raw);
            read.map_err(|error| Malformed::new(format!("the manifest: {error}")))?;
        }
    }
    let parsed = parse::member(&raw)?.filter(|parsed| parsed.path == b".caretaker/manifest");
    let parsed = parsed.ok_or_else(|| Malformed::new("there is no manifest where the footer says"))?;
    let end = usize::try_from(parsed.stored).ok().and_then(|stored| parsed.header.checked_add(stored));
    let place = end.map(|end| parsed.header..end);
    let content = place.clone().and_then(|place| raw.get(place));
    let (content, place) = content.zip(place).ok_or_else(|| Malformed::new("the manifest is cut off"))?;
    if <[u8; 32]>::from(sha2::Sha256::digest(content)) != footer.digest {
        return Err(Malformed::new("the manifest has another hash"));
    }
    Ok((raw, place))
}
