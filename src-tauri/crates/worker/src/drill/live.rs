//! Compares what was restored with the files that are there now. Most differences are life going on; one is not: a file with the same
//! size and time and another content.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use caretaker_backup::format::manifest::{Entry, Flags, Kind};
use caretaker_core::backup::{ArchivePath, Drift, DriftKind, DrillOutcome};
use caretaker_core::problem::Problem;
use rustix::fs::OFlags;

use super::compare::place;
use super::{Drill, Failing as _, MOST_TOLD};

/// Files whose stored bytes are not, or need not be, those of the live file; databases are never opened here.
const OWN_BYTES: [Flags; 6] =
    [Flags::SNAPSHOT, Flags::RAW_DATABASE, Flags::PAGES, Flags::CHANGED, Flags::CLOUD_ONLY, Flags::UNREADABLE];

/// Names what drifted, and fails on what cannot be.
pub(super) fn compare(drill: &Drill<'_>, outcome: &mut DrillOutcome) -> Result<(), Problem> {
    for entry in &drill.point.manifest().entries {
        if entry.kind == Kind::Folder || !is_live(drill, &entry.path) {
            continue;
        }
        if let Some(kind) = drift(drill, entry) {
            if kind == DriftKind::Silent {
                let path = ArchivePath::new(entry.path.clone());
                outcome.fail(format!("`{path}` has the size and time that it had, and another content"));
            }
            tell(outcome, &entry.path, kind);
        }
        drill.done(if entry.kind == Kind::File { entry.size } else { 0 })?;
    }
    new(drill, outcome)
}

fn tell(outcome: &mut DrillOutcome, path: &[u8], kind: DriftKind) {
    outcome.drifted += 1;
    // What fails the drill is named whatever else is.
    if outcome.drift.len() < MOST_TOLD || kind == DriftKind::Silent {
        outcome.drift.push(Drift { path: ArchivePath::new(path), kind });
    }
}

/// The name in the archive of a folder or file of the source.
fn name(path: &str) -> &[u8] {
    path.trim_matches('/').as_bytes()
}

/// Whether an entry came from a file of this machine, and not from a dump.
fn is_live(drill: &Drill<'_>, path: &[u8]) -> bool {
    let source = &drill.order.source;
    let is_below =
        |root: &String| path.strip_prefix(name(root)).is_some_and(|rest| rest.first().is_none_or(|byte| *byte == b'/'));
    source.folders.iter().chain(&source.sqlite).any(is_below)
}

fn drift(drill: &Drill<'_>, entry: &Entry) -> Option<DriftKind> {
    let live = place(Path::new("/"), &entry.path);
    let Ok(meta) = std::fs::symlink_metadata(&live) else { return Some(DriftKind::Gone) };
    let is_kind = match entry.kind {
        Kind::File => meta.is_file(),
        Kind::Symlink => meta.is_symlink(),
        Kind::Folder | Kind::Fifo | Kind::CharacterDevice | Kind::BlockDevice => true,
    };
    if !is_kind {
        return Some(DriftKind::Changed);
    }
    if entry.kind == Kind::Symlink {
        let is_same = std::fs::read_link(&live).is_ok_and(|target| target.as_os_str().as_bytes() == &*entry.target);
        return (!is_same).then_some(DriftKind::Changed);
    }
    let is_at_time =
        (meta.mtime(), meta.mtime_nsec()) == (entry.modified.seconds, i64::from(entry.modified.nanoseconds));
    let has_own_bytes = OWN_BYTES.into_iter().any(|flag| entry.flags.has(flag)) || entry.holder == 0;
    if entry.kind != Kind::File || has_own_bytes {
        return (!is_at_time && entry.kind == Kind::File).then_some(DriftKind::Changed);
    }
    if !is_at_time || meta.len() != entry.size {
        return Some(DriftKind::Changed);
    }
    let restored = place(drill.scratch, &entry.path);
    if !drill.sample.has(entry) || is_same(drill, &live, &restored) != Some(false) {
        return None;
    }
    // It may have been written while it was read.
    let again = std::fs::symlink_metadata(&live).ok();
    let is_still = again
        .is_some_and(|now| (now.len(), now.mtime(), now.mtime_nsec()) == (meta.len(), meta.mtime(), meta.mtime_nsec()));
    Some(if is_still { DriftKind::Silent } else { DriftKind::Changed })
}

/// Whether two files hold the same bytes; nothing when one of them cannot be read.
fn is_same(drill: &Drill<'_>, live: &Path, restored: &Path) -> Option<bool> {
    // A pipe that took the place of the file is not waited for.
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut live = File::from(rustix::fs::open(live, flags, rustix::fs::Mode::empty()).ok()?);
    let mut restored = File::open(restored).ok()?;
    let (mut one, mut other) = (vec![0; 256 << 10], vec![0; 256 << 10]);
    loop {
        let got = fill(&mut live, &mut one)?;
        let there = fill(&mut restored, &mut other)?;
        if one.get(..got)? != other.get(..there)? {
            return Some(false);
        }
        drill.read(got as u64);
        if got < one.len() {
            return Some(true);
        }
    }
}

fn fill(file: &mut File, buffer: &mut [u8]) -> Option<usize> {
    let mut done = 0;
    while let Some(rest) = buffer.get_mut(done..).filter(|rest| !rest.is_empty()) {
        match file.read(rest).ok()? {
            0 => break,
            got => done += got,
        }
    }
    Some(done)
}

/// Files that would be in a backup made now and are not in this one. A source that cannot be walked has nothing new.
fn new(drill: &Drill<'_>, outcome: &mut DrillOutcome) -> Result<(), Problem> {
    let known: HashSet<&[u8]> = drill.point.manifest().entries.iter().map(|entry| &*entry.path).collect();
    let source = &drill.order.source;
    for folder in &source.folders {
        let Ok(found) = crate::source::walk(folder, source, drill.cancel) else { continue };
        for found in found.iter().filter(|found| found.kind != Kind::Folder && !known.contains(&*found.path)) {
            tell(outcome, &found.path, DriftKind::New);
        }
        drill.done(0)?;
    }
    Ok(())
}
