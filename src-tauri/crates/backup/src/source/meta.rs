//! What the system knows of a file without opening it.

use std::ffi::OsStr;
use std::io;
use std::os::fd::AsFd;

use rustix::fs::AtFlags;

use super::system;
use crate::format::manifest::Kind;
use crate::format::time::Time;

/// A record of the file system. Its kind is `None` for a socket and whatever else has no content that could be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// What it is.
    pub kind: Option<Kind>,
    /// Permission bits.
    pub mode: u32,
    /// The owner.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// Bytes of the file.
    pub size: u64,
    /// Bytes that it takes on the disk.
    pub allocated: u64,
    /// When the content changed last.
    pub modified: Time,
    /// When anything changed last.
    pub changed: Time,
    /// When it came into being, where the system knows.
    pub created: Option<Time>,
    /// Its number.
    pub inode: u64,
    /// The file system that the number belongs to.
    pub file_system: u64,
    /// Major and minor number of a device.
    pub device: (u32, u32),
    /// How many names it has.
    pub names: u32,
    /// Whether opening it would fetch it from a provider.
    pub is_cloud_only: bool,
    /// Flags of the file system as text.
    pub flags: String,
}

impl Meta {
    /// Looks at a name in a folder; a link is looked at, not followed.
    pub fn at(folder: impl AsFd, name: &OsStr) -> io::Result<Self> {
        Ok(system::meta(&rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)?))
    }

    /// Looks at an open file.
    pub fn of(file: impl AsFd) -> io::Result<Self> {
        Ok(system::meta(&rustix::fs::fstat(file)?))
    }

    /// Whether two looks at a file say that nobody wrote between them.
    pub fn is_unmoved_since(&self, before: &Self) -> bool {
        let Self { size, modified, changed, inode, file_system, .. } = self;
        (size, modified, changed, inode, file_system)
            == (&before.size, &before.modified, &before.changed, &before.inode, &before.file_system)
    }
}

/// What the bits of a mode say; the same on all systems.
pub(super) fn kind_of(mode: u32) -> Option<Kind> {
    match mode & 0o17_0000 {
        0o10_0000 => Some(Kind::File),
        0o04_0000 => Some(Kind::Folder),
        0o12_0000 => Some(Kind::Symlink),
        0o01_0000 => Some(Kind::Fifo),
        0o02_0000 => Some(Kind::CharacterDevice),
        0o06_0000 => Some(Kind::BlockDevice),
        _ => None,
    }
}
