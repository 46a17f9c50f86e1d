//! Lists everything below the folders of a backup, in the order of the manifest. Looks first, opens only folders, and follows no link.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};

use rustix::fs::{Mode, OFlags};

use super::exclude::{CACHE_TAG, Excludes, IsFolder, Local, Nested, Verdict};
use super::meta::Meta;
use crate::descent::{Descent, FOLDER, to_path};
use crate::error::{BackupError, Result};
use crate::format::OWN_FOLDER;
use crate::format::manifest::{Exception, Kind, Reason, order};

/// A folder, or a single file, that is backed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Where it lies.
    pub path: PathBuf,
    /// The name that it gets in the archive, with `/` between its parts.
    pub name: Vec<u8>,
    /// Whether it may be gone without a word, as what lies beside a database may.
    pub is_optional: bool,
}

impl Root {
    /// A folder under its whole path, without the slash at the front.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.as_os_str().as_bytes().iter().copied().skip_while(|byte| *byte == b'/').collect();
        Self { path, name, is_optional: false }
    }

    /// A folder under a name of its own.
    pub fn named(path: impl Into<PathBuf>, name: &str) -> Self {
        Self { path: path.into(), name: name.as_bytes().to_vec(), is_optional: false }
    }

    /// The same, which may be gone.
    pub fn perhaps(self) -> Self {
        Self { is_optional: true, ..self }
    }
}

/// Whether other file systems below a folder are walked into.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mounts {
    /// Only the folder where they are mounted is stored.
    #[default]
    Stay,
    /// They are part of the tree.
    Cross,
}

/// What is walked and what is left out.
#[derive(Debug, Clone)]
pub struct Rules {
    /// Patterns.
    pub excludes: Excludes,
    /// Other `.gitignore` files.
    pub nested: Nested,
    /// Other file systems.
    pub mounts: Mounts,
    /// Folders that are never walked: those of the program itself, by file system and number.
    pub never: Vec<(u64, u64)>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { excludes: Excludes::none(), nested: Nested::Store, mounts: Mounts::Stay, never: Vec::new() }
    }
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Its name in the archive.
    pub path: Box<[u8]>,
    /// Which root it belongs to.
    pub root: u32,
    /// What the system knows of it.
    pub meta: Meta,
    /// What it is.
    pub kind: Kind,
    /// Where a symbolic link points.
    pub target: Box<[u8]>,
}

/// The result of a walk.
#[derive(Debug, Default)]
pub struct Walked {
    /// Everything, in the order of the manifest.
    pub found: Vec<Found>,
    /// What could not be looked at.
    pub exceptions: Vec<Exception>,
}

/// Checks the names of roots: plain, not ours, and none inside another.
pub fn check_roots(roots: &[Root]) -> Result<()> {
    if roots.is_empty() {
        return Err(BackupError::refused("back up: no folder is named"));
    }
    for root in roots {
        let name = crate::descent::display(&root.name);
        if !crate::format::manifest::is_plain(&root.name) {
            return Err(BackupError::refused(format!("back up as `{name}`: this is no plain name")));
        }
        if crate::descent::parts(&root.name).next() == Some(OWN_FOLDER) {
            return Err(BackupError::refused(format!("back up as `{name}`: this name belongs to the archive itself")));
        }
    }
    for (index, root) in roots.iter().enumerate() {
        for other in &roots[index + 1..] {
            let (short, long) = if root.name.len() <= other.name.len() { (root, other) } else { (other, root) };
            if long.name.strip_prefix(&short.name[..]).is_some_and(|rest| rest.is_empty() || rest[0] == b'/') {
                let (short, long) = (crate::descent::display(&short.name), crate::descent::display(&long.name));
                return Err(BackupError::refused(format!("back up `{long}` beside `{short}`: one holds the other")));
            }
        }
    }
    Ok(())
}

/// Walks all roots.
pub fn walk(roots: &[Root], rules: &Rules, is_cancelled: &dyn Fn() -> bool) -> Result<Walked> {
    check_roots(roots)?;
    let mut sorted: Vec<(u32, &Root)> = (0..).zip(roots).collect();
    sorted.sort_by(|(_, one), (_, other)| order(&one.name, &other.name));
    let mut walked = Walked::default();
    for (number, root) in sorted {
        let meta = rustix::fs::open(&root.path, OFlags::PATH_ONLY, Mode::empty()).map_err(io::Error::from);
        let meta = match meta.and_then(|fd| Meta::of(&fd)) {
            Ok(meta) => meta,
            Err(error) if root.is_optional && error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(BackupError::io("find", &root.path, error)),
        };
        let mut walk = Walk { rules, root: number, file_system: meta.file_system, walked: &mut walked, is_cancelled };
        if meta.kind == Some(Kind::Folder) {
            let descent = Descent::open(&root.path).map_err(|error| BackupError::io("open", &root.path, error))?;
            let fd = descent.root().try_clone_to_owned().map_err(|error| BackupError::io("open", &root.path, error))?;
            walk.push(root.name.clone().into(), meta, Kind::Folder, Box::default());
            let mut scope = Vec::new();
            walk.folder(fd, &root.name, &mut Vec::new(), &mut scope)?;
        } else if meta.kind == Some(Kind::File) {
            walk.push(root.name.clone().into(), meta, Kind::File, Box::default());
        } else {
            return Err(BackupError::refused(format!(
                "back up `{}`: it is neither folder nor file",
                root.path.display()
            )));
        }
    }
    Ok(walked)
}

/// Opens a path only to look at it.
trait PathOnly {
    const PATH_ONLY: OFlags;
}

impl PathOnly for OFlags {
    const PATH_ONLY: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);
}

/// `.gitignore` files on the way: how long the path of their folder is, and what they say.
type Scope = Vec<(usize, Local)>;

struct Walk<'a> {
    rules: &'a Rules,
    root: u32,
    file_system: u64,
    walked: &'a mut Walked,
    is_cancelled: &'a dyn Fn() -> bool,
}

impl Walk<'_> {
    fn push(&mut self, path: Box<[u8]>, meta: Meta, kind: Kind, target: Box<[u8]>) {
        self.walked.found.push(Found { path, root: self.root, meta, kind, target });
    }

    fn except(&mut self, path: &[u8], reason: Reason, words: String) {
        self.walked.exceptions.push(Exception { path: path.into(), reason, words });
    }

    /// Walks an open folder. `inside` is the path below the root, `name` the one in the archive.
    fn folder(&mut self, folder: OwnedFd, name: &[u8], inside: &mut Vec<u8>, scope: &mut Scope) -> Result<()> {
        if (self.is_cancelled)() {
            return Err(BackupError::Cancelled);
        }
        let mut names = match names(&folder) {
            Ok(names) => names,
            Err(error) => {
                self.except(name, reason(&error), error.to_string());
                return Ok(());
            }
        };
        names.sort();
        let is_cache = names.iter().any(|name| name == "CACHEDIR.TAG")
            && beginning(&folder, OsStr::new("CACHEDIR.TAG"), CACHE_TAG.len()).is_ok_and(|text| text == CACHE_TAG);
        let depth = scope.len();
        if self.rules.nested == Nested::Honour
            && names.iter().any(|name| name == ".gitignore")
            && let Ok(text) = beginning(&folder, OsStr::new(".gitignore"), 1 << 20)
        {
            let before = if inside.is_empty() { 0 } else { inside.len() + 1 };
            scope.push((before, Local::new(&String::from_utf8_lossy(&text))));
        }
        for child in names {
            if is_cache && child != "CACHEDIR.TAG" {
                continue;
            }
            let length = inside.len();
            if length > 0 {
                inside.push(b'/');
            }
            inside.extend_from_slice(child.as_bytes());
            let path = [name, b"/", child.as_bytes()].concat();
            let outcome = self.child(&folder, &child, &path, inside, scope);
            inside.truncate(length);
            outcome?;
        }
        scope.truncate(depth);
        Ok(())
    }

    fn child(
        &mut self,
        folder: &OwnedFd,
        name: &OsStr,
        path: &[u8],
        inside: &mut Vec<u8>,
        scope: &mut Scope,
    ) -> Result<()> {
        let meta = match Meta::at(folder, name) {
            Ok(meta) => meta,
            Err(error) => {
                self.except(path, reason(&error), error.to_string());
                return Ok(());
            }
        };
        let is_folder = if meta.kind == Some(Kind::Folder) { IsFolder::Yes } else { IsFolder::No };
        if self.is_left_out(inside, is_folder, scope) || self.rules.never.contains(&(meta.file_system, meta.inode)) {
            return Ok(());
        }
        let Some(kind) = meta.kind else {
            self.except(path, Reason::Socket, "a socket has no content".to_owned());
            return Ok(());
        };
        match kind {
            Kind::Folder => {
                let is_other = meta.file_system != self.file_system && self.rules.mounts == Mounts::Stay;
                let opened = rustix::fs::openat(folder, name, FOLDER, Mode::empty());
                match opened {
                    Ok(fd) => {
                        self.push(path.into(), meta, kind, Box::default());
                        if !is_other {
                            self.folder(fd, path, inside, scope)?;
                        }
                    }
                    Err(error) => {
                        let error = io::Error::from(error);
                        let reason = reason(&error);
                        if reason == Reason::Denied {
                            self.push(path.into(), meta, kind, Box::default());
                        }
                        self.except(path, reason, error.to_string());
                    }
                }
            }
            Kind::Symlink => match rustix::fs::readlinkat(folder, name, Vec::new()) {
                Ok(target) => self.push(path.into(), meta, kind, target.into_bytes().into()),
                Err(error) => {
                    let error = io::Error::from(error);
                    self.except(path, reason(&error), error.to_string());
                }
            },
            Kind::File | Kind::Fifo | Kind::CharacterDevice | Kind::BlockDevice => {
                self.push(path.into(), meta, kind, Box::default());
            }
        }
        Ok(())
    }

    fn is_left_out(&self, inside: &[u8], kind: IsFolder, scope: &Scope) -> bool {
        match self.rules.excludes.verdict(&to_path(inside), kind) {
            Verdict::Leave => return true,
            Verdict::Keep => return false,
            Verdict::Silent => {}
        }
        let local = scope.iter().rev().map(|(before, local)| local.verdict(&to_path(&inside[*before..]), kind));
        local.into_iter().find(|verdict| *verdict != Verdict::Silent) == Some(Verdict::Leave)
    }
}

fn names(folder: &OwnedFd) -> io::Result<Vec<OsString>> {
    let mut names = Vec::new();
    for entry in rustix::fs::Dir::read_from(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if !matches!(name, b"." | b"..") {
            names.push(OsString::from_vec(name.to_vec()));
        }
    }
    Ok(names)
}

/// The first bytes of a regular file, which must not make us wait.
fn beginning(folder: impl AsFd, name: &OsStr, length: usize) -> io::Result<Vec<u8>> {
    if Meta::at(folder.as_fd(), name)?.kind != Some(Kind::File) {
        return Ok(Vec::new());
    }
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = std::fs::File::from(rustix::fs::openat(folder, name, flags, Mode::empty())?);
    if Meta::of(&file)?.kind != Some(Kind::File) {
        return Ok(Vec::new());
    }
    let mut bytes = Vec::new();
    file.take(length as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What an error of the system means for one file.
pub(crate) fn reason(error: &io::Error) -> Reason {
    match error.kind() {
        io::ErrorKind::NotFound => Reason::Vanished,
        io::ErrorKind::PermissionDenied => Reason::Denied,
        io::ErrorKind::NotADirectory => Reason::Replaced,
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => Reason::Replaced,
        _ if error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error()) => Reason::Replaced,
        _ => Reason::ReadError,
    }
}

/// Where a file of an archive lies on the disk.
pub fn real_path(roots: &[Root], found: &Found) -> PathBuf {
    let Some(root) = roots.get(found.root as usize) else { return PathBuf::new() };
    match found.path.get(root.name.len() + 1..) {
        Some(inside) => root.path.join(Path::new(OsStr::from_bytes(inside))),
        None => root.path.clone(),
    }
}
