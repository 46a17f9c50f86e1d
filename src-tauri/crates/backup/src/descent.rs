//! Goes down from one open folder, part by part, and never through a symbolic link. Whatever others do to names meanwhile, what is
//! reached lies below the folder; and no path is too long, because only its parts are given to the system.

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

/// Flags to open a folder with.
pub const FOLDER: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// An open folder, and the folders on the way to the last place.
#[derive(Debug)]
pub struct Descent {
    root: OwnedFd,
    way: Vec<(Box<[u8]>, OwnedFd)>,
}

impl Descent {
    /// Opens the folder to start from; links on the way to it are followed, because a person named it.
    pub fn open(path: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Self { root: rustix::fs::open(path, flags, Mode::empty())?, way: Vec::new() })
    }

    /// Starts from an open folder.
    pub fn from_fd(root: OwnedFd) -> Self {
        Self { root, way: Vec::new() }
    }

    /// Another one from the same folder, for another thread.
    pub fn again(&self) -> io::Result<Self> {
        Ok(Self::from_fd(self.root.try_clone()?))
    }

    /// The folder itself.
    pub fn root(&self) -> BorrowedFd<'_> {
        self.root.as_fd()
    }

    /// Opens a folder below; the empty path is the root.
    pub fn folder(&mut self, path: &[u8]) -> io::Result<BorrowedFd<'_>> {
        let parts: Vec<&[u8]> = parts(path).collect();
        let same = self.way.iter().zip(&parts).take_while(|((name, _), part)| **name == ***part).count();
        self.way.truncate(same);
        for part in &parts[same..] {
            let parent = self.way.last().map_or(self.root.as_fd(), |(_, fd)| fd.as_fd());
            let fd = rustix::fs::openat(parent, OsStr::from_bytes(part), FOLDER, Mode::empty())?;
            self.way.push(((*part).into(), fd));
        }
        Ok(self.way.last().map_or(self.root.as_fd(), |(_, fd)| fd.as_fd()))
    }

    /// Opens the folder that holds a path, and names the last part.
    pub fn parent<'a>(&mut self, path: &'a [u8]) -> io::Result<(BorrowedFd<'_>, &'a OsStr)> {
        let (folder, name) = split(path);
        Ok((self.folder(folder)?, OsStr::from_bytes(name)))
    }

    /// Forgets the way, after something on it was replaced.
    pub fn forget(&mut self) {
        self.way.clear();
    }
}

/// The parts of a path in an archive.
pub fn parts(path: &[u8]) -> impl Iterator<Item = &[u8]> {
    path.split(|byte| *byte == b'/').filter(|part| !part.is_empty())
}

/// The folder of a path and its last part.
pub fn split(path: &[u8]) -> (&[u8], &[u8]) {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (&[], path),
    }
}

/// A path for people and for the system's calls, from bytes.
pub fn to_path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(bytes))
}

/// A name for people: bytes that are no text are replaced.
pub fn display(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
