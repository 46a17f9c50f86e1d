//! Files that are complete or absent: written beside their place, synced, moved there and read back. Also what tells that
//! a file changed, and how much room a disk has. Everything here blocks; asynchronous callers use a blocking thread.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use caretaker_core::problem::{Code, Problem};

/// Which step of a write failed. Whatever it was, the old file is still there, unless the step is `read back`.
#[derive(Debug, thiserror::Error)]
#[error("{step} `{}`: {source}", path.display())]
pub struct WriteError {
    /// `write`, `sync`, `rename` or `read back`.
    pub step: &'static str,
    /// The file that was to be written.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl From<WriteError> for Problem {
    fn from(error: WriteError) -> Self {
        if is_full(&error.source) {
            return Self::new(Code::DiskFull, error.to_string()).hint("Free space on that disk.");
        }
        let hint = match error.source.kind() {
            io::ErrorKind::NotFound => "Make the folder, or name one that is there.".to_owned(),
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                "Name a folder that you may write in.".to_owned()
            }
            _ => format!("Check the disk and the permissions of {}.", error.path.display()),
        };
        Self::new(Code::Internal, error.to_string()).hint(hint)
    }
}

/// Gives `path` these bytes and this mode, completely or not at all, also across a power cut. A symbolic link stays one;
/// the file it leads to is replaced.
pub fn write_atomic(path: &Path, bytes: &[u8], mode: u32) -> Result<(), WriteError> {
    let target = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let fail = |step| move |source| WriteError { step, path: path.to_path_buf(), source };
    let (folder, temporary) = beside(&target).map_err(fail("write"))?;
    let written = write_synced(&temporary, bytes, mode)
        .map_err(fail("write"))
        .and_then(|()| fs::rename(&temporary, &target).map_err(fail("rename")));
    if written.is_err() {
        // The first error is what the caller needs to know; a leftover is found by its name.
        let _ = fs::remove_file(&temporary);
        return written;
    }
    sync_folder(&folder).map_err(fail("sync"))?;
    let read = fs::read(&target).map_err(fail("read back"))?;
    if read != bytes {
        return Err(fail("read back")(io::Error::new(io::ErrorKind::InvalidData, "the disk returned other bytes")));
    }
    Ok(())
}

/// Creates an empty file that only its owner may read and write, unless there is one already.
pub fn create_private(path: &Path) -> io::Result<()> {
    let created = File::options().write(true).create_new(true).mode(0o600).open(path);
    match created {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        other => other.map(drop),
    }
}

/// Makes names in this folder survive a power cut.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    match File::open(folder)?.sync_all() {
        // Some network and container file systems cannot sync a folder; there is nothing more to be done.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result,
    }
}

/// What changes when a file's contents change. Equal stamps mean "not touched"; the change time catches editors that keep
/// the modification time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileStamp {
    /// The file system.
    pub device: u64,
    /// The file on it; a replaced file has another one.
    pub inode: u64,
    /// Bytes.
    pub size: u64,
    /// Last change of contents, nanoseconds since the epoch.
    pub modified_ns: i128,
    /// Last change of contents, name or mode, nanoseconds since the epoch.
    pub changed_ns: i128,
}

impl FileStamp {
    /// The stamp of the file that `path` leads to; none when there is no file.
    pub fn of(path: &Path) -> io::Result<Option<Self>> {
        let metadata = match fs::metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(None);
            }
            Err(error) => return Err(error),
        };
        let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
        Ok(Some(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified_ns: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
            changed_ns: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        }))
    }
}

/// What reading a file of which nothing is known brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Plain {
    /// Its bytes, one more than the bound at most.
    Bytes(Vec<u8>),
    /// It is a link, a folder, a pipe or a device.
    NoFile,
}

/// Reads a plain file up to one byte beyond `bound`. Follows no link, waits for no pipe, and never reads a device.
pub fn read_plain(path: &Path, bound: usize) -> io::Result<Plain> {
    use rustix::fs::{Mode, OFlags};
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        Ok(descriptor) => File::from(descriptor),
        Err(rustix::io::Errno::LOOP) => return Ok(Plain::NoFile),
        Err(error) => return Err(error.into()),
    };
    if !file.metadata()?.is_file() {
        return Ok(Plain::NoFile);
    }
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(file, bound as u64 + 1), &mut bytes)?;
    Ok(Plain::Bytes(bytes))
}

/// Bytes that this user may still write to the disk of `path`.
pub fn free_bytes(path: &Path) -> io::Result<u64> {
    let status = rustix::fs::statvfs(path)?;
    Ok(status.f_bavail.saturating_mul(status.f_frsize))
}

/// Room on a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes that this user may still write.
    pub free: u64,
    /// Bytes in all.
    pub total: u64,
}

/// Room on the disk of `path`.
pub fn space(path: &Path) -> io::Result<Space> {
    let status = rustix::fs::statvfs(path)?;
    let bytes = |blocks: u64| blocks.saturating_mul(status.f_frsize);
    Ok(Space { free: bytes(status.f_bavail), total: bytes(status.f_blocks) })
}

/// Gives an empty file of ours the present time as its time of change, and makes it if it is missing. One system call when it is
/// there; nothing is synced, because after a power cut an older time is the truth.
pub fn touch_private(path: &Path) -> io::Result<()> {
    use rustix::fs::{Timespec, Timestamps, UTIME_NOW};
    let now = Timespec { tv_sec: 0, tv_nsec: UTIME_NOW };
    let times = Timestamps { last_access: now, last_modification: now };
    let touch = || rustix::fs::utimensat(rustix::fs::CWD, path, &times, rustix::fs::AtFlags::SYMLINK_NOFOLLOW);
    match touch() {
        Err(rustix::io::Errno::NOENT) => create_private(path),
        other => Ok(other?),
    }
}

/// Whether an error means that a disk or a quota is full.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn beside(target: &Path) -> io::Result<(PathBuf, PathBuf)> {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let name = target.file_name().ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "it has no file name"))?;
    let folder = match target.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        Some(_) | None => PathBuf::from("."),
    };
    let mut temporary = std::ffi::OsString::from(".");
    temporary.push(name);
    temporary.push(format!(".{}-{}.new", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed)));
    let temporary = folder.join(temporary);
    Ok((folder, temporary))
}

fn write_synced(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    // A leftover of a killed process with the same id must not stop this write.
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut file = File::options().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.set_permissions(fs::Permissions::from_mode(mode))?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<_> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole_with_its_mode_and_nothing_is_left_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("caretaker.toml");
        write_atomic(&path, b"first, and longer", 0o644).unwrap();
        write_atomic(&path, b"second", 0o600).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(names(folder.path()), ["caretaker.toml"]);
    }

    #[test]
    fn a_link_into_another_folder_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (link, real) = (folder.path().join("link"), folder.path().join("real"));
        File::create(&real).unwrap();
        std::os::unix::fs::symlink(&real, &link).unwrap();
        write_atomic(&link, b"through", 0o600).unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::read(&real).unwrap(), b"through");
    }

    #[test]
    fn a_failed_write_keeps_the_old_file_and_names_the_step() {
        let folder = tempfile::tempdir().unwrap();
        let occupied = folder.path().join("occupied");
        fs::create_dir(&occupied).unwrap();
        File::create(occupied.join("kept")).unwrap();
        let error = write_atomic(&occupied, b"bytes", 0o600).unwrap_err();
        assert_eq!(error.step, "rename");
        assert_eq!(names(folder.path()), ["occupied"]);
        assert_eq!(names(&occupied), ["kept"]);
    }

    #[test]
    fn a_stamp_tells_a_replaced_file_of_the_same_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        assert_eq!(FileStamp::of(&path).unwrap(), None);
        write_atomic(&path, b"one", 0o600).unwrap();
        let first = FileStamp::of(&path).unwrap().unwrap();
        assert_eq!(FileStamp::of(&path).unwrap(), Some(first));
        write_atomic(&path, b"two", 0o600).unwrap();
        assert_ne!(FileStamp::of(&path).unwrap(), Some(first));
    }

    #[test]
    fn a_touched_file_is_made_once_and_changes_its_time() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("heartbeat");
        touch_private(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
        File::options().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
        touch_private(&path).unwrap();
        assert!(fs::metadata(&path).unwrap().modified().unwrap() > long_ago);
        assert_eq!(names(folder.path()), ["heartbeat"]);
        assert!(touch_private(&folder.path().join("no/heartbeat")).is_err());
    }

    #[test]
    fn only_plain_files_are_read_and_only_so_far() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        write_atomic(&file, b"0123456789", 0o600).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", &link).unwrap();
        assert_eq!(read_plain(&file, 20).unwrap(), Plain::Bytes(b"0123456789".to_vec()));
        assert_eq!(read_plain(&file, 3).unwrap(), Plain::Bytes(b"0123".to_vec()));
        assert_eq!(read_plain(&link, 20).unwrap(), Plain::NoFile);
        assert_eq!(read_plain(folder.path(), 20).unwrap(), Plain::NoFile);
        assert_eq!(read_plain(Path::new("/dev/zero"), 20).unwrap(), Plain::NoFile);
        assert!(read_plain(&folder.path().join("nothing"), 20).is_err());
    }

    #[test]
    fn a_full_disk_is_a_full_disk_to_people() {
        let source = io::Error::from_raw_os_error(libc::ENOSPC);
        let problem = Problem::from(WriteError { step: "write", path: "/x".into(), source });
        assert_eq!(problem.code, Code::DiskFull);
    }
}
