//! SQLite databases that somebody named, and those that lie in folders; each is looked after by a process of its own.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use caretaker_backup::format::manifest::Kind;
use caretaker_backup::source::walk::walk;
use caretaker_backup::source::{Excludes, Root, Rules};
use caretaker_backup::write::Cancel;
use caretaker_core::backup::ArchivePath;
use caretaker_core::database::{CareAnswer, CareOrder, Searched, SqliteOrder, SqliteOutcome, SqliteReport};
use caretaker_core::problem::{Code, Problem};
use caretaker_platform::command::CARE_VERB;

use crate::databases::{Apart, begins_as_database, limit};
use crate::drill::Scratch;

/// Databases that one run looks at.
const MOST: usize = 200;
/// The smallest database.
const SMALLEST: u64 = 512;

/// Looks after all of them.
pub(super) fn sqlite(
    order: &SqliteOrder,
    apart: &Apart<'_>,
    step: &dyn Fn(String),
    cancel: &Cancel,
) -> Result<SqliteOutcome, Problem> {
    let mut outcome = SqliteOutcome::default();
    let mut files = files(order, step, cancel, &mut outcome)?;
    outcome.left_out = files.len().saturating_sub(MOST);
    files.truncate(MOST);
    let scratch = Scratch::make(Path::new(&order.scratch))?;
    for (number, path) in files.into_iter().enumerate() {
        step(format!("looking after {}", path.display()));
        let length = |path: &Path| std::fs::metadata(path).map_or(0, |found| found.len());
        let mut log = path.as_os_str().to_owned();
        log.push("-wal");
        let bytes = length(&path) + length(Path::new(&log));
        // A disk that a copy would fill gets none.
        let copy = scratch.path().join(number.to_string());
        let place = if bytes < scratch.room() { copy.to_str().unwrap_or_default() } else { "" };
        let file = ArchivePath::new(path.as_os_str().as_bytes());
        let wish = CareOrder { file: file.clone(), scratch: place.to_owned(), steps: order.steps, limit: limit(bytes) };
        let answer = match apart.ask(CARE_VERB, &wish, wish.limit) {
            Ok(answer) => answer,
            Err(problem) if problem.code == Code::Interrupted => return Err(problem),
            Err(problem) => CareAnswer::Failed(problem),
        };
        outcome.databases.push(SqliteReport { file, answer });
    }
    scratch.remove()?;
    Ok(outcome)
}

/// Those that somebody named, then the others, the largest first.
pub(super) fn files(
    order: &SqliteOrder,
    step: &dyn Fn(String),
    cancel: &Cancel,
    outcome: &mut SqliteOutcome,
) -> Result<Vec<PathBuf>, Problem> {
    let never: Vec<(u64, u64)> = order.never.iter().filter_map(|path| place(Path::new(path))).collect();
    let is_ours = |path: &Path| path.ancestors().filter_map(place).any(|place| never.contains(&place));
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    let mut files = Vec::new();
    for path in &order.named {
        // Of a link the file that it leads to, beside which its log lies.
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
        if !is_ours(&real) && seen.insert(real.clone()) {
            files.push(real);
        }
    }
    let mut found: Vec<(u64, PathBuf)> = Vec::new();
    for searched in &order.searched {
        let excludes = match Excludes::new(searched.exclude.iter().map(String::as_str)) {
            Ok(excludes) => excludes,
            Err(bad) => {
                outcome.unsearched.extend(searched.folders.iter().map(|folder| (folder.clone(), bad.to_string())));
                continue;
            }
        };
        let rules = Rules { excludes, never: never.clone(), ..Rules::default() };
        for folder in &searched.folders {
            step(format!("looking for databases in {folder}"));
            match inside(folder, &rules, searched, order, cancel) {
                Ok(inside) => found.extend(inside),
                Err(problem) if problem.code == Code::Interrupted => return Err(problem),
                Err(problem) => outcome.unsearched.push((folder.clone(), problem.message)),
            }
        }
    }
    found.sort_by(|one, other| (other.0, &one.1).cmp(&(one.0, &other.1)));
    for (_, path) in found {
        if !is_ours(&path) && seen.insert(path.clone()) {
            files.push(path);
        }
    }
    Ok(files)
}

/// Which folder or file it is, whatever it is called.
fn place(path: &Path) -> Option<(u64, u64)> {
    std::fs::metadata(path).ok().map(|meta| (meta.dev(), meta.ino()))
}

/// Databases in a folder, with their bytes.
fn inside(
    folder: &str,
    rules: &Rules,
    searched: &Searched,
    order: &SqliteOrder,
    cancel: &Cancel,
) -> Result<Vec<(u64, PathBuf)>, Problem> {
    if !Path::new(folder).exists() {
        return Err(Problem::new(Code::SourceMissing, "it is not there"));
    }
    // One folder below another of the same job is walked with that one.
    let is_inside = |other: &String| other != folder && Path::new(folder).starts_with(other);
    if searched.folders.iter().any(is_inside) {
        return Ok(Vec::new());
    }
    let walked = walk(&[Root::at(folder)], rules, &|| cancel.is_cancelled()).map_err(crate::problem::problem)?;
    let files = walked.found.into_iter().filter(|found| found.kind == Kind::File);
    let paths = files.map(|found| (found.meta.size, Path::new("/").join(OsStr::from_bytes(&found.path))));
    Ok(paths
        .filter(|(size, path)| {
            let is_known = || path.to_str().is_some_and(|path| order.known.iter().any(|known| known == path));
            (*size >= SMALLEST && begins_as_database(path)) || is_known()
        })
        .collect())
}
