//! Brings files back: a plan of what would change, or the files themselves. The archive crate decides what is safe; here its plan and
//! its report become words, and files that are lost get the newest older version that is whole.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::Ordering::Relaxed;

use caretaker_backup::BackupError;
use caretaker_backup::format::manifest::{Entry, Kind};
use caretaker_backup::read::restore::{
    self, Conflict as OnConflict, Ownership, Plan, Selection, Step, Unrestored, Wish, prepare_paced,
};
use caretaker_backup::read::{Archive, Shelf};
use caretaker_backup::write::{Cancel, Progress};
use caretaker_core::backup::{ArchivePath, Conflict, DamagedFile, InTheWay, Report, RestoreOrder, RestoreOutcome};
use caretaker_core::problem::{Code, Problem};

use crate::opening;
use crate::pace::pace;
use crate::problem::problem;
use crate::speech::Voice;
use crate::telling::telling;

/// Names in each list that are told.
const MOST_NAMES: usize = 10_000;

/// Restores, or tells what a restore would do.
pub(crate) fn restore(order: &RestoreOrder, voice: &Voice, cancel: &Cancel) -> Result<(), Problem> {
    let outcome = carry_out(order, voice, cancel)?;
    voice.say(&Report::Restored(Box::new(outcome)));
    Ok(())
}

/// The restore itself, for whoever wants what came of it.
pub(crate) fn carry_out(order: &RestoreOrder, voice: &Voice, cancel: &Cancel) -> Result<RestoreOutcome, Problem> {
    let failed = problem;
    let target = Path::new(&order.to);
    outside(target, Path::new(&order.shelf))?;
    let keys = opening::keys(&order.identities);
    let point = opening::archive(Path::new(&order.archive), &keys).map_err(failed)?;
    let shelf = opening::shelf(Path::new(&order.shelf), &keys).map_err(failed)?;
    let selection = if order.paths.is_empty() {
        Selection::All
    } else {
        Selection::Paths(order.paths.iter().map(|path| path.as_bytes().to_vec()).collect())
    };
    let progress = Progress::default();
    let pace = pace(order.hurry);
    let wish = Wish {
        shelf: &shelf,
        point: &point,
        selection: &selection,
        strip: order.strip.as_bytes(),
        target,
        conflict: match order.conflict {
            Conflict::KeepBoth => OnConflict::KeepBoth,
            Conflict::Replace => OnConflict::Replace,
            Conflict::Skip => OnConflict::Skip,
        },
        ownership: if order.owners { Ownership::Restore } else { Ownership::Mine },
        workers: opening::workers(true),
        progress: &progress,
        cancel,
    };
    let plan =
        telling(voice, &progress, "comparing", || prepare_paced(&wish, &*pace)).map_err(|error| match error {
            error @ BackupError::Refused { .. } => {
                problem(error).hint("`caretaker backup browse ID` shows what it holds")
            }
            other => problem(other),
        })?;
    let mut outcome = planned(&wish, &plan);
    outcome.free_bytes = free(target);
    if point.is_scanned() {
        outcome.notes.push(
            "the archive's list of contents is damaged: what is whole is here, and what is missing may have no name"
                .to_owned(),
        );
        outcome.lost.extend(point.lost().iter().take(MOST_NAMES).map(|path| lost(path, "it is damaged")));
        outcome.notes.extend(point.gaps().iter().cloned());
    }
    outcome.notes.extend(dumps(&wish, &plan));
    if !order.dry_run {
        progress.files_expected.store(files(&wish, &plan), Relaxed);
        let report =
            telling(voice, &progress, "restoring", || restore::restore_paced(&wish, &plan, &*pace)).map_err(failed)?;
        reported(&report, &mut outcome);
        outcome.files = progress.files.load(Relaxed).min(files(&wish, &plan));
    }
    offer_older(&shelf, &point, &mut outcome.lost);
    Ok(outcome)
}

/// A folder of archives is no place for other files: the next look at it would have to guess what they are.
fn outside(target: &Path, shelf: &Path) -> Result<(), Problem> {
    let real = |path: &Path| path.ancestors().find_map(|place| std::fs::canonicalize(place).ok());
    let Ok(shelf) = std::fs::canonicalize(shelf) else { return Ok(()) };
    if !real(target).is_some_and(|target| target.starts_with(&shelf)) {
        return Ok(());
    }
    let words = format!("failed to restore to `{}`: archives lie there", target.display());
    Err(Problem::new(Code::Usage, words).hint("Name another folder with `--to`."))
}

fn entry<'a>(wish: &Wish<'a>, index: Option<u32>) -> Option<&'a Entry> {
    wish.point.manifest().entries.get(usize::try_from(index?).ok()?)
}

/// Files whose content is written.
fn files(wish: &Wish<'_>, plan: &Plan) -> u64 {
    let is_written = |step| matches!(step, Step::Create | Step::Replace | Step::Beside);
    let is_file = |index| entry(wish, index).is_some_and(|entry| entry.kind == Kind::File);
    plan.items.iter().filter(|item| is_written(item.step) && is_file(item.entry)).count() as u64
}

/// What the plan says, in words.
fn planned(wish: &Wish<'_>, plan: &Plan) -> RestoreOutcome {
    let mut outcome = RestoreOutcome {
        to: wish.target.display().to_string(),
        files: files(wish, plan),
        bytes: plan.bytes,
        needed_bytes: plan.bytes,
        lost: plan.lost.iter().take(MOST_NAMES).map(|one| lost(&one.path, &one.words)).collect(),
        ..RestoreOutcome::default()
    };
    for item in &plan.items {
        let Some(entry) = entry(wish, item.entry) else { continue };
        let path = || ArchivePath::new(&*entry.path);
        match item.step {
            Step::Same if entry.kind == Kind::File => outcome.unchanged += 1,
            Step::Skip => push(&mut outcome.skipped, path()),
            Step::Beside => push(&mut outcome.renamed, (path(), ArchivePath::new(&*item.to).to_string())),
            Step::Replace => push(&mut outcome.replaced, path()),
            Step::Same | Step::Create | Step::Merge => continue,
        }
        if matches!(item.step, Step::Skip | Step::Beside | Step::Replace)
            && let Some(what) = in_the_way(wish, entry)
        {
            push(&mut outcome.in_the_way, InTheWay { path: path(), what: what.to_owned() });
        }
    }
    outcome
}

/// What to do with dumps of databases: they come back as files, and a server takes them from there.
fn dumps(wish: &Wish<'_>, plan: &Plan) -> Vec<String> {
    let entries = plan.items.iter().filter_map(|item| entry(wish, item.entry));
    let dumps = entries.filter(|entry| {
        entry.kind == Kind::File && entry.path.starts_with(b"postgres") && entry.path.ends_with(b".dump")
    });
    dumps
        .map(|entry| {
            let path = ArchivePath::new(&*entry.path);
            format!("`{path}` is a dump of PostgreSQL: `createdb NEW`, then `pg_restore --no-owner --dbname NEW FILE`")
        })
        .collect()
}

fn push<T>(list: &mut Vec<T>, one: T) {
    if list.len() < MOST_NAMES {
        list.push(one);
    }
}

/// What is where an entry should go; nothing when only a folder above it was in the way.
fn in_the_way(wish: &Wish<'_>, entry: &Entry) -> Option<&'static str> {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::MetadataExt as _;
    let below = entry.path.strip_prefix(wish.strip)?;
    let below = below.strip_prefix(b"/").unwrap_or(below);
    let there = std::fs::symlink_metadata(wish.target.join(std::ffi::OsStr::from_bytes(below))).ok()?;
    let there_time = (there.mtime(), there.mtime_nsec());
    let own_time = (entry.modified.seconds, i64::from(entry.modified.nanoseconds));
    Some(match (there.is_dir(), there.is_file() && entry.kind == Kind::File) {
        (true, _) => "folder",
        (false, false) => "something else",
        (false, true) if there_time > own_time => "newer",
        (false, true) if there_time < own_time => "older",
        (false, true) => "same time",
    })
}

/// What the report says, in words; it takes the place of what the plan had expected.
fn reported(report: &restore::Report, outcome: &mut RestoreOutcome) {
    outcome.bytes = report.bytes;
    for failed in report
        .failed
        .iter()
        .filter(|failed| !outcome.lost.iter().any(|lost| lost.path.as_bytes() == failed.path))
        .collect::<Vec<_>>()
    {
        push(&mut outcome.lost, lost(&failed.path, &failed.words));
    }
    for (path, to) in &report.renamed {
        push(&mut outcome.renamed, (ArchivePath::new(&**path), ArchivePath::new(&**to).to_string()));
    }
    for Unrestored { path, words } in &report.reduced {
        push(&mut outcome.notes, format!("`{}` came back without: {words}", ArchivePath::new(&**path)));
    }
}

fn lost(path: &[u8], words: &str) -> DamagedFile {
    DamagedFile { path: ArchivePath::new(path), reason: words.to_owned(), older: None }
}

/// For each lost file the newest archive before the restore point that itself holds a version of it.
fn offer_older(shelf: &Shelf, point: &Archive, lost: &mut [DamagedFile]) {
    let mut open: HashMap<Vec<u8>, usize> =
        lost.iter().enumerate().map(|(index, file)| (file.path.as_bytes().to_vec(), index)).collect();
    let before = shelf.archives().iter().rev().filter(|(name, _)| name.sequence < point.header().sequence);
    for (_, path) in before {
        if open.is_empty() {
            return;
        }
        let Ok(older) = Archive::open_with(path, shelf.keys()) else { continue };
        open.retain(|name, index| {
            let held = older.manifest().find(name).filter(|entry| entry.kind == Kind::File && entry.place.is_some());
            if held.is_some()
                && let Some(file) = lost.get_mut(*index)
            {
                file.older = Some(older.header().id.to_string());
            }
            held.is_none()
        });
    }
}

/// Bytes that are free where a folder is or would be.
pub(crate) fn free(target: &Path) -> Option<u64> {
    let stat = target.ancestors().find_map(|place| rustix::fs::statvfs(place).ok())?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

#[cfg(test)]
mod tests;
