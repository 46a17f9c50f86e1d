//! Rotation of logs: `app.log` becomes `app.log.1`, that of before `app.log.2.gz`, and so on. Mode and owner stay; what is missing or
//! empty is passed over. The newest old one stays plain until the next time, because its program may still write to it.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

use caretaker_core::export::glob_matches;
use flate2::Compression;
use flate2::write::GzEncoder;
use rustix::fs::{
    AtFlags, Dir, FileType, Gid, Mode, OFlags, Stat, Timespec, Timestamps, Uid, fchmod, fchown, fstat, fsync,
    ftruncate, futimens, openat, renameat, unlinkat,
};
use rustix::io::Errno;

use crate::IsStopped;
use crate::place::{PlaceError, look, open_folder};

/// What a log that is copied and emptied is copied through, and what is compressed, is read without following a link.
const READ: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);
const MAKE: OFlags =
    OFlags::WRONLY.union(OFlags::CREATE).union(OFlags::EXCL).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// How the log of before comes free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// It is renamed, and an empty one takes its place.
    Rename,
    /// It is copied and then emptied; what is written between the two is lost.
    CopyTruncate,
}

/// A log that is to be rotated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Its path.
    pub path: PathBuf,
    /// Bytes.
    pub bytes: u64,
}

/// Logs that a pattern fits: a path, with `*` in its last part for anything. Links, empty files and old logs are none.
pub fn logs(pattern: &str) -> Result<Vec<Log>, PlaceError> {
    let (path, name) = split(Path::new(pattern))?;
    let folder = match open_folder(path) {
        Ok(folder) => folder,
        // Nothing is there to be rotated.
        Err(PlaceError::Missing(_)) => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let failed = |error: Errno| PlaceError::Failed { path: path.to_owned(), why: io::Error::from(error).to_string() };
    let mut found = Vec::new();
    for entry in Dir::read_from(&folder).map_err(failed)?.flatten() {
        let entry_name = OsStr::from_bytes(entry.file_name().to_bytes());
        let text = entry_name.to_string_lossy();
        let is_wanted = entry_name == name || (!is_old(&text) && glob_matches(&name.to_string_lossy(), &text));
        let Ok((stat, FileType::RegularFile)) = look(&folder, entry_name) else { continue };
        if is_wanted && stat.st_size > 0 {
            found.push(Log { path: path.join(entry_name), bytes: stat.st_size as u64 });
        }
    }
    found.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(found)
}

fn split(path: &Path) -> Result<(&Path, &OsStr), PlaceError> {
    path.parent().zip(path.file_name()).ok_or_else(|| PlaceError::NotPlain(path.to_owned()))
}

/// `app.log.1`, `app.log.2.gz`, or half of one.
fn is_old(name: &str) -> bool {
    let plain = name.strip_suffix(".gz").unwrap_or(name);
    let number = plain.rsplit('.').next().unwrap_or_default();
    plain.contains('.') && !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
        || name.ends_with(PART)
}

/// What is being written ends with this.
const PART: &str = ".caretaker-part";

/// Rotates one log; `keep` old ones stay.
pub fn rotate(log: &Log, keep: u32, manner: Manner, is_stopped: IsStopped<'_>) -> Result<(), String> {
    let told = |error: io::Error| format!("{}: {error}", log.path.display());
    let (path, name) = split(&log.path).map_err(|error| error.to_string())?;
    let folder = open_folder(path).map_err(|error| error.to_string())?;
    let place = Place { folder, name: name.to_owned() };
    place.rotate(keep.max(1), manner, is_stopped).map_err(told)
}

struct Place {
    folder: OwnedFd,
    name: OsString,
}

impl Place {
    fn rotate(&self, keep: u32, manner: Manner, is_stopped: IsStopped<'_>) -> io::Result<()> {
        let (stat, kind) = look(&self.folder, &self.name)?;
        if kind != FileType::RegularFile || stat.st_size == 0 {
            return Ok(());
        }
        // The plain one of before is compressed first: nothing writes to it any more.
        if let Ok((old, FileType::RegularFile)) = look(&self.folder, &self.old(1)) {
            self.compress(&old, is_stopped)?;
        }
        // From the oldest on, so that an interruption overwrites nothing.
        let mut oldest = 1;
        while look(&self.folder, &self.packed(oldest + 1)).is_ok() || look(&self.folder, &self.packed(oldest)).is_ok() {
            oldest += 1;
        }
        for number in (1..=oldest).rev() {
            let from = self.packed(number);
            if look(&self.folder, &from).is_err() {
                continue;
            }
            if number >= keep {
                unlinkat(&self.folder, &from, AtFlags::empty())?;
            } else {
                renameat(&self.folder, &from, &self.folder, self.packed(number + 1))?;
            }
        }
        match manner {
            Manner::Rename => {
                renameat(&self.folder, &self.name, &self.folder, self.old(1))?;
                let fresh = openat(&self.folder, &self.name, MAKE, Mode::RUSR | Mode::WUSR);
                match fresh {
                    Ok(fresh) => same_rights(&fresh, &stat)?,
                    // Its program was faster.
                    Err(Errno::EXIST) => {}
                    Err(error) => return Err(error.into()),
                }
            }
            Manner::CopyTruncate => {
                let log =
                    openat(&self.folder, &self.name, OFlags::RDWR | OFlags::NOFOLLOW | OFlags::CLOEXEC, Mode::empty())?;
                let mut from = File::from(log);
                self.write(&self.old(1), &stat, |into| io::copy(&mut from, into).map(drop))?;
                ftruncate(&from, 0)?;
            }
        }
        fsync(&self.folder)?;
        Ok(())
    }

    /// `app.log.1` into `app.log.1.gz`.
    fn compress(&self, stat: &Stat, is_stopped: IsStopped<'_>) -> io::Result<()> {
        let mut from = File::from(openat(&self.folder, self.old(1), READ, Mode::empty())?);
        self.write(&self.packed(1), stat, |into| {
            let mut packer = GzEncoder::new(into, Compression::default());
            let mut piece = vec![0; 64 * 1024];
            loop {
                if is_stopped() {
                    return Err(io::Error::from(io::ErrorKind::Interrupted));
                }
                let read = io::Read::read(&mut from, &mut piece)?;
                if read == 0 {
                    break;
                }
                io::Write::write_all(&mut packer, piece.get(..read).unwrap_or_default())?;
            }
            packer.finish().map(drop)
        })?;
        unlinkat(&self.folder, self.old(1), AtFlags::empty())?;
        Ok(())
    }

    /// Writes a file completely before it has its name, with the rights and the time of another one.
    fn write(&self, name: &OsStr, like: &Stat, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let mut part = name.to_owned();
        part.push(PART);
        // A part of an interrupted run.
        match unlinkat(&self.folder, &part, AtFlags::empty()) {
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(error.into()),
        }
        let mut file = File::from(openat(&self.folder, &part, MAKE, Mode::RUSR | Mode::WUSR)?);
        let filled = fill(&mut file).and_then(|()| {
            same_rights(&file, like)?;
            let (last_access, last_modification) = (
                Timespec { tv_sec: like.st_atime as _, tv_nsec: like.st_atime_nsec as _ },
                Timespec { tv_sec: like.st_mtime as _, tv_nsec: like.st_mtime_nsec as _ },
            );
            futimens(&file, &Timestamps { last_access, last_modification })?;
            fsync(&file)?;
            Ok(())
        });
        if let Err(error) = filled {
            // The error that is told is the first one.
            let _ = unlinkat(&self.folder, &part, AtFlags::empty());
            return Err(error);
        }
        renameat(&self.folder, &part, &self.folder, name)?;
        Ok(())
    }

    fn old(&self, number: u32) -> OsString {
        let mut name = self.name.clone().into_vec();
        name.extend_from_slice(format!(".{number}").as_bytes());
        OsString::from_vec(name)
    }

    fn packed(&self, number: u32) -> OsString {
        let mut name = self.old(number);
        name.push(".gz");
        name
    }
}

/// Owner first: a change of the owner takes special bits away.
fn same_rights(file: &impl std::os::fd::AsFd, like: &Stat) -> io::Result<()> {
    let own = fstat(file)?;
    if (own.st_uid, own.st_gid) != (like.st_uid, like.st_gid) {
        fchown(file, Some(Uid::from_raw(like.st_uid)), Some(Gid::from_raw(like.st_gid)))?;
    }
    fchmod(file, Mode::from_raw_mode(like.st_mode as _))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read, Write};
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    const GO: IsStopped<'static> = &|| false;

    fn folder() -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        (folder, path)
    }

    fn put(path: &Path, text: &str) {
        let mut file = fs::OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn unpacked(path: &Path) -> String {
        let mut text = String::new();
        flate2::read::GzDecoder::new(File::open(path).unwrap()).read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn five_days_keep_three_old_logs_and_no_line_is_lost_before_its_term() {
        let (_kept, root) = folder();
        let log = root.join("app.log");
        for day in 1..=5 {
            put(&log, &format!("day {day}\n"));
            fs::set_permissions(&log, fs::Permissions::from_mode(0o640)).unwrap();
            let found = logs(log.to_str().unwrap()).unwrap();
            assert_eq!(found.len(), 1, "day {day}");
            rotate(&found[0], 3, Manner::Rename, GO).unwrap();
            assert_eq!(fs::metadata(&log).unwrap().len(), 0);
        }
        let mut names: Vec<String> =
            fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        assert_eq!(names, ["app.log", "app.log.1", "app.log.2.gz", "app.log.3.gz"]);
        assert_eq!(fs::read_to_string(root.join("app.log.1")).unwrap(), "day 5\n");
        assert_eq!(unpacked(&root.join("app.log.2.gz")), "day 4\n");
        assert_eq!(unpacked(&root.join("app.log.3.gz")), "day 3\n");
        for name in names {
            assert_eq!(fs::metadata(root.join(&name)).unwrap().mode() & 0o777, 0o640, "{name}");
        }
    }

    #[test]
    fn empty_missing_old_and_linked_files_are_passed_over() {
        let (_kept, root) = folder();
        put(&root.join("a.log"), "x");
        put(&root.join("b.log"), "");
        put(&root.join("a.log.1"), "old");
        put(&root.join("a.log.2.gz"), "old");
        put(&root.join("secret"), "x");
        symlink(root.join("secret"), root.join("c.log")).unwrap();
        let found = logs(root.join("*").to_str().unwrap()).unwrap();
        let names: Vec<_> = found.iter().map(|log| log.path.file_name().unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["a.log", "secret"]);
        assert!(logs(root.join("gone/x.log").to_str().unwrap()).unwrap().is_empty());
        assert!(logs("relative.log").is_err());
    }

    #[test]
    fn a_program_that_holds_its_log_open_goes_on_in_the_emptied_file_when_it_is_asked_for() {
        let (_kept, root) = folder();
        let log = root.join("app.log");
        let mut held = fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        held.write_all(b"before\n").unwrap();
        rotate(&logs(log.to_str().unwrap()).unwrap()[0], 3, Manner::CopyTruncate, GO).unwrap();
        held.write_all(b"after\n").unwrap();
        assert_eq!(fs::read_to_string(&log).unwrap(), "after\n");
        assert_eq!(fs::read_to_string(root.join("app.log.1")).unwrap(), "before\n");
    }

    #[test]
    fn lines_that_are_written_to_the_renamed_log_are_kept() {
        let (_kept, root) = folder();
        let log = root.join("app.log");
        let mut held = fs::OpenOptions::new().create(true).append(true).open(&log).unwrap();
        held.write_all(b"one\n").unwrap();
        rotate(&logs(log.to_str().unwrap()).unwrap()[0], 5, Manner::Rename, GO).unwrap();
        held.write_all(b"two\n").unwrap();
        put(&log, "three\n");
        rotate(&logs(log.to_str().unwrap()).unwrap()[0], 5, Manner::Rename, GO).unwrap();
        assert_eq!(unpacked(&root.join("app.log.2.gz")), "one\ntwo\n");
    }
}
