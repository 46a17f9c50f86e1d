//! From an order to roots and rules of a walk, databases found on the way among them; and the questions that a missing or suddenly empty
//! source and a lost key ask.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use caretaker_backup::format::manifest::{Entry, Kind, order};
use caretaker_backup::source::walk::walk;
use caretaker_backup::source::{Excludes, Nested, Root, Rules};
use caretaker_backup::write::Cancel;
use caretaker_core::backup::{CreateOrder, only_configuration};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::retention::ArchiveType;

use crate::databases::begins_as_database;
use crate::problem::problem;

/// What lies beside a database and is saved with it when no copy can be made.
const PARTS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The folders and files of an order. What lies in another of them is part of that one.
pub fn roots(order: &CreateOrder, cancel: &Cancel) -> Result<Vec<Root>, Problem> {
    let mut paths: Vec<PathBuf> = match order.kind {
        ArchiveType::Database => databases(order, cancel)?,
        ArchiveType::Full | ArchiveType::Incremental | ArchiveType::Configuration => {
            order.source.folders.iter().map(PathBuf::from).collect()
        }
    };
    if order.kind != ArchiveType::Configuration {
        paths.extend(order.source.sqlite.iter().map(|path| named(path)));
    } else if let Some(own) = order.own_configuration.as_ref().map(PathBuf::from).filter(|path| path.is_file()) {
        paths.push(own);
    }
    let mut roots: Vec<Root> = Vec::new();
    paths.sort();
    for path in paths {
        let inside = roots.iter().any(|root| path.starts_with(&root.path));
        if inside || (order.accept_empty && !path.exists()) {
            continue;
        }
        if !path.exists() {
            return Err(missing(&path, &order.set));
        }
        if path.is_file() && begins_as_database(&path) {
            let parts = PARTS.iter().map(|part| beside(&path, part));
            roots.extend(parts.map(|part| Root::at(part).perhaps()));
        }
        roots.push(Root::at(path));
    }
    if roots.is_empty() && (order.source.postgres.is_empty() || order.kind == ArchiveType::Configuration) {
        let message = format!("failed to back up {}: nothing of what it names is there", order.set);
        return Err(Problem::new(Code::SourceMissing, message).hint("name folders or files in the job"));
    }
    Ok(roots)
}

/// The databases that a job names.
pub fn named_databases(order: &CreateOrder) -> HashSet<PathBuf> {
    order.source.sqlite.iter().map(|path| named(path)).collect()
}

/// Of a link the file that it leads to, beside which its log lies.
fn named(path: &str) -> PathBuf {
    let path = PathBuf::from(path);
    let real = if path.is_symlink() { std::fs::canonicalize(&path).ok() } else { None };
    real.unwrap_or(path)
}

fn beside(path: &Path, part: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(part);
    PathBuf::from(name)
}

/// Databases in the folders of an order.
fn databases(order: &CreateOrder, cancel: &Cancel) -> Result<Vec<PathBuf>, Problem> {
    let is_there = |folder: &&String| !order.accept_empty || Path::new(folder).exists();
    let folders: Vec<Root> = order.source.folders.iter().filter(is_there).map(Root::at).collect();
    if let Some(folder) = folders.iter().find(|folder| !folder.path.exists()) {
        return Err(missing(&folder.path, &order.set));
    }
    if folders.is_empty() {
        return Ok(Vec::new());
    }
    let walked = walk(&folders, &rules(order)?, &|| cancel.is_cancelled()).map_err(problem)?;
    let files = walked.found.into_iter().filter(|found| found.kind == Kind::File && found.meta.size >= 512);
    let paths = files.map(|found| Path::new("/").join(OsStr::from_bytes(&found.path)));
    Ok(paths.filter(|path| begins_as_database(path)).collect())
}

/// A disk that is not mounted leaves an empty folder. That everything was deleted is for a person to say.
pub fn refuse_suddenly_empty(order: &CreateOrder, roots: &[Root], before: &[Entry]) -> Result<(), Problem> {
    if order.accept_empty {
        return Ok(());
    }
    for root in roots {
        if is_empty(root) && holds_something(before, &root.name) {
            let path = root.path.display();
            let message = format!("failed to back up {}: `{path}` is empty, and was not at the last backup", order.set);
            return Err(Problem::new(Code::SourceMissing, message).hint(question(&order.set)));
        }
    }
    Ok(())
}

/// Without the key of the archives before nobody can tell what changed or went away: not even that a disk is missing or that somebody
/// encrypted everything. Whether to begin anew is for a person to say.
pub fn refuse_locked(order: &CreateOrder, locked: &Path) -> Result<(), Problem> {
    if order.accept_lost_key {
        return Ok(());
    }
    let set = &order.set;
    let name = locked.file_name().unwrap_or_default().to_string_lossy();
    let message = format!(
        "failed to back up {set}: its newest archive, `{name}`, is encrypted and its key is not here, so what changed since cannot \
         be told"
    );
    Err(Problem::new(Code::KeyMissing, message).hint(format!(
        "type in the key from the recovery sheet: `caretaker backup key import`, with the name of the destination. If it is lost \
         for good, say so, and everything is saved anew: `caretaker backup accept-changes {set}`"
    )))
}

/// Whether a folder of these holds nothing.
pub fn is_any_empty(roots: &[Root]) -> bool {
    roots.iter().any(is_empty)
}

fn is_empty(root: &Root) -> bool {
    std::fs::read_dir(&root.path).is_ok_and(|mut entries| entries.next().is_none())
}

fn missing(path: &Path, set: &str) -> Problem {
    let message = format!("failed to back up {set}: `{}` is not there", path.display());
    Problem::new(Code::SourceMissing, message).hint(question(set))
}

fn question(set: &str) -> String {
    format!(
        "Is its disk not mounted? Then mount it. If it is meant to be so, say so: `caretaker backup accept-changes {set}`"
    )
}

fn holds_something(before: &[Entry], name: &[u8]) -> bool {
    let after = before.partition_point(|entry| order(&entry.path, name).is_le());
    let below = [name, b"/"].concat();
    before.get(after).is_some_and(|entry| entry.path.starts_with(&below))
}

/// What the walk leaves out.
pub fn rules(order: &CreateOrder) -> Result<Rules, Problem> {
    let patterns = match order.kind {
        ArchiveType::Configuration => only_configuration(&order.source.exclude),
        ArchiveType::Full | ArchiveType::Incremental | ArchiveType::Database => order.source.exclude.clone(),
    };
    let excludes = Excludes::new(patterns.iter().map(String::as_str)).map_err(|bad| {
        Problem::new(Code::InvalidConfiguration, format!("failed to back up {}: {bad}", order.set))
            .hint("mend `exclude` of the job")
    })?;
    let never = order.source.never.iter().chain(order.cache.iter()).chain([&order.staging]);
    let never = never.filter_map(|path| std::fs::symlink_metadata(path).ok()).map(|found| (found.dev(), found.ino()));
    Ok(Rules { excludes, nested: Nested::Store, never: never.collect(), ..Rules::default() })
}
