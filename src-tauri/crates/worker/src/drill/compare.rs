//! Reads what was restored again, from the disk, and compares it with what the archive says.

use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read as _, Seek, SeekFrom, Write};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use caretaker_backup::format::manifest::{Entry, Flags, Holder, Kind};
use caretaker_backup::read::Archive;
use caretaker_backup::read::restore::{Step, prepare_paced};
use caretaker_core::backup::{ArchivePath, DrillOutcome};
use caretaker_core::problem::Problem;

use super::{Drill, Failing as _};
use crate::problem::problem;

/// Compares content, kind, rights and times.
pub(super) fn compare(drill: &Drill<'_>, outcome: &mut DrillOutcome) -> Result<(), Problem> {
    let wish = drill.wish();
    // A restore to where everything lies would find all of it the same: it hashes each file to know.
    let plan = prepare_paced(&wish, drill.pace).map_err(problem)?;
    let entries = &drill.point.manifest().entries;
    let lost: HashSet<&[u8]> = plan.lost.iter().map(|lost| &*lost.path).collect();
    for item in &plan.items {
        let Some(entry) = item.entry.and_then(|index| entries.get(usize::try_from(index).ok()?)) else { continue };
        if lost.contains(&*entry.path) {
            continue;
        }
        let is_device = matches!(entry.kind, Kind::CharacterDevice | Kind::BlockDevice);
        let is_sparse = entry.flags.has(Flags::SPARSE);
        let is_right = match item.step {
            Step::Same => true,
            Step::Merge => entry.kind == Kind::Folder,
            _ if is_sparse => sparse(drill, entry),
            // Devices come back only with owners.
            _ => is_device,
        };
        if !is_right {
            let named = outcome.failures.iter().any(|known| known.starts_with(&quoted(entry)));
            if !named {
                outcome.fail(format!("{} does not read back as it was backed up", quoted(entry)));
            }
        } else if let Some(what) = record(&place(drill.scratch, &entry.path), entry) {
            outcome.fail(format!("{} came back with {what}", quoted(entry)));
        }
        drill.done(if entry.kind == Kind::File { entry.size } else { 0 })?;
    }
    Ok(())
}

fn quoted(entry: &Entry) -> String {
    format!("`{}`", ArchivePath::new(entry.path.clone()))
}

/// Where an entry lies below the scratch folder.
pub(super) fn place(folder: &Path, path: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt as _;
    folder.join(std::ffi::OsStr::from_bytes(path))
}

/// What is not as it was beside the content. Some file systems keep times only to two seconds.
fn record(path: &Path, entry: &Entry) -> Option<&'static str> {
    let meta = match std::fs::symlink_metadata(path) {
        Ok(meta) => meta,
        Err(_) if matches!(entry.kind, Kind::CharacterDevice | Kind::BlockDevice) => return None,
        Err(_) => return Some("nothing where it should be"),
    };
    if !matches!(entry.kind, Kind::File | Kind::Folder) {
        return None;
    }
    if meta.mode() & 0o777 != entry.mode & 0o777 {
        return Some("other rights");
    }
    (meta.mtime().abs_diff(entry.modified.seconds) > 2).then_some("another time")
}

/// A sparse file is compared piece by piece with the archive; its holes may lie elsewhere on this disk.
fn sparse(drill: &Drill<'_>, entry: &Entry) -> bool {
    let Some(holder) = holder(drill, entry.holder) else { return false };
    let Ok(file) = File::open(place(drill.scratch, &entry.path)) else { return false };
    if file.metadata().map(|meta| meta.len()).ok() != Some(entry.size) {
        return false;
    }
    let archive = holder.archive();
    archive.manifest().find(&entry.path).is_some_and(|held| archive.copy(held, &mut Comparing(file)).is_ok())
}

/// The archive that holds something.
pub(super) enum Held<'a> {
    /// The restore point itself.
    Point(&'a Archive),
    /// Another one.
    Other(Box<Archive>),
}

impl Held<'_> {
    /// The archive.
    pub(super) fn archive(&self) -> &Archive {
        match self {
            Self::Point(archive) => archive,
            Self::Other(archive) => archive,
        }
    }
}

/// The archive that holds something, if it is there.
pub(super) fn holder<'a>(drill: &Drill<'a>, sequence: u32) -> Option<Held<'a>> {
    let manifest = drill.point.manifest();
    if sequence == manifest.sequence {
        return Some(Held::Point(drill.point));
    }
    let holder: Holder = *manifest.holders.iter().find(|holder| holder.sequence == sequence)?;
    drill.shelf.open_holder(holder, 1).ok().map(|archive| Held::Other(Box::new(archive)))
}

/// Takes what is written as what should be read.
struct Comparing(File);

impl Write for Comparing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut there = vec![0; bytes.len()];
        self.0.read_exact(&mut there)?;
        if there != bytes {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it differs"));
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Comparing {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}
