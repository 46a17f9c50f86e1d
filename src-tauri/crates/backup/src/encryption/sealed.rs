//! A file of age, read at any place by several threads at once. age encrypts pieces of 64 KiB, each with an authentication of its own,
//! so that a place costs one or two pieces. Every thread has a reader of its own; readers that are not needed wait for the next.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use age::DecryptError;
use age::stream::StreamReader;

use super::{HEADER_LOST, Keys};
use crate::error::{BackupError, Result};

/// Bytes in a piece, and how many more its authentication takes.
const PIECE: u64 = 64 << 10;
const TAG: u64 = 16;

/// A place in a file that several readers share.
struct Cursor {
    file: Arc<File>,
    at: u64,
}

impl Read for Cursor {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let got = self.file.read_at(buffer, self.at)?;
        self.at += got as u64;
        Ok(got)
    }
}

impl Seek for Cursor {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (base, offset) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(offset) => (self.at, offset),
            SeekFrom::End(offset) => (self.file.metadata()?.len(), offset),
        };
        let outside = || io::Error::new(io::ErrorKind::InvalidInput, "a place before the start");
        self.at = base.checked_add_signed(offset).ok_or_else(outside)?;
        Ok(self.at)
    }
}

type Reader = StreamReader<BufReader<Cursor>>;

/// What is done about pieces that do not open.
enum Damage {
    /// They are errors.
    Refuse,
    /// They are zeros, and remembered; nothing vouches for what is left but the checksums within.
    Pass(Mutex<BTreeSet<u64>>),
}

/// An encrypted file that can be opened.
pub(crate) struct Sealed {
    file: Arc<File>,
    keys: Keys,
    length: u64,
    damage: Damage,
    /// A lock that is held for a push or a pop only.
    idle: Mutex<Vec<Reader>>,
}

impl std::fmt::Debug for Sealed {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Sealed").field("length", &self.length).finish_non_exhaustive()
    }
}

impl Sealed {
    /// Opens a file whose end is there: the last piece is marked as such, so that one that was cut off is noticed here.
    pub fn open(file: File, path: &Path, keys: &Keys) -> Result<Self> {
        let file = Arc::new(file);
        let mut reader = reader(&file, keys).map_err(|error| refusal(error, path, keys))?;
        let length = reader.seek(SeekFrom::End(0)).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => BackupError::damaged(
                path,
                "the end of its encryption is missing: it is cut off, or its last part is damaged",
            ),
            _ => BackupError::io("read", path, error),
        })?;
        let idle = Mutex::new(vec![reader]);
        Ok(Self { file, keys: keys.clone(), length, damage: Damage::Refuse, idle })
    }

    /// Opens a damaged file as far as its header allows. Without the header nothing in it can be read by anybody.
    pub fn salvage(file: File, path: &Path, keys: &Keys) -> Result<Self> {
        let failed = |error| BackupError::io("read", path, error);
        let file = Arc::new(file);
        let mut cursor = BufReader::new(Cursor { file: file.clone(), at: 0 });
        let opened = age::Decryptor::new_buffered(&mut cursor).and_then(|opened| opened.decrypt(keys.identities()));
        drop(opened.map_err(|error| refusal(error, path, keys))?);
        let start = cursor.stream_position().map_err(failed)?;
        let rest = file.metadata().map_err(failed)?.len().saturating_sub(start);
        let (whole, last) = (rest / (PIECE + TAG), rest % (PIECE + TAG));
        let length = whole * PIECE + last.saturating_sub(TAG);
        let damage = Damage::Pass(Mutex::default());
        Ok(Self { file, keys: keys.clone(), length, damage, idle: Mutex::default() })
    }

    /// How many bytes are in it.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Where in a file of so many bytes the piece begins that holds a place.
    pub fn place(&self, at: u64, stored: u64) -> u64 {
        // An empty content is one piece too.
        let pieces = self.length.div_ceil(PIECE).max(1);
        let front = stored.saturating_sub(self.length + pieces * TAG);
        front + at / PIECE * (PIECE + TAG)
    }

    /// How many pieces did not open so far; always none where that is an error.
    pub fn damaged_pieces(&self) -> usize {
        match &self.damage {
            Damage::Refuse => 0,
            Damage::Pass(known) => known.lock().unwrap_or_else(PoisonError::into_inner).len(),
        }
    }

    /// Fills a buffer from a place.
    pub fn read_exact_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        let is_inside = at.checked_add(buffer.len() as u64).is_some_and(|end| end <= self.length);
        if !is_inside {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it is cut off"));
        }
        match &self.damage {
            Damage::Refuse => self.with_reader(|reader| {
                reader.seek(SeekFrom::Start(at))?;
                reader.read_exact(buffer)
            }),
            Damage::Pass(known) => self.pass(buffer, at, known),
        }
    }

    fn pass(&self, mut buffer: &mut [u8], mut at: u64, known: &Mutex<BTreeSet<u64>>) -> io::Result<()> {
        while !buffer.is_empty() {
            let piece = at / PIECE;
            let here = ((piece + 1) * PIECE - at).min(buffer.len() as u64) as usize;
            let (now, later) = buffer.split_at_mut(here);
            let is_known = known.lock().unwrap_or_else(PoisonError::into_inner).contains(&piece);
            let read = if is_known { Err(io::ErrorKind::InvalidData.into()) } else { self.piece(now, at, piece) };
            match read {
                Ok(()) => {}
                Err(error) if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof) => {
                    now.fill(0);
                    known.lock().unwrap_or_else(PoisonError::into_inner).insert(piece);
                }
                Err(error) => return Err(error),
            }
            at += here as u64;
            buffer = later;
        }
        Ok(())
    }

    /// Reads within one piece, whatever became of the end of the file: a reader that goes to the beginning of a piece asks for the end,
    /// and one that goes into it does not.
    fn piece(&self, buffer: &mut [u8], at: u64, piece: u64) -> io::Result<()> {
        self.with_reader(|reader| {
            reader.seek(SeekFrom::Start(piece * PIECE + 1))?;
            reader.seek(SeekFrom::Start(at))?;
            reader.read_exact(buffer)
        })
    }

    /// Lends a reader. One that failed is not used again, because it keeps what it failed on.
    fn with_reader(&self, read: impl FnOnce(&mut Reader) -> io::Result<()>) -> io::Result<()> {
        let waiting = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut reader = match waiting {
            Some(reader) => reader,
            None => reader(&self.file, &self.keys).map_err(io::Error::other)?,
        };
        read(&mut reader).map_err(|error| match error.kind() {
            io::ErrorKind::InvalidData => io::Error::new(error.kind(), "its encryption says that bytes were changed"),
            _ => error,
        })?;
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
        Ok(())
    }
}

fn reader(file: &Arc<File>, keys: &Keys) -> std::result::Result<Reader, DecryptError> {
    let cursor = BufReader::new(Cursor { file: file.clone(), at: 0 });
    age::Decryptor::new_buffered(cursor)?.decrypt(keys.identities())
}

/// Why a file does not open, for people.
fn refusal(error: DecryptError, path: &Path, keys: &Keys) -> BackupError {
    match error {
        DecryptError::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            BackupError::damaged(path, "it is cut off within the header of its encryption: nothing in it can be read")
        }
        DecryptError::Io(error) => BackupError::io("read", path, error),
        DecryptError::NoMatchingKeys | DecryptError::ExcessiveWork { .. } | DecryptError::KeyDecryptionFailed => {
            let why = if keys.is_empty() {
                "it is encrypted, and its key is not here"
            } else {
                "it is encrypted, and no key that is here opens it"
            };
            BackupError::Locked { path: path.to_owned(), why }
        }
        DecryptError::DecryptionFailed
        | DecryptError::InvalidHeader
        | DecryptError::InvalidMac
        | DecryptError::UnknownFormat => BackupError::damaged(path, HEADER_LOST),
    }
}
