//! The hashes of the pages of each whole copy, kept between runs, so that an increment can hold changed pages only. What is lost
//! here, or belongs to another archive, costs one whole copy.

use std::path::{Path, PathBuf};

use caretaker_backup::format::hex;
use caretaker_backup::pages::PageHashes;
use caretaker_core::problem::Problem;
use caretaker_platform::files;
use sha2::Digest as _;

/// Increments that may belong to one whole copy.
const MOST_SETS: u32 = 14;
/// Archive, sequence, and how many sets belong to it.
const HEAD: usize = 16 + 4 + 4;

/// The whole copy that changed pages belong to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// The identity of the archive that holds it.
    pub archive: [u8; 16],
    /// Its sequence.
    pub sequence: u32,
    /// Page sets that were made against it.
    pub sets: u32,
    /// Hashes of its pages.
    pub hashes: PageHashes,
}

impl Base {
    /// Whether one more set may belong to it.
    pub fn has_room(&self) -> bool {
        self.sets < MOST_SETS
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.archive.to_vec();
        bytes.extend_from_slice(&self.sequence.to_le_bytes());
        bytes.extend_from_slice(&self.sets.to_le_bytes());
        bytes.extend_from_slice(&self.hashes.bytes());
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (head, hashes) = bytes.split_at_checked(HEAD)?;
        let number = |from: usize| head.get(from..from + 4)?.try_into().ok().map(u32::from_le_bytes);
        Some(Self {
            archive: head.get(..16)?.try_into().ok()?,
            sequence: number(16)?,
            sets: number(20)?,
            hashes: PageHashes::read(hashes).ok()?,
        })
    }
}

/// The folder of one job's bases.
#[derive(Debug)]
pub(super) struct Bases(PathBuf);

impl Bases {
    /// The folder need not be there yet.
    pub fn new(folder: &Path) -> Self {
        Self(folder.to_owned())
    }

    fn place(&self, database: &[u8]) -> PathBuf {
        let digest: [u8; 32] = sha2::Sha256::digest(database).into();
        self.0.join(hex(&digest))
    }

    /// The base of a database, by its path in archives.
    pub fn find(&self, database: &[u8]) -> Option<Base> {
        Base::read(&std::fs::read(self.place(database)).ok()?)
    }

    /// Keeps one.
    pub fn keep(&self, database: &[u8], base: &Base) -> Result<(), Problem> {
        use std::os::unix::fs::DirBuilderExt as _;
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&self.0)
            .map_err(|error| crate::trouble::io("make", &self.0, &error))?;
        Ok(files::write_atomic(&self.place(database), &base.bytes(), 0o600)?)
    }

    /// Forgets all others: after a full archive nothing else can be a base.
    pub fn forget_others<'a>(&self, kept: impl Iterator<Item = &'a [u8]>) {
        let kept: Vec<PathBuf> = kept.map(|database| self.place(database)).collect();
        let entries = std::fs::read_dir(&self.0).into_iter().flatten().filter_map(Result::ok);
        for path in entries.map(|entry| entry.path()).filter(|path| !kept.contains(path)) {
            // A leftover takes room and does no harm.
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_comes_back_as_it_was_kept_and_a_damaged_one_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let bases = Bases::new(&folder.path().join("board"));
        assert_eq!(bases.find(b"srv/board.sqlite"), None);
        let hashes = PageHashes::of(&[7; 10_000][..], 4_096).unwrap();
        let base = Base { archive: [3; 16], sequence: 9, sets: MOST_SETS - 1, hashes };
        bases.keep(b"srv/board.sqlite", &base).unwrap();
        bases.keep(b"srv/other", &base).unwrap();
        assert!(base.has_room());
        assert_eq!(bases.find(b"srv/board.sqlite").unwrap(), base);
        bases.forget_others([&b"srv/board.sqlite"[..]].into_iter());
        assert_eq!(bases.find(b"srv/other"), None);
        crate::testing::flip(&bases.place(b"srv/board.sqlite"), 40);
        assert_eq!(bases.find(b"srv/board.sqlite"), None);
    }
}
