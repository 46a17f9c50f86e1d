//! Opens the restored databases, each in a process of its own, and counts their rows as they were counted at the backup.

use std::collections::HashMap;
use std::path::Path;

use caretaker_backup::format::manifest::{Entry, Flags};
use caretaker_core::backup::{
    ArchivePath, DatabaseCheck, DatabaseKind, DrillOutcome, OpenedDatabase, RecordedDatabase, difference,
};
#[cfg(test)]
use caretaker_core::problem::Code;
use caretaker_core::problem::Problem;

use super::compare::{holder, place};
use super::{Drill, Failing as _};

/// Opens databases that were restored.
pub trait Opener {
    /// Opens a copy of a SQLite database, checks it and counts its rows.
    fn sqlite(&self, file: &Path) -> Result<DatabaseCheck, Problem>;

    /// Restores a dump of PostgreSQL into a scratch database of the server and counts its rows; without a server reads the list of
    /// what it holds.
    fn dump(&self, file: &Path, server: Option<&str>) -> Result<DatabaseCheck, Problem>;
}

/// Opens none.
#[cfg(test)]
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct NoOpener;

#[cfg(test)]
impl Opener for NoOpener {
    fn sqlite(&self, file: &Path) -> Result<DatabaseCheck, Problem> {
        Err(not_here(file))
    }

    fn dump(&self, file: &Path, _server: Option<&str>) -> Result<DatabaseCheck, Problem> {
        Err(not_here(file))
    }
}

#[cfg(test)]
fn not_here(file: &Path) -> Problem {
    Problem::new(Code::NotConfigured, format!("failed to open `{}`: no program for it is here", file.display()))
}

/// Opens every database of the part that was restored.
pub(super) fn open(drill: &Drill<'_>, opener: &dyn Opener, outcome: &mut DrillOutcome) -> Result<(), Problem> {
    let mut notes: HashMap<u32, Vec<RecordedDatabase>> = HashMap::new();
    for entry in drill.files() {
        let known = notes.entry(entry.holder).or_insert_with(|| recorded(drill, entry.holder));
        let record = known.iter().find(|record| record.path.as_bytes() == &*entry.path);
        let is_raw = entry.flags.has(Flags::RAW_DATABASE);
        let is_database = entry.flags.has(Flags::SNAPSHOT) || is_raw || record.is_some();
        let file = place(drill.scratch, &entry.path);
        // What did not come back is a failure already.
        if !is_database || !file.exists() {
            continue;
        }
        let checked = match record.map(|record| record.kind) {
            Some(DatabaseKind::Postgres) => opener.dump(&file, drill.order.scratch_postgres.as_deref()),
            Some(DatabaseKind::Sqlite) | None => opener.sqlite(&file),
        };
        let opened = judge(entry, record, checked);
        // A copy without a guarantee is no promise that could be broken.
        if !opened.is_good && !is_raw {
            outcome.fail(format!("the database `{}` is not as it was: {}", opened.path, opened.detail));
        }
        outcome.databases.push(opened);
        drill.done(0)?;
    }
    Ok(())
}

/// What an archive notes of its databases. Notes that cannot be read are none: the frames of the archive are checked elsewhere.
fn recorded(drill: &Drill<'_>, sequence: u32) -> Vec<RecordedDatabase> {
    let Some(opened) = holder(drill, sequence) else { return Vec::new() };
    let notes = opened.archive().database_notes().ok().flatten();
    notes.and_then(|notes| serde_json::from_slice(&notes).ok()).unwrap_or_default()
}

fn judge(entry: &Entry, record: Option<&RecordedDatabase>, checked: Result<DatabaseCheck, Problem>) -> OpenedDatabase {
    let mut opened = OpenedDatabase { path: ArchivePath::new(entry.path.clone()), ..OpenedDatabase::default() };
    let check = match checked {
        Ok(check) => check,
        Err(problem) => {
            opened.detail = problem.message;
            return opened;
        }
    };
    let tables = check.tables.as_deref();
    opened.rows = tables.unwrap_or_default().iter().filter_map(|table| table.rows).sum();
    let other = record.zip(tables).and_then(|(record, tables)| difference(&record.tables, tables));
    opened.is_good = check.is_sound && other.is_none();
    opened.detail = match (check.is_sound, other, tables) {
        (false, _, _) => check.detail,
        (true, Some(other), _) => other,
        (true, None, None) => "its list of contents can be read".to_owned(),
        (true, None, Some(_)) if record.is_none() => "it opens; nothing was counted at the backup".to_owned(),
        (true, None, Some(tables)) => {
            format!("{} rows in {} tables, as at the backup", opened.rows, tables.len())
        }
    };
    opened
}
