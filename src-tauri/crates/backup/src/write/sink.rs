//! One archive while it grows: a file without a final name, perhaps behind encryption. Dropping it before [`Sink::commit`] leaves
//! nothing behind.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::fs::{AtFlags, Mode, OFlags};
use sha2::Digest as _;

use super::destination::{Destination, Durability, INCOMING, create, durability};
use super::disk::{Act, Disk};
use crate::encryption::{Recipient, seal};
use crate::error::{BackupError, Result};
use crate::format::hex;
use crate::format::manifest::Frame;
use crate::format::name::{ArchiveId, ArchiveName};

/// The file, with the hash of what was written to it.
struct Growing {
    file: File,
    path: PathBuf,
    disk: Arc<dyn Disk>,
    hasher: sha2::Sha256,
    length: u64,
}

impl Write for Growing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.disk.before(Act::Write(&self.path, bytes))?;
        self.file.write_all(bytes)?;
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Where bytes of the archive go.
enum Way {
    Plain(Growing),
    Sealed(Box<age::stream::StreamWriter<Growing>>),
    /// The end of the encryption could not be written.
    Broken,
}

/// Grows in `incoming/`.
pub(super) struct Sink {
    way: Way,
    incoming: OwnedFd,
    name: String,
    path: PathBuf,
    disk: Arc<dyn Disk>,
    is_committed: bool,
    /// Bytes of the archive so far, before encryption.
    pub length: u64,
    /// Frames so far.
    pub frames: Vec<Frame>,
}

/// What a committed archive is.
pub(super) struct Committed {
    pub path: PathBuf,
    /// Bytes of its file.
    pub length: u64,
    pub digest: [u8; 32],
    pub durability: Durability,
}

impl Sink {
    pub(super) fn create(destination: &Destination, id: ArchiveId, recipients: &[Recipient]) -> Result<Self> {
        let incoming = destination.subfolder(INCOMING)?;
        let name = format!("{id}.partial");
        let path = destination.path().join(INCOMING).join(&name);
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let disk = destination.disk();
        disk.before(Act::Create(&path)).map_err(|error| BackupError::io("create", &path, error))?;
        let fd = rustix::fs::openat(&incoming, &*name, flags, Mode::from_raw_mode(0o600))
            .map_err(|error| BackupError::io("create", &path, error.into()))?;
        let file = File::from(fd);
        let growing = Growing { file, path: path.clone(), disk: disk.clone(), hasher: sha2::Sha256::new(), length: 0 };
        let (way, is_committed) = (Way::Plain(growing), false);
        let sink = Self { way, incoming, name, path, disk, is_committed, length: 0, frames: Vec::new() };
        if recipients.is_empty() { Ok(sink) } else { sink.sealed(recipients) }
    }

    /// From here on everything is encrypted.
    fn sealed(mut self, recipients: &[Recipient]) -> Result<Self> {
        if let Way::Plain(growing) = std::mem::replace(&mut self.way, Way::Broken) {
            self.way = Way::Sealed(Box::new(seal(recipients, growing, &self.path)?));
        }
        Ok(self)
    }

    /// Appends a frame and returns its number.
    pub(super) fn frame(&mut self, packed: &[u8], content: usize) -> Result<u32> {
        let number = self.frames.len() as u32;
        let length = u32::try_from(packed.len()).map_err(|_| BackupError::refused("write a frame: it is too large"))?;
        self.raw(packed)?;
        self.frames.push(Frame { length, content: content as u32 });
        Ok(number)
    }

    /// Appends bytes that are no frame of the list.
    pub(super) fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        let written = match &mut self.way {
            Way::Plain(growing) => growing.write_all(bytes),
            Way::Sealed(sealed) => sealed.write_all(bytes),
            Way::Broken => Err(broken()),
        };
        written.map_err(|error| BackupError::io("write", &self.path, error))?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    fn growing(&self) -> Result<&Growing> {
        match &self.way {
            Way::Plain(growing) => Ok(growing),
            Way::Sealed(_) | Way::Broken => Err(BackupError::io("write", &self.path, broken())),
        }
    }

    /// Where it grows, for reading it back.
    pub(super) fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Ends it and brings it to the disk, before it is read back.
    pub(super) fn sync(&mut self) -> Result<Durability> {
        self.way = match std::mem::replace(&mut self.way, Way::Broken) {
            Way::Sealed(sealed) => {
                Way::Plain(sealed.finish().map_err(|error| BackupError::io("write", &self.path, error))?)
            }
            other => other,
        };
        let growing = self.growing()?;
        let answer = self.disk.before(Act::Sync(&self.path)).and_then(|()| growing.file.sync_all());
        durability(answer).map_err(|error| BackupError::io("sync", &self.path, error))
    }

    /// Gives it its final name: from here on it exists.
    pub(super) fn commit(
        mut self,
        destination: &Destination,
        set: &str,
        name: &ArchiveName,
        durability: Durability,
    ) -> Result<Committed> {
        let folder = destination.subfolder(set)?;
        let final_name = name.to_string();
        let path = destination.path().join(set).join(&final_name);
        // exFAT has no rights to set; the archive is no worse for it.
        let growing = self.growing()?;
        let (length, digest): (u64, [u8; 32]) = (growing.length, growing.hasher.clone().finalize().into());
        let _ = rustix::fs::fchmod(&growing.file, Mode::from_raw_mode(0o400));
        if rustix::fs::statat(&folder, &*final_name, AtFlags::SYMLINK_NOFOLLOW).is_ok() {
            return Err(BackupError::refused(format!("write `{}`: it exists already", path.display())));
        }
        destination.is_still_there()?;
        let rename = || Ok(rustix::fs::renameat(&self.incoming, &*self.name, &folder, &*final_name)?);
        let renamed = self.disk.before(Act::Rename(&self.path, &path)).and_then(|()| rename());
        renamed.map_err(|error| BackupError::io("name", &path, error))?;
        self.is_committed = true;
        let folder = File::from(folder);
        let place = destination.path().join(set);
        let sync_folder = || self.disk.before(Act::SyncFolder(&place)).and_then(|()| folder.sync_all());
        super::destination::durability(sync_folder()).map_err(|error| BackupError::io("sync", &path, error))?;
        let sidecar = format!("{final_name}.sha256");
        let line = format!("{}  {final_name}\n", hex(&digest));
        // The hash can be made again from the archive: an archive without it is whole.
        let beside = place.join(&sidecar);
        let told = [Act::Create(&beside), Act::Write(&beside, line.as_bytes()), Act::Sync(&beside)];
        let is_let = told.into_iter().all(|act| self.disk.before(act).is_ok());
        if is_let && create(&folder, &sidecar, line.as_bytes()).is_ok() {
            let _ = rustix::fs::chmodat(&folder, &*sidecar, Mode::from_raw_mode(0o400), AtFlags::empty());
            let _ = sync_folder();
        }
        Ok(Committed { path, length, digest, durability })
    }
}

fn broken() -> io::Error {
    io::Error::other("its encryption was not ended")
}

impl Drop for Sink {
    fn drop(&mut self) {
        if !self.is_committed {
            let _ = rustix::fs::unlinkat(&self.incoming, &*self.name, AtFlags::empty());
        }
    }
}
