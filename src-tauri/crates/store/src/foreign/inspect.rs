//! A look at a database where it lies, without keeping its writers waiting. With a write-ahead log it is read beside them; without one
//! it is read for a moment, and what takes longer is read in a copy.

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use caretaker_core::backup::Refusal;
use caretaker_core::database::{CheckDepth, Orphans, SqliteFacts, Verdict, review};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::check::ask;
use super::copy::clear;
use super::held::{Held, MOMENT};
use super::limit::Limit;
use super::refused::Refused;
use super::situation::{Way, record, way};
use super::transfer::{Others, transfer};
use super::{aside, indexes};
use crate::database::{beside, uri};

/// How often a database is looked at that changes under the look.
const LOOKS: usize = 4;
/// How long a lock of somebody else is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// What a check says at most.
const MOST_LINES: usize = 20;
/// Rows with a missing parent that are counted.
const MOST_ORPHANS: u64 = 100_000;

/// Looks at it. A copy that was made for that is removed.
pub(super) fn inspect(
    source: &Path,
    scratch: &Path,
    depth: CheckDepth,
    limit: Limit,
    held: &mut Held,
) -> Result<SqliteFacts, Refused> {
    let mut last = Refused::Moved;
    for _ in 0..LOOKS {
        let found = attempt(source, scratch, depth, limit, held);
        if !scratch.as_os_str().is_empty() {
            clear(scratch);
        }
        match found {
            Ok(facts) => {
                return Ok(SqliteFacts {
                    journal: if is_logged(source) { "wal".to_owned() } else { facts.journal },
                    bytes: length(source),
                    log: length(&beside(source, "-wal")),
                    ..facts
                });
            }
            Err(refused) => last = refused,
        }
        if last != Refused::Moved || limit.is_over() {
            break;
        }
    }
    Err(last)
}

fn length(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |found| found.len())
}

/// Whether it has a write-ahead log, as its header says: a copy, or a file that nobody has open, is opened without.
fn is_logged(file: &Path) -> bool {
    let mut head = [0; 20];
    let read = std::fs::File::open(file).and_then(|mut file| file.read_exact(&mut head));
    read.is_ok() && head[18] == 2
}

fn attempt(
    source: &Path,
    scratch: &Path,
    depth: CheckDepth,
    limit: Limit,
    held: &mut Held,
) -> Result<SqliteFacts, Refused> {
    let before = record(source)?;
    match way(source)? {
        Way::Aside => {
            has_room(scratch)?;
            aside::copy(source, scratch, limit)?;
            look(&mut open(scratch, Others::None)?, depth, limit)
        }
        Way::Alone => {
            let found = open(source, Others::None).and_then(|mut connection| look(&mut connection, depth, limit));
            // Nobody was there at the beginning; whoever came meanwhile left a trace, and what was read then may be nonsense.
            if record(source)? != before || way(source)? != Way::Alone {
                return Err(Refused::Moved);
            }
            found
        }
        Way::Shared => {
            let mut connection = open(source, Others::May)?;
            connection.busy_timeout(PATIENCE)?;
            let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
            if mode == "wal" {
                return look(&mut connection, depth, limit);
            }
            // The wait for the lock of a writer is no lock of ours.
            connection.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")?;
            let found = held.during(|| {
                let found = look(&mut connection, depth, limit.within(MOMENT));
                connection.progress_handler(0, None::<fn() -> bool>)?;
                connection.execute_batch("COMMIT")?;
                found
            });
            match found {
                Err(refused) if refused == Refused::slow() && !limit.is_over() => {}
                other => return other,
            }
            drop(connection);
            has_room(scratch)?;
            held.merge(transfer(source, scratch, Others::May, limit)?);
            look(&mut open(scratch, Others::None)?, depth, limit)
        }
    }
}

/// Whether there is a place for a copy.
fn has_room(scratch: &Path) -> Result<(), Refused> {
    if scratch.as_os_str().is_empty() {
        return Err(Refused::For(Refusal::NoRoom, "has no room for the copy that it would be read in".to_owned()));
    }
    Ok(())
}

fn open(file: &Path, others: Others) -> Result<Connection, Refused> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    Ok(Connection::open_with_flags(uri(file, others == Others::None), flags)?)
}

fn look(connection: &mut Connection, depth: CheckDepth, limit: Limit) -> Result<SqliteFacts, Refused> {
    limit.guard(connection)?;
    let number = |pragma: &str| -> Result<u64, Refused> {
        let value = connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0))?;
        Ok(u64::try_from(value).unwrap_or(0))
    };
    let mut facts = SqliteFacts {
        page: number("page_size")?,
        pages: number("page_count")?,
        free: number("freelist_count")?,
        journal: connection.query_row("PRAGMA journal_mode", [], |row| row.get(0))?,
        verdict: verdict(connection, depth)?,
        ..SqliteFacts::default()
    };
    if depth == CheckDepth::Full && !matches!(facts.verdict, Verdict::Damaged(_)) {
        orphans(connection, &mut facts)?;
        let (found, keys) = indexes::read(connection)?;
        facts.indexes = review(&found, &keys);
    }
    Ok(facts)
}

fn verdict(connection: &Connection, depth: CheckDepth) -> Result<Verdict, Refused> {
    let (pragma, words) = match depth {
        CheckDepth::None => return Ok(Verdict::NotChecked),
        CheckDepth::Quick => ("quick_check", "quick check"),
        CheckDepth::Full => ("integrity_check", "whole check"),
    };
    match ask(connection, &format!("PRAGMA {pragma}({MOST_LINES})")) {
        Ok(said) if said == ["ok"] => Ok(Verdict::Whole(words.to_owned())),
        Ok(said) => {
            let broken: Vec<&str> = said.iter().map(String::as_str).filter(|line| !is_about_a_rule(line)).collect();
            Ok(if broken.is_empty() { Verdict::Odd(first(&said)) } else { Verdict::Damaged(first(&broken)) })
        }
        Err(error) => match error.sqlite_error_code() {
            // Parts of the program that wrote it are missing here: functions, sort orders, kinds of tables.
            Some(ErrorCode::Unknown) => Ok(Verdict::Whole(format!("as far as it can be checked here: {error}"))),
            _ => Err(error.into()),
        },
    }
}

/// What a check says of rows that break a rule of their table, which is no damage.
fn is_about_a_rule(line: &str) -> bool {
    line.starts_with("CHECK constraint failed in ") || line.contains(" value in ")
}

/// The first few of them; one answer may have many lines, below a heading.
fn first(answers: &[impl AsRef<str>]) -> String {
    let lines = answers.iter().flat_map(|answer| answer.as_ref().lines()).map(str::trim);
    let some: Vec<&str> = lines.filter(|line| !line.is_empty() && !line.starts_with("***")).take(3).collect();
    some.join("; ")
}

fn orphans(connection: &Connection, facts: &mut SqliteFacts) -> Result<(), Refused> {
    let checked = || -> rusqlite::Result<Vec<Orphans>> {
        let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
        let mut rows = statement.query([])?;
        let (mut found, mut counted): (Vec<Orphans>, u64) = (Vec::new(), 0);
        while let Some(row) = rows.next()?.filter(|_| counted < MOST_ORPHANS) {
            let (table, parent): (String, String) = (row.get(0)?, row.get(2)?);
            counted += 1;
            match found.iter_mut().find(|one| one.table == table && one.parent == parent) {
                Some(one) => one.rows += 1,
                None => found.push(Orphans { table, parent, rows: 1 }),
            }
        }
        Ok(found)
    };
    match checked() {
        Ok(found) => facts.orphans = found,
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::Unknown) => {
            facts.left.push(format!("Its foreign keys cannot be checked: {error}."));
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
