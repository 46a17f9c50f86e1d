//! Puts things below a target folder: complete under a name that nobody looks at, then under their own. Follows no link.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::FileExt as _;

use rustix::fs::{AtFlags, Gid, Mode, OFlags, RenameFlags, Timespec, Timestamps, Uid};

use super::plan::free_name;
use super::{Ownership, Step};
use crate::descent::{Descent, split};
use crate::format::manifest::Entry;
use crate::format::member::Attribute;
use crate::format::sparse::SparseMap;
use crate::format::time::Time;
use crate::source::{Meta, xattr};

/// A target folder, for one thread.
pub(super) struct Target {
    pub descent: Descent,
    ownership: Ownership,
}

/// What the target refused.
#[derive(Debug, Default)]
pub(super) struct Refused(pub Vec<&'static str>);

impl Refused {
    pub(super) fn words(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| format!("the target did not take its {}", self.0.join(" and ")))
    }
}

/// A file under a name that nobody looks at.
pub(super) struct Growing {
    pub file: File,
    folder: std::os::fd::OwnedFd,
    temporary: String,
    to: Vec<u8>,
    is_named: bool,
}

impl Drop for Growing {
    fn drop(&mut self) {
        if !self.is_named {
            let _ = rustix::fs::unlinkat(&self.folder, &*self.temporary, AtFlags::empty());
        }
    }
}

impl Target {
    pub(super) fn new(descent: Descent, ownership: Ownership) -> Self {
        Self { descent, ownership }
    }

    /// Begins a file.
    pub(super) fn begin(&mut self, to: &[u8], number: usize) -> io::Result<Growing> {
        let (folder, _) = self.descent.parent(to)?;
        let folder = folder.try_clone_to_owned()?;
        // Names are short and plain, whatever the file is called: a name of 255 bytes has no room for more.
        let temporary = format!(".caretaker-{}-{number}.partial", std::process::id());
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let open = || rustix::fs::openat(&folder, &*temporary, flags, Mode::from_raw_mode(0o600));
        let file = match open() {
            // Left behind by a restore that was killed under the same number.
            Err(rustix::io::Errno::EXIST) => {
                rustix::fs::unlinkat(&folder, &*temporary, AtFlags::empty())?;
                open()?
            }
            other => other?,
        };
        Ok(Growing { file: File::from(file), folder, temporary, to: to.to_vec(), is_named: false })
    }

    /// A whole small file.
    pub(super) fn write(
        &mut self,
        to: &[u8],
        number: usize,
        sparse: Option<&SparseMap>,
        content: &[u8],
    ) -> io::Result<Growing> {
        let mut growing = self.begin(to, number)?;
        match sparse {
            None => growing.file.write_all(content)?,
            Some(map) => {
                let mut rest = content;
                for (offset, length) in &map.pieces {
                    let (piece, after) = rest.split_at((*length as usize).min(rest.len()));
                    growing.file.write_all_at(piece, *offset)?;
                    rest = after;
                }
                growing.file.set_len(map.size)?;
            }
        }
        Ok(growing)
    }

    /// Sets what is known about a file, in the order in which nothing undoes what came before, and gives it its name.
    /// Returns the path that it got.
    pub(super) fn finish(
        &self,
        mut growing: Growing,
        entry: &Entry,
        attributes: &[Attribute],
        step: Step,
    ) -> io::Result<(Vec<u8>, Refused)> {
        let refused = self.record(growing.file.as_fd(), entry, attributes);
        let to = match step {
            Step::Replace => {
                rustix::fs::renameat(&growing.folder, &*growing.temporary, &growing.folder, last(&growing.to))?;
                growing.to.clone()
            }
            Step::Create | Step::Beside | Step::Merge | Step::Same | Step::Skip => {
                let mut to = growing.to.clone();
                loop {
                    match exclusive(growing.folder.as_fd(), &growing.temporary, last(&to)) {
                        Ok(()) => break to,
                        // Another file of the archive has this name here, because the target takes both names for one.
                        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                            to = free_name(&growing.to, |name| Meta::at(&growing.folder, last(name)).is_err());
                        }
                        Err(error) => return Err(error),
                    }
                }
            }
        };
        growing.is_named = true;
        Ok((to, refused))
    }

    /// Attributes, then owner, then rights (a change of owner takes some away), then times.
    pub(super) fn record(&self, file: BorrowedFd<'_>, entry: &Entry, attributes: &[Attribute]) -> Refused {
        let mut refused = Refused::default();
        if !attributes.is_empty() && !xattr::write(file, attributes).is_empty() {
            refused.0.push("attributes");
        }
        let mut mode = entry.mode & 0o777;
        if self.ownership == Ownership::Restore {
            let (uid, gid) = (Uid::from_raw(entry.uid), Gid::from_raw(entry.gid));
            if rustix::fs::fchown(file, Some(uid), Some(gid)).is_ok() {
                mode = entry.mode & 0o7777;
            } else {
                refused.0.push("owner");
            }
        }
        if rustix::fs::fchmod(file, Mode::from_bits_truncate(mode as rustix::fs::RawMode)).is_err() {
            refused.0.push("rights");
        }
        if rustix::fs::futimens(file, &times(entry.modified)).is_err() {
            refused.0.push("times");
        }
        refused
    }

    /// Sets the record of a file that is there already.
    pub(super) fn touch(&mut self, to: &[u8], entry: &Entry) -> io::Result<Refused> {
        let (folder, name) = self.descent.parent(to)?;
        let opened = crate::source::read::open(folder, name).map_err(|trouble| io::Error::other(trouble.words))?;
        Ok(self.record(opened.file.as_fd(), entry, &[]))
    }

    /// A link, pipe or device. It is made under a name that nobody looks at, too, because it may replace something.
    pub(super) fn special(
        &mut self,
        to: &[u8],
        number: usize,
        step: Step,
        make: impl Fn(BorrowedFd<'_>, &str) -> rustix::io::Result<()>,
    ) -> io::Result<Vec<u8>> {
        let (folder, name) = self.descent.parent(to)?;
        let temporary = format!(".caretaker-{}-{number}.partial", std::process::id());
        let _ = rustix::fs::unlinkat(folder, &*temporary, AtFlags::empty());
        make(folder, &temporary)?;
        let mut place = to.to_vec();
        let named = if step == Step::Replace {
            rustix::fs::renameat(folder, &*temporary, folder, name).map_err(io::Error::from)
        } else {
            loop {
                match exclusive(folder, &temporary, last(&place)) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        place = free_name(to, |name| Meta::at(folder, last(name)).is_err());
                    }
                    other => break other,
                }
            }
        };
        if let Err(error) = named {
            let _ = rustix::fs::unlinkat(folder, &*temporary, AtFlags::empty());
            return Err(error);
        }
        Ok(place)
    }

    /// Sets time and owner of a link itself.
    pub(super) fn record_link(&mut self, to: &[u8], entry: &Entry) -> io::Result<Refused> {
        let mut refused = Refused::default();
        let ownership = self.ownership;
        let (folder, name) = self.descent.parent(to)?;
        if ownership == Ownership::Restore {
            let (uid, gid) = (Uid::from_raw(entry.uid), Gid::from_raw(entry.gid));
            if rustix::fs::chownat(folder, name, Some(uid), Some(gid), AtFlags::SYMLINK_NOFOLLOW).is_err() {
                refused.0.push("owner");
            }
        }
        if rustix::fs::utimensat(folder, name, &times(entry.modified), AtFlags::SYMLINK_NOFOLLOW).is_err() {
            refused.0.push("times");
        }
        Ok(refused)
    }
}

pub(super) fn last(path: &[u8]) -> &OsStr {
    OsStr::from_bytes(split(path).1)
}

fn times(time: Time) -> Timestamps {
    let stamp = Timespec { tv_sec: time.seconds, tv_nsec: i64::from(time.nanoseconds) };
    Timestamps { last_access: stamp, last_modification: stamp }
}

/// Gives something a name that nothing has.
pub(super) fn exclusive(folder: BorrowedFd<'_>, from: &str, to: &OsStr) -> io::Result<()> {
    match rustix::fs::renameat_with(folder, from, folder, to, RenameFlags::NOREPLACE) {
        // A file system without this kind of rename is looked at first.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::NOSYS) => {
            if Meta::at(folder, to).is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            Ok(rustix::fs::renameat(folder, from, folder, to)?)
        }
        other => Ok(other?),
    }
}
