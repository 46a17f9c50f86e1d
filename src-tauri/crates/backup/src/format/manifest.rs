//! The manifest: the whole tree at one moment, in columns, with the archive that holds each file. About ten bytes for a file
//! that did not change. [`encode()`] and [`decode()`] are each other's inverse; nothing is interpreted here.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

use super::name::ArchiveId;
use super::time::Time;

pub use decode::decode;
pub(crate) use decode::{is_plain, visit};
pub use encode::encode;

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A file, also one with several names.
    File,
    /// A folder.
    Folder,
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A device that is read by characters.
    CharacterDevice,
    /// A device that is read by blocks.
    BlockDevice,
}

/// What is worth knowing of an entry, one bit each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Flags(pub u16);

impl Flags {
    /// It changed while it was read; what is stored is one of its states, or a mixture.
    pub const CHANGED: Self = Self(1);
    /// Its bytes lie with a provider and were not fetched; what is stored is an older copy, or nothing.
    pub const CLOUD_ONLY: Self = Self(1 << 1);
    /// It could not be read; what is stored is an older copy, or nothing.
    pub const UNREADABLE: Self = Self(1 << 2);
    /// A consistent copy of a database took its place.
    pub const SNAPSHOT: Self = Self(1 << 3);
    /// A database was copied byte by byte while somebody may have written; not guaranteed.
    pub const RAW_DATABASE: Self = Self(1 << 4);
    /// It is stored without its holes; the hash is that of the map and the data.
    pub const SPARSE: Self = Self(1 << 5);
    /// It is stored as changed pages of an older copy.
    pub const PAGES: Self = Self(1 << 6);
    /// Only what is known about it changed, not what it holds.
    pub const METADATA_ONLY: Self = Self(1 << 7);

    /// Whether all of these are set.
    pub fn has(self, flags: Self) -> bool {
        self.0 & flags.0 == flags.0
    }

    /// These as well.
    pub fn with(self, flags: Self) -> Self {
        Self(self.0 | flags.0)
    }

    /// Without these.
    pub fn without(self, flags: Self) -> Self {
        Self(self.0 & !flags.0)
    }
}

/// Where in an archive a member begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The number of the frame.
    pub frame: u32,
    /// Bytes before it in that frame.
    pub offset: u32,
}

/// One thing of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name in the archive.
    pub path: Box<[u8]>,
    /// What it is.
    pub kind: Kind,
    /// Permission bits.
    pub mode: u32,
    /// The owner.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// Bytes of the file.
    pub size: u64,
    /// When the content changed last.
    pub modified: Time,
    /// When anything changed last, as the kernel says.
    pub changed: Time,
    /// The number of the file on its file system.
    pub inode: u64,
    /// Major and minor number of a device.
    pub device: (u32, u32),
    /// Where a symbolic link points.
    pub target: Box<[u8]>,
    /// The place in this manifest of the first name of the same file.
    pub link: Option<u32>,
    /// What is worth knowing.
    pub flags: Flags,
    /// A hash of the extended attributes; 0 without any.
    pub attributes: u64,
    /// The sequence of the archive that holds it; 0 when none does.
    pub holder: u32,
    /// Where this archive holds it.
    pub place: Option<Place>,
    /// SHA-256 of the content, for files that this archive holds.
    pub digest: Option<[u8; 32]>,
    /// The sequence of the archive with the copy that changed pages belong to.
    pub base: Option<u32>,
}

/// An archive that holds files of this tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// Its place in the order.
    pub sequence: u32,
    /// Its identity.
    pub id: ArchiveId,
}

/// A frame of this archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Bytes in the archive.
    pub length: u32,
    /// Bytes of tar.
    pub content: u32,
}

/// Why something is not in the archive as it was on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It went away between being seen and being read.
    Vanished,
    /// The rights are missing.
    Denied,
    /// It changed while it was read.
    Changed,
    /// The disk did not give its bytes.
    ReadError,
    /// It became something else between being seen and being opened.
    Replaced,
    /// A socket; nothing to store.
    Socket,
    /// Its bytes lie with a provider.
    CloudOnly,
    /// The replacement for it could not be made.
    NotReplaced,
    /// A database without a guarantee.
    RawDatabase,
}

/// One exception of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The name in the archive.
    pub path: Box<[u8]>,
    /// Why.
    pub reason: Reason,
    /// What the system said.
    pub words: String,
}

/// The whole tree at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    /// The sequence of this archive.
    pub sequence: u32,
    /// When the run began, as precisely as file systems count.
    pub started: Time,
    /// A hash over all paths and what they hold; see [`root`].
    pub root: [u8; 32],
    /// The frames before the one with this manifest, from the front.
    pub frames: Vec<Frame>,
    /// Archives that hold something, this one included.
    pub holders: Vec<Holder>,
    /// The tree, in the order of [`order`].
    pub entries: Vec<Entry>,
    /// What did not go as planned.
    pub exceptions: Vec<Exception>,
}

impl Manifest {
    /// Finds an entry by its name.
    pub fn find(&self, path: &[u8]) -> Option<&Entry> {
        let place = self.entries.binary_search_by(|entry| order(&entry.path, path)).ok()?;
        self.entries.get(place)
    }
}

/// The order of entries: a folder before what it holds, and that before everything beside it.
pub fn order(one: &[u8], other: &[u8]) -> std::cmp::Ordering {
    let shared = one.iter().zip(other).position(|(left, right)| left != right);
    let Some(at) = shared else { return one.len().cmp(&other.len()) };
    // A slash ends a name, and a name that ends comes before one that goes on.
    let rank = |byte: u8| if byte == b'/' { 0 } else { u16::from(byte) + 1 };
    rank(one[at]).cmp(&rank(other[at]))
}

/// SHA-256 over path, a zero byte and digest of every file, in order: equal trees have equal roots.
pub fn root<'a>(files: impl Iterator<Item = (&'a [u8], &'a [u8; 32])>) -> [u8; 32] {
    use sha2::Digest as _;
    let mut hasher = sha2::Sha256::new();
    for (path, digest) in files {
        hasher.update(path);
        hasher.update([0]);
        hasher.update(digest);
    }
    hasher.finalize().into()
}
