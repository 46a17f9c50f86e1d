//! The bytes of an archive, wherever they come from: a file as it lies there, or what is encrypted in one. Which of both it is says the
//! file itself, not its name.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

use crate::encryption::{EXTENSION, HEADER_LOST, Keys, MAGIC, Sealed};
use crate::error::{BackupError, Result};

/// Bytes that can be read at any place.
#[derive(Debug)]
pub(crate) enum Medium {
    Plain(File, u64),
    Sealed(Sealed, u64),
}

impl Medium {
    /// Opens a file whose end must be there.
    pub fn open(path: &Path, keys: &Keys) -> Result<Self> {
        Self::of(path, |file| Sealed::open(file, path, keys))
    }

    /// Opens a damaged file; of an encrypted one, parts that do not open are zeros.
    pub fn salvage(path: &Path, keys: &Keys) -> Result<Self> {
        Self::of(path, |file| Sealed::salvage(file, path, keys))
    }

    fn of(path: &Path, sealed: impl FnOnce(File) -> Result<Sealed>) -> Result<Self> {
        let file = File::open(path).map_err(|error| BackupError::io("open", path, error))?;
        let stored = file.metadata().map_err(|error| BackupError::io("read", path, error))?.len();
        let mut magic = [0; MAGIC.len()];
        let is_sealed = file.read_exact_at(&mut magic, 0).is_ok() && magic == *MAGIC;
        if is_sealed {
            return Ok(Self::Sealed(sealed(file)?, stored));
        }
        if path.extension().is_some_and(|end| end == EXTENSION) {
            return Err(BackupError::damaged(path, HEADER_LOST));
        }
        Ok(Self::Plain(file, stored))
    }

    /// How many bytes can be read.
    pub fn length(&self) -> u64 {
        match self {
            Self::Plain(_, length) => *length,
            Self::Sealed(sealed, _) => sealed.length(),
        }
    }

    /// How long the file is.
    pub fn stored(&self) -> u64 {
        match self {
            Self::Plain(_, stored) | Self::Sealed(_, stored) => *stored,
        }
    }

    /// Where in the file that lies which can be read at a place; of what is encrypted, where the piece with it begins.
    pub fn place(&self, at: u64) -> u64 {
        match self {
            Self::Plain(..) => at,
            Self::Sealed(sealed, stored) => sealed.place(at, *stored),
        }
    }

    /// Whether the file is encrypted.
    pub fn is_sealed(&self) -> bool {
        match self {
            Self::Plain(..) => false,
            Self::Sealed(..) => true,
        }
    }

    /// Parts of an encrypted file that were met and did not open.
    pub fn damaged_pieces(&self) -> usize {
        match self {
            Self::Plain(..) => 0,
            Self::Sealed(sealed, _) => sealed.damaged_pieces(),
        }
    }

    /// Fills a buffer from a place.
    pub fn read_exact_at(&self, buffer: &mut [u8], at: u64) -> io::Result<()> {
        match self {
            Self::Plain(file, _) => file.read_exact_at(buffer, at),
            Self::Sealed(sealed, _) => sealed.read_exact_at(buffer, at),
        }
    }

    /// Fills as much of a buffer as there is, and says how much that is.
    pub fn fill(&self, at: u64, buffer: &mut [u8]) -> io::Result<usize> {
        let there = self.length().saturating_sub(at).min(buffer.len() as u64) as usize;
        let (read, rest) = buffer.split_at_mut(there);
        self.read_exact_at(read, at)?;
        rest.fill(0);
        Ok(there)
    }
}
