//! Reads an archive as a restore would, without writing anything, and names what is lost.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use sha2::Digest as _;

use super::archive::Archive;
use super::stream::{Event, Going, Reading, stream};
use crate::error::{BackupError, Result};
use crate::format::footer::Packing;
use crate::format::hex;
use crate::format::manifest::{Flags, Kind};
use crate::format::member::END;
use crate::write::{Cancel, NoPace, Pace};

/// How deep to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Footer, manifest and header, as opening does.
    Ends,
    /// Every frame with its checksum, and every member against the manifest.
    Frames,
    /// SHA-256 of every file as well.
    Content,
}

/// What a look found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Files that were read.
    pub files: u64,
    /// Bytes of those files.
    pub bytes: u64,
    /// Names of what is lost, in order.
    pub lost: Vec<Vec<u8>>,
    /// Frames that cannot be read.
    pub broken_frames: u64,
    /// What is damaged beside files.
    pub damage: Vec<String>,
    /// Contradictions that no fault of a disk makes.
    pub tampering: Vec<String>,
}

impl Report {
    /// Whether everything is as it was written.
    pub fn is_intact(&self) -> bool {
        self.lost.is_empty() && self.broken_frames == 0 && self.damage.is_empty() && self.tampering.is_empty()
    }
}

/// Checks an archive. Damage is a result, not an error.
pub fn verify(archive: &Archive, level: Level, workers: usize, cancel: &Cancel) -> Result<Report> {
    verify_paced(archive, level, workers, &NoPace, cancel)
}

/// The same, no faster than somebody lets it: asked by each thread before each frame.
pub fn verify_paced(
    archive: &Archive,
    level: Level,
    workers: usize,
    pace: &dyn Pace,
    cancel: &Cancel,
) -> Result<Report> {
    let mut report = Report { lost: archive.lost.clone(), damage: archive.gaps.clone(), ..Report::default() };
    if level == Level::Ends {
        return Ok(report);
    }
    let frames: Vec<u32> = (0..archive.manifest.frames.len() as u32).collect();
    let mut lost: BTreeSet<u32> = BTreeSet::new();
    let mut seen = 0_u64;
    let mut open: Option<(u32, sha2::Sha256, u64)> = None;
    let is_deep = level == Level::Content;
    let begin = |entry: u32, map: Option<&crate::format::sparse::SparseMap>| {
        let mut hasher = sha2::Sha256::new();
        if let Some(map) = map {
            hasher.update(map.bytes());
        }
        (entry, hasher, 0)
    };
    stream(
        archive,
        &frames,
        Reading::Everything,
        Going { workers, pace },
        || Ok(()),
        |(), index, parsed, content| {
            if cancel.is_cancelled() {
                return Err(BackupError::Cancelled);
            }
            let is_right = !is_deep || {
                let (_, mut hasher, _) = begin(index, parsed.sparse.as_ref());
                hasher.update(content);
                is_expected(archive, index, hasher)
            };
            Ok(Some((index, content.len() as u64, is_right)))
        },
        |event| {
            match event {
                Event::Note((index, bytes, is_right)) => {
                    seen += 1;
                    report.bytes += bytes;
                    report.files += u64::from(archive.manifest.entries[index as usize].kind == Kind::File);
                    if !is_right {
                        lost.insert(index);
                    }
                }
                Event::Begin(index, parsed) => open = Some(begin(index, parsed.sparse.as_ref())),
                Event::Feed(bytes) => {
                    if cancel.is_cancelled() {
                        return Err(BackupError::Cancelled);
                    }
                    if let Some((_, hasher, count)) = &mut open {
                        *count += bytes.len() as u64;
                        if is_deep {
                            hasher.update(bytes);
                        }
                    }
                }
                Event::End => {
                    if let Some((index, hasher, count)) = open.take() {
                        seen += 1;
                        report.files += 1;
                        report.bytes += count;
                        if is_deep && !is_expected(archive, index, hasher) {
                            lost.insert(index);
                        }
                    }
                }
                Event::Lost(index) => {
                    lost.insert(index);
                    open = None;
                }
                Event::Broken(number, words) => {
                    report.broken_frames += 1;
                    report.damage.push(format!("frame {number}: {words}"));
                }
                Event::Strange(words) => report.tampering.push(words),
            }
            Ok(())
        },
    )?;
    if !archive.is_scanned {
        ending(archive, &mut report);
    }
    // A name of a file is as good as the file.
    let entries = &archive.manifest.entries;
    let followers = (0_u32..).zip(entries).filter(|(_, entry)| entry.place.is_some());
    let names: Vec<u32> = followers
        .filter(|(_, entry)| entry.link.is_some_and(|link| lost.contains(&link)))
        .map(|(index, _)| index)
        .collect();
    let expected = entries.iter().filter(|entry| entry.place.is_some()).count() as u64;
    if report.tampering.is_empty() && report.broken_frames == 0 && seen != expected {
        report.damage.push(format!("{seen} of {expected} members are there"));
    }
    lost.extend(names);
    report.lost.extend(lost.iter().map(|index| entries[*index as usize].path.to_vec()));
    Ok(report)
}

fn is_expected(archive: &Archive, index: u32, hasher: sha2::Sha256) -> bool {
    let entry = &archive.manifest.entries[index as usize];
    // A set of pages names the hash of its result; its own bytes are guarded by the checksum of their frame.
    if entry.kind != Kind::File || entry.link.is_some() || entry.flags.has(Flags::PAGES) {
        return true;
    }
    entry.digest.is_none_or(|digest| digest == <[u8; 32]>::from(hasher.finalize()))
}

/// Between manifest and footer lies the end of the tar archive, and nothing else.
fn ending(archive: &Archive, report: &mut Report) {
    let start = archive.footer.offset + archive.footer.length;
    let end = archive.length - archive.packing.footer_length() as u64;
    let mut packed = vec![0; end.saturating_sub(start).min(1 << 20) as usize];
    let mut raw = Vec::new();
    let read = archive.medium.read_exact_at(&mut packed, start).and_then(|()| match archive.packing {
        Packing::Zstd => crate::format::frame::Unpacker::new(Packing::Zstd)?.unpack(&packed, END.len(), &mut raw),
        Packing::Gzip => flate2::read::GzDecoder::new(&packed[..]).take(1 << 20).read_to_end(&mut raw).map(|_| ()),
    });
    if read.is_err() || raw != END {
        report.damage.push("the end of the archive is not as it was written".to_owned());
    }
}

/// Compares an archive with the hash beside it; `None` without one, or with half of one. The hash is a convenience, and never believed over the content.
pub fn sidecar(path: &Path) -> Result<Option<bool>> {
    let mut name = path.as_os_str().to_owned();
    name.push(".sha256");
    let failed = |error: std::io::Error| BackupError::io("read", path, error);
    let mut text = String::new();
    match File::open(&name) {
        Ok(file) => file.take(4_096).read_to_string(&mut text).map_err(failed)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // After a power cut its name may be there without its bytes, or with zeros for some: that says nothing about the archive.
    let digits = text.bytes().take_while(u8::is_ascii_hexdigit).count();
    if digits < 64 && text.bytes().skip(digits).all(|byte| byte == 0) {
        return Ok(None);
    }
    let said = text.split(' ').next().unwrap_or_default();
    let mut file = File::open(path).map_err(failed)?;
    let mut hasher = sha2::Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        let got = file.read(&mut buffer).map_err(failed)?;
        if got == 0 {
            break;
        }
        hasher.update(&buffer[..got]);
    }
    Ok(Some(said == hex(&hasher.finalize())))
}
