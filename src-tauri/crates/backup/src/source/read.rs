//! Reads one file that others may be writing, moving or taking away, without ever waiting for it.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::FileExt as _;

use rustix::fs::{Mode, OFlags, SeekFrom};

use super::meta::Meta;
use super::walk::reason;
use crate::format::manifest::{Kind, Reason};
use crate::format::sparse::SparseMap;

/// Why a file gave no bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// What kind of trouble.
    pub reason: Reason,
    /// What the system said.
    pub words: String,
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self { reason: reason(&error), words: error.to_string() }
    }
}

/// An open file and what it was when it was opened.
#[derive(Debug)]
pub struct Opened {
    /// The file.
    pub file: File,
    /// Its record.
    pub meta: Meta,
}

/// Opens a regular file. A pipe or device that took its place is not waited for, and a link is not followed.
pub fn open(folder: BorrowedFd<'_>, name: &OsStr) -> Result<Opened, Trouble> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
    let file = File::from(rustix::fs::openat(folder, name, flags, Mode::empty()).map_err(io::Error::from)?);
    let meta = Meta::of(&file)?;
    if meta.kind != Some(Kind::File) {
        let words = "something else than a file took its place".to_owned();
        return Err(Trouble { reason: Reason::Replaced, words });
    }
    if meta.is_cloud_only {
        return Err(cloud_only());
    }
    Ok(Opened { file, meta })
}

/// What is said of a file whose bytes lie with a provider.
pub(crate) fn cloud_only() -> Trouble {
    Trouble { reason: Reason::CloudOnly, words: "its bytes are not on this machine".to_owned() }
}

/// Whether a file kept still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stillness {
    /// Nobody wrote while it was read.
    Still,
    /// Somebody wrote each time.
    Moving,
}

/// How often a file that moves is read before it is taken as it is.
const TRIES: usize = 3;

/// Appends a whole small file to `out`, read again while it moves, and never more than `most` bytes of it.
/// Afterwards `opened.meta` is what the bytes belong to.
pub fn whole(opened: &mut Opened, most: u64, out: &mut Vec<u8>) -> Result<Stillness, Trouble> {
    let start = out.len();
    let mut before = opened.meta.clone();
    for _ in 0..TRIES {
        out.truncate(start);
        let size = before.size.min(most);
        out.resize(start + size as usize, 0);
        let got = fill(&opened.file, 0, &mut out[start..])?;
        let after = Meta::of(&opened.file)?;
        let is_still = got as u64 == size && size == before.size && after.is_unmoved_since(&before);
        // What grew meanwhile is read with its new length next time.
        opened.meta = std::mem::replace(&mut before, after);
        opened.meta.size = size;
        if is_still {
            return Ok(Stillness::Still);
        }
    }
    Ok(Stillness::Moving)
}

/// Fills a buffer from a place in a file; the rest stays zero if the file ends before. Says how much was there.
pub fn fill(file: &File, mut at: u64, mut buffer: &mut [u8]) -> io::Result<usize> {
    let mut got = 0;
    while !buffer.is_empty() {
        match file.read_at(buffer, at) {
            Ok(0) => break,
            Ok(count) => {
                got += count;
                at += count as u64;
                buffer = &mut buffer[count..];
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    buffer.fill(0);
    Ok(got)
}

/// Holes shorter than this are stored as zeros.
const WORTHWHILE: u64 = 64 << 10;
/// More pieces than this make the map longer than the holes are worth.
const MOST_PIECES: usize = 4_096;

/// Finds the holes of a file that takes less room than it is long; `None` where they are not worth a map.
pub fn holes(file: &File, meta: &Meta) -> Option<SparseMap> {
    if meta.allocated.saturating_add(WORTHWHILE) > meta.size {
        return None;
    }
    let mut pieces = Vec::new();
    let mut at = 0;
    while at < meta.size {
        let data = match rustix::fs::seek(file.as_fd(), SeekFrom::Data(at)) {
            Ok(data) => data.min(meta.size),
            Err(rustix::io::Errno::NXIO) => break,
            Err(_) => return None,
        };
        let end = rustix::fs::seek(file.as_fd(), SeekFrom::Hole(data)).ok()?.min(meta.size);
        if end > data {
            pieces.push((data, end - data));
        }
        if pieces.len() > MOST_PIECES {
            return None;
        }
        at = end.max(at + 1);
    }
    let map = SparseMap { pieces, size: meta.size };
    (map.data().saturating_add(WORTHWHILE) <= meta.size).then_some(map)
}
