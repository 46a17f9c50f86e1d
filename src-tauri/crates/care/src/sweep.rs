//! Old files in a folder: which there are, and clearing them away, into a folder `trash` beside them or for good. Only plain files
//! go; links, folders and other disks stay as they are. Each file is looked at again in the moment in which it goes.

#![allow(clippy::unnecessary_cast, reason = "these numbers have other widths on macOS")]

use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use caretaker_core::export::glob_matches;
use caretaker_core::time::{Span, Timestamp};
use rustix::fs::{AtFlags, Dir, FileType, Mode, Stat, fstat, mkdirat, openat, renameat, unlinkat};
use rustix::io::Errno;

use crate::IsStopped;
use crate::place::{FOLDER, PlaceError, look, open_for_clearing};

/// The folder within the cleared one that files go to first.
pub const TRASH: &str = "trash";
/// Folders within folders that are gone into; each holds a handle open.
const DEEPEST: usize = 100;
/// Files of one plan.
const MOST: usize = 200_000;

/// What goes.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'w> {
    /// The folder, from `/`.
    pub folder: &'w Path,
    /// Only these names; all when there is none.
    pub names: &'w [String],
    /// Not changed for so long.
    pub older_than: Span,
    /// Folders that are never cleared, nor what holds them.
    pub homes: &'w [PathBuf],
    /// The moment.
    pub now: Timestamp,
}

/// A file that is to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Old {
    /// Its path within the folder.
    pub path: PathBuf,
    /// Bytes.
    pub bytes: u64,
    /// When it was last changed.
    pub changed: Timestamp,
    /// Which file it is, so that another one in its place stays.
    inode: u64,
    /// It lies in the trash already and goes for good.
    pub is_trash: bool,
}

/// Everything that is to go, shown before it goes.
#[derive(Debug)]
pub struct Plan {
    folder: OwnedFd,
    /// The files.
    pub files: Vec<Old>,
    /// Folders that could not be read, or lie too deep.
    pub unreadable: u64,
    /// Whether there are more than one plan may hold.
    pub is_cut: bool,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files that went.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Files that changed, or were gone, when their turn came.
    pub passed_over: u64,
    /// What could not be done, in words.
    pub failed: Vec<String>,
}

/// Looks what is old.
pub fn plan(wanted: &Wanted<'_>, is_stopped: IsStopped<'_>) -> Result<Plan, PlaceError> {
    let folder = open_for_clearing(wanted.folder, wanted.homes)?;
    let failed = |error: Errno| PlaceError::Failed {
        path: wanted.folder.to_owned(),
        why: std::io::Error::from(error).to_string(),
    };
    let device = fstat(&folder).map_err(failed)?.st_dev as u64;
    let mut walk = Walk { wanted, device, files: Vec::new(), unreadable: 0, is_cut: false, is_stopped };
    let top = folder
        .try_clone()
        .map_err(|error| PlaceError::Failed { path: wanted.folder.to_owned(), why: error.to_string() })?;
    walk.go(&top, Path::new(""), 0);
    let Walk { files, unreadable, is_cut, .. } = walk;
    Ok(Plan { folder, files, unreadable, is_cut })
}

struct Walk<'w> {
    wanted: &'w Wanted<'w>,
    device: u64,
    files: Vec<Old>,
    unreadable: u64,
    is_cut: bool,
    is_stopped: IsStopped<'w>,
}

impl Walk<'_> {
    fn go(&mut self, folder: &OwnedFd, path: &Path, depth: usize) {
        let Ok(entries) = Dir::read_from(folder) else {
            self.unreadable += 1;
            return;
        };
        for entry in entries.flatten() {
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            if self.files.len() >= MOST || (self.is_stopped)() {
                self.is_cut = true;
                return;
            }
            let Ok((stat, kind)) = look(folder, name) else { continue };
            if stat.st_dev as u64 != self.device {
                continue;
            }
            let inner = path.join(name);
            match kind {
                FileType::RegularFile => self.file(inner, name, &stat),
                FileType::Directory if depth >= DEEPEST => self.unreadable += 1,
                FileType::Directory => match openat(folder, name, FOLDER, Mode::empty()) {
                    Ok(opened) => self.go(&opened, &inner, depth + 1),
                    Err(_) => self.unreadable += 1,
                },
                _ => {}
            }
        }
    }

    fn file(&mut self, path: PathBuf, name: &OsStr, stat: &Stat) {
        let is_trash = path.starts_with(TRASH);
        // Of what lies in the trash the name was asked before.
        let name = name.to_string_lossy();
        if !is_trash && !self.wanted.names.is_empty() && !self.wanted.names.iter().any(|one| glob_matches(one, &name)) {
            return;
        }
        let changed = changed(stat);
        if self.wanted.now.since(changed) >= self.wanted.older_than {
            self.files.push(Old { path, bytes: stat.st_size as u64, changed, inode: stat.st_ino as u64, is_trash });
        }
    }
}

/// The later of the change of its content and of its place or rights: an old file that was just brought here is not old here.
fn changed(stat: &Stat) -> Timestamp {
    let millis = |seconds: i64, nanos: i64| seconds.saturating_mul(1_000).saturating_add(nanos / 1_000_000);
    let content = millis(stat.st_mtime as i64, stat.st_mtime_nsec as i64);
    let place = millis(stat.st_ctime as i64, stat.st_ctime_nsec as i64);
    Timestamp::from_millis(content.max(place))
}

impl Plan {
    /// Bytes of all files.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Moves the files into the trash, and deletes for good what lies there long enough.
    pub fn trash(&self, is_stopped: IsStopped<'_>) -> Swept {
        self.each(is_stopped, |folder, name, old| {
            if old.is_trash {
                return unlinkat(folder, name, AtFlags::empty());
            }
            let place = self.trash_for(old)?;
            // Another one of its name may lie there from a run before.
            let free =
                (0..1_000).map(|number| numbered(name, number)).find(|candidate| look(&place, candidate).is_err());
            renameat(folder, name, &place, free.as_deref().ok_or(Errno::EXIST)?)
        })
    }

    /// Deletes the files for good.
    pub fn delete(&self, is_stopped: IsStopped<'_>) -> Swept {
        self.each(is_stopped, |folder, name, _| unlinkat(folder, name, AtFlags::empty()))
    }

    fn each(&self, is_stopped: IsStopped<'_>, clear: impl Fn(&OwnedFd, &OsStr, &Old) -> Result<(), Errno>) -> Swept {
        let mut swept = Swept::default();
        for old in &self.files {
            if is_stopped() {
                break;
            }
            match self.one(old, &clear) {
                Ok(true) => {
                    swept.files += 1;
                    swept.bytes += old.bytes;
                }
                Ok(false) => swept.passed_over += 1,
                Err(error) => {
                    swept.failed.push(format!("{}: {}", old.path.display(), std::io::Error::from(error)));
                }
            }
        }
        swept
    }

    /// False when the file is another one by now, or gone.
    fn one(&self, old: &Old, clear: &impl Fn(&OwnedFd, &OsStr, &Old) -> Result<(), Errno>) -> Result<bool, Errno> {
        let (Some(parent), Some(name)) = (old.path.parent(), old.path.file_name()) else { return Ok(false) };
        let Ok(folder) = descend(&self.folder, parent) else { return Ok(false) };
        let Ok((stat, kind)) = look(&folder, name) else { return Ok(false) };
        if kind != FileType::RegularFile || stat.st_ino as u64 != old.inode || changed(&stat) != old.changed {
            return Ok(false);
        }
        clear(&folder, name, old)?;
        Ok(true)
    }

    fn trash_for(&self, old: &Old) -> Result<OwnedFd, Errno> {
        let mut folder = make(&self.folder, OsStr::new(TRASH))?;
        for part in old.path.parent().into_iter().flat_map(Path::iter) {
            folder = make(&folder, part)?;
        }
        Ok(folder)
    }
}

fn make(folder: impl AsFd, name: &OsStr) -> Result<OwnedFd, Errno> {
    match mkdirat(&folder, name, Mode::RWXU) {
        Ok(()) | Err(Errno::EXIST) => {}
        Err(error) => return Err(error),
    }
    openat(folder, name, FOLDER, Mode::empty())
}

fn numbered(name: &OsStr, number: u32) -> OsString {
    let mut name = name.to_owned();
    if number > 0 {
        name.push(format!(".{number}"));
    }
    name
}

/// Opens a folder within, part by part and through no link.
fn descend(folder: &OwnedFd, path: &Path) -> Result<OwnedFd, Errno> {
    let mut at = openat(folder, ".", FOLDER, Mode::empty())?;
    for part in path {
        at = openat(&at, part, FOLDER, Mode::empty())?;
    }
    Ok(at)
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    const GO: IsStopped<'static> = &|| false;

    struct Scene {
        _folder: tempfile::TempDir,
        root: PathBuf,
        now: Timestamp,
    }

    impl Scene {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let root = folder.path().canonicalize().unwrap();
            let at = |path: &Path| changed(&rustix::fs::lstat(path).unwrap());
            let now = at(&root) + Span::from_days(40);
            fs::create_dir_all(root.join("cache/deep")).unwrap();
            Self { _folder: folder, root, now }
        }

        fn file(&self, path: &str) {
            fs::OpenOptions::new().create(true).append(true).open(self.root.join(path)).unwrap();
        }

        fn plan(&self, names: &[&str]) -> Plan {
            let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
            let folder = self.root.join("cache");
            let wanted =
                Wanted { folder: &folder, names: &names, older_than: Span::from_days(30), homes: &[], now: self.now };
            plan(&wanted, GO).unwrap()
        }

        fn has(&self, path: &str) -> bool {
            fs::symlink_metadata(self.root.join(path)).is_ok()
        }
    }

    #[test]
    fn only_old_files_of_the_folder_go_and_no_link_is_followed() {
        let scene = Scene::new();
        for path in ["cache/a.tmp", "cache/deep/b.tmp", "cache/keep.txt", "outside.tmp"] {
            scene.file(path);
        }
        symlink(&scene.root, scene.root.join("cache/up")).unwrap();
        symlink(scene.root.join("outside.tmp"), scene.root.join("cache/link.tmp")).unwrap();
        let young = Scene { now: scene.now - Span::from_days(20), ..scene };
        assert!(young.plan(&[]).files.is_empty(), "nothing is old yet");
        let scene = Scene { now: young.now + Span::from_days(20), ..young };
        let plan = scene.plan(&["*.tmp"]);
        let mut paths: Vec<&Path> = plan.files.iter().map(|file| file.path.as_path()).collect();
        paths.sort();
        assert_eq!(paths, [Path::new("a.tmp"), Path::new("deep/b.tmp")]);
        assert!(scene.has("cache/a.tmp"), "a plan changes nothing");
        let swept = plan.delete(GO);
        assert_eq!((swept.files, swept.failed.len()), (2, 0));
        for path in ["cache/keep.txt", "outside.tmp", "cache/up", "cache/link.tmp", "cache/deep"] {
            assert!(scene.has(path), "{path}");
        }
        assert!(!scene.has("cache/a.tmp") && !scene.has("cache/deep/b.tmp"));
    }

    #[test]
    fn what_goes_into_the_trash_lies_there_and_goes_for_good_later() {
        let scene = Scene::new();
        scene.file("cache/deep/b.tmp");
        assert_eq!(scene.plan(&[]).trash(GO).files, 1);
        assert!(scene.has("cache/trash/deep/b.tmp") && !scene.has("cache/deep/b.tmp"));
        // Its place changed just now.
        let later = Scene { now: scene.now + Span::from_days(1), ..scene };
        let plan = later.plan(&[]);
        assert!(plan.files.iter().all(|file| file.is_trash), "{plan:?}");
        assert_eq!(plan.trash(GO).files, 1);
        assert!(!later.has("cache/trash/deep/b.tmp"));
    }

    #[test]
    fn a_folder_that_became_a_link_meanwhile_leads_nowhere() {
        let scene = Scene::new();
        scene.file("cache/deep/b.tmp");
        fs::create_dir_all(scene.root.join("precious")).unwrap();
        scene.file("precious/b.tmp");
        let plan = scene.plan(&[]);
        assert_eq!(plan.files.len(), 1);
        fs::rename(scene.root.join("cache/deep"), scene.root.join("away")).unwrap();
        symlink(scene.root.join("precious"), scene.root.join("cache/deep")).unwrap();
        for swept in [plan.delete(GO), plan.trash(GO)] {
            assert_eq!((swept.files, swept.passed_over), (0, 1));
        }
        assert!(scene.has("precious/b.tmp"));
    }

    #[test]
    fn a_file_that_was_written_or_replaced_meanwhile_stays() {
        let scene = Scene::new();
        scene.file("cache/a.tmp");
        scene.file("cache/b.tmp");
        let plan = scene.plan(&[]);
        fs::remove_file(scene.root.join("cache/a.tmp")).unwrap();
        symlink("b.tmp", scene.root.join("cache/a.tmp")).unwrap();
        scene.file("cache/other");
        fs::rename(scene.root.join("cache/other"), scene.root.join("cache/b.tmp")).unwrap();
        let swept = plan.delete(GO);
        assert_eq!((swept.files, swept.passed_over), (0, 2));
        assert!(scene.has("cache/a.tmp") && scene.has("cache/b.tmp"));
    }
}
