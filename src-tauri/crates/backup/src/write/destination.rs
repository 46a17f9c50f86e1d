//! A folder for archives that knows itself: an identity, a lock that dies with its holder, and room kept back for bad days.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustix::fs::{AtFlags, FallocateFlags, FlockOperation, Mode, OFlags};

use super::disk::{Disk, Unwatched};
use crate::descent::FOLDER;
use crate::error::{BackupError, Result};
use crate::format::name::{ArchiveId, ArchiveName, is_set_name};
use crate::source::Meta;

/// The file that makes a folder a destination.
pub const MARK: &str = ".caretaker-destination";
const LOCK: &str = ".caretaker-lock";
const RESERVE: &str = ".caretaker-reserve";
/// Where archives grow before they have a name.
pub const INCOMING: &str = "incoming";

/// The identity of a destination.
pub type DestinationId = ArchiveId;

#[derive(serde::Serialize, serde::Deserialize)]
struct Marked {
    format: String,
    id: DestinationId,
}

/// A destination that is there.
#[derive(Debug)]
pub struct Destination {
    path: PathBuf,
    id: DestinationId,
    folder: OwnedFd,
    file_system: u64,
    inode: u64,
    disk: Arc<dyn Disk>,
}

impl Destination {
    /// The same, with somebody who hears of each act before it is done.
    #[must_use]
    pub fn watched(self, disk: Arc<dyn Disk>) -> Self {
        Self { disk, ..self }
    }

    pub(super) fn disk(&self) -> Arc<dyn Disk> {
        self.disk.clone()
    }

    /// Makes a folder a destination. One that is a destination already stays what it is.
    pub fn prepare(path: &Path) -> Result<Self> {
        let failed = |action| move |error: rustix::io::Errno| BackupError::io(action, path, error.into());
        let folder = rustix::fs::open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
            .map_err(failed("open"))?;
        let id = DestinationId::random().map_err(|error| BackupError::io("name", path, error))?;
        let marked = Marked { format: crate::format::header::FORMAT.to_owned(), id };
        let mut bytes = serde_json::to_vec(&marked).unwrap_or_default();
        bytes.push(b'\n');
        // A link fails if the name is taken: of two who prepare at once, one wins, and neither file is half written.
        let temporary = format!("{MARK}.{id}");
        create(&folder, &temporary, &bytes).map_err(|error| BackupError::io("write", &path.join(&temporary), error))?;
        let linked = rustix::fs::linkat(&folder, &*temporary, &folder, MARK, AtFlags::empty());
        let linked = match linked {
            // A file system without links (exFAT) gets the file by a rename.
            Err(rustix::io::Errno::PERM | rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS)
                if rustix::fs::statat(&folder, MARK, AtFlags::SYMLINK_NOFOLLOW).is_err() =>
            {
                rustix::fs::renameat(&folder, &*temporary, &folder, MARK)
            }
            other => other,
        };
        let _ = rustix::fs::unlinkat(&folder, &*temporary, AtFlags::empty());
        match linked {
            Ok(()) | Err(rustix::io::Errno::EXIST) => Self::open(path, None),
            Err(error) => Err(failed("mark")(error)),
        }
    }

    /// Opens a destination, which must be the expected one.
    pub fn open(path: &Path, expected: Option<DestinationId>) -> Result<Self> {
        let wrong = |what: String| BackupError::Destination { path: path.to_owned(), what };
        let folder = match rustix::fs::open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) {
            Ok(folder) => folder,
            Err(rustix::io::Errno::NOENT | rustix::io::Errno::NOTDIR) => {
                return Err(wrong("it is not there; waiting for the disk".to_owned()));
            }
            Err(error) => return Err(BackupError::io("open", path, error.into())),
        };
        let id = identity(&folder).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => wrong(format!("it has no `{MARK}`, so another disk may be in its place")),
            _ => BackupError::io("read", &path.join(MARK), error),
        })?;
        if let Some(expected) = expected.filter(|expected| *expected != id) {
            return Err(wrong(format!("it is destination {id}, not {expected}")));
        }
        let meta = Meta::of(&folder).map_err(|error| BackupError::io("look at", path, error))?;
        let (file_system, inode) = (meta.file_system, meta.inode);
        Ok(Self { path: path.to_owned(), id, folder, file_system, inode, disk: Arc::new(Unwatched) })
    }

    /// Its identity.
    pub fn id(&self) -> DestinationId {
        self.id
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The numbers of its folder, for what must not be backed up into itself.
    pub fn numbers(&self) -> (u64, u64) {
        (self.file_system, self.inode)
    }

    /// Whether the path still leads to the same folder on the same file system: a disk may be pulled out at any time.
    pub fn is_still_there(&self) -> Result<()> {
        let gone = |what: &str| BackupError::Destination { path: self.path.clone(), what: what.to_owned() };
        let now = rustix::fs::stat(&self.path).map_err(|_| gone("it went away"))?;
        let held = rustix::fs::fstat(&self.folder).map_err(|_| gone("it went away"))?;
        if (now.st_dev, now.st_ino) != (held.st_dev, held.st_ino) {
            return Err(gone("another folder is in its place"));
        }
        match identity(&self.folder) {
            Ok(id) if id == self.id => Ok(()),
            _ => Err(gone("it is no longer the same destination")),
        }
    }

    /// Bytes that can still be written.
    pub fn free(&self) -> Result<u64> {
        let stat =
            rustix::fs::fstatvfs(&self.folder).map_err(|error| BackupError::io("look at", &self.path, error.into()))?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }

    /// Takes the lock, or names who has it. The kernel frees it when its holder ends, however that ends.
    pub fn lock(&self, owner: &str) -> Result<DestinationLock> {
        let path = self.path.join(LOCK);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let fd = rustix::fs::openat(&self.folder, LOCK, flags, Mode::from_raw_mode(0o600))
            .map_err(|error| BackupError::io("open", &path, error.into()))?;
        let mut file = File::from(fd);
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::AGAIN) => {
                let mut words = String::new();
                let _ = file.take(200).read_to_string(&mut words);
                let owner =
                    if words.trim().is_empty() { "another program".to_owned() } else { words.trim().to_owned() };
                return Err(BackupError::Busy { path: self.path.clone(), owner });
            }
            Err(error) => return Err(BackupError::io("lock", &path, error.into())),
        }
        // The words are for people only; the lock is the kernel's.
        let _ = file
            .set_len(0)
            .and_then(|()| file.write_all(format!("{owner}, process {}\n", std::process::id()).as_bytes()));
        Ok(DestinationLock { _file: file })
    }

    /// Removes archives that were never finished; only the holder of the lock may, because nobody else writes then.
    pub fn clear_leftovers(&self, _lock: &DestinationLock) -> Result<usize> {
        let path = self.path.join(INCOMING);
        let folder = match rustix::fs::openat(&self.folder, INCOMING, FOLDER, Mode::empty()) {
            Ok(folder) => folder,
            Err(rustix::io::Errno::NOENT) => return Ok(0),
            Err(error) => return Err(BackupError::io("open", &path, error.into())),
        };
        let failed = |error: rustix::io::Errno| BackupError::io("clear", &path, error.into());
        let mut removed = 0;
        for entry in rustix::fs::Dir::read_from(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if entry.file_name().to_bytes().ends_with(b".partial") {
                rustix::fs::unlinkat(&folder, entry.file_name(), AtFlags::empty()).map_err(failed)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    /// Keeps room back, so that what must be written on a full disk can be. Less is no fault: the disk is full already.
    pub fn keep_reserve(&self, bytes: u64) -> Result<()> {
        let path = self.path.join(RESERVE);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let fd = rustix::fs::openat(&self.folder, RESERVE, flags, Mode::from_raw_mode(0o600))
            .map_err(|error| BackupError::io("open", &path, error.into()))?;
        match rustix::fs::fallocate(&fd, FallocateFlags::empty(), 0, bytes) {
            Ok(()) | Err(rustix::io::Errno::OPNOTSUPP) => Ok(()),
            Err(error) => {
                let _ = rustix::fs::unlinkat(&self.folder, RESERVE, AtFlags::empty());
                Err(BackupError::io("keep room in", &path, error.into()))
            }
        }
    }

    /// Gives the room back.
    pub fn release_reserve(&self) {
        let _ = rustix::fs::unlinkat(&self.folder, RESERVE, AtFlags::empty());
    }

    /// Replaces a small file of the destination, completely or not at all.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8], _lock: &DestinationLock) -> io::Result<()> {
        let temporary = format!(".{name}.partial");
        let _ = rustix::fs::unlinkat(&self.folder, &*temporary, AtFlags::empty());
        create(&self.folder, &temporary, bytes)?;
        rustix::fs::renameat(&self.folder, &*temporary, &self.folder, name)?;
        Ok(())
    }

    /// A folder of the destination, made when it is missing.
    pub(super) fn subfolder(&self, name: &str) -> Result<OwnedFd> {
        let path = self.path.join(name);
        match rustix::fs::mkdirat(&self.folder, name, Mode::from_raw_mode(0o700)) {
            Ok(()) | Err(rustix::io::Errno::EXIST) => {}
            Err(error) => return Err(BackupError::io("make", &path, error.into())),
        }
        rustix::fs::openat(&self.folder, name, FOLDER, Mode::empty())
            .map_err(|error| BackupError::io("open", &path, error.into()))
    }

    /// The archives of a set by their names, in the order of their names. What else lies there is left alone.
    pub fn archives(&self, set: &str) -> Result<Vec<(ArchiveName, PathBuf)>> {
        if !is_set_name(set) {
            return Err(BackupError::refused(format!("use the set `{set}`: letters, digits, `-` and `_` make a name")));
        }
        list(&self.path.join(set))
    }
}

/// The archives in a folder, in the order of their sequence.
pub fn list(folder: &Path) -> Result<Vec<(ArchiveName, PathBuf)>> {
    let failed = |error: io::Error| BackupError::io("list", folder, error);
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(failed)?;
        if let Some(name) = entry.file_name().to_str().and_then(ArchiveName::parse) {
            found.push((name, entry.path()));
        }
    }
    found.sort_by_cached_key(|(name, _)| (name.sequence, name.to_string()));
    Ok(found)
}

/// A lock that is held as long as this lives.
#[derive(Debug)]
pub struct DestinationLock {
    _file: File,
}

fn identity(folder: impl AsFd) -> io::Result<DestinationId> {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut text = String::new();
    File::from(rustix::fs::openat(folder, MARK, flags, Mode::empty())?).take(4_096).read_to_string(&mut text)?;
    let marked: Marked = serde_json::from_str(&text).map_err(io::Error::other)?;
    Ok(marked.id)
}

/// Writes a small file completely, under a name that must not exist.
pub(super) fn create(folder: impl AsFd, name: &str, bytes: &[u8]) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let mut file = File::from(rustix::fs::openat(folder.as_fd(), OsStr::new(name), flags, Mode::from_raw_mode(0o600))?);
    let written = file.write_all(bytes).and_then(|()| sync(&file).map(|_| ()));
    if written.is_err() {
        let _ = rustix::fs::unlinkat(folder, name, AtFlags::empty());
    }
    written
}

/// Whether the system confirmed that bytes are on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// They are.
    Confirmed,
    /// The file system cannot say; network shares do not.
    Unconfirmed,
}

/// Brings a file or folder to the disk; a file system that cannot is no failure.
pub(super) fn sync(file: &File) -> io::Result<Durability> {
    durability(file.sync_all())
}

/// What an answer to a sync means.
pub(super) fn durability(answer: io::Result<()>) -> io::Result<Durability> {
    match answer {
        Ok(()) => Ok(Durability::Confirmed),
        Err(error) => match error.raw_os_error().map(rustix::io::Errno::from_raw_os_error) {
            Some(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::INVAL | rustix::io::Errno::NOTTY) => {
                Ok(Durability::Unconfirmed)
            }
            _ => Err(error),
        },
    }
}
