//! What a run asks of the disk, told one act at a time before it is done. Nothing listens in the product; tests remember the acts to
//! replay a power cut after each of them, or refuse one.

use std::fmt::Debug;
use std::io;
use std::path::Path;

/// One act. Paths are as the destination was named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act<'a> {
    /// A file begins, empty, under a name that nothing had.
    Create(&'a Path),
    /// Bytes come to the end of a file.
    Write(&'a Path, &'a [u8]),
    /// The bytes of a file are to be on the disk.
    Sync(&'a Path),
    /// A file gets its final name.
    Rename(&'a Path, &'a Path),
    /// The names in a folder are to be on the disk.
    SyncFolder(&'a Path),
}

/// Hears of each act before it is done; what it answers is taken for the answer of the disk.
pub trait Disk: Debug + Send + Sync {
    /// An error is what the system would have said; the act is not done then.
    fn before(&self, act: Act<'_>) -> io::Result<()>;
}

/// Lets everything happen.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Unwatched;

impl Disk for Unwatched {
    fn before(&self, _act: Act<'_>) -> io::Result<()> {
        Ok(())
    }
}
