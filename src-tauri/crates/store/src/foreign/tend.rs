//! What care changes in a database: its log is written into it, statistics are made anew, unused pages go back. Each step holds a lock for
//! a moment, gives way to whoever writes, and leaves what takes longer. Nothing is written to a database of another user, or to one that
//! a crash left.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use caretaker_core::database::{CareSteps, GiveBack, SqliteFacts, pays};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::held::{Held, MOMENT, pause};
use super::holder::{Holder, holder};
use super::limit::Limit;
use super::refused::Refused;
use super::situation::{Way, way};
use crate::database::beside;

/// How long one try waits for the lock of somebody else; while a commit waits for readers, others wait for it.
const PATIENCE: Duration = Duration::from_millis(50);
/// Looks before what lies beside a database is called left.
const LOOKS: usize = 5;
/// So often a lock is tried for.
const TRIES: usize = 40;
/// Rows of an index that statistics are made from.
const ROWS: u32 = 400;
/// A log that stays larger than this is cut.
const LARGE_LOG: u64 = 4 << 20;
/// Pages that are given back at once, at the beginning.
const PAGES: u64 = 32;
/// The room that writing a database anew needs beside twice its size.
const MARGIN: u64 = 64 << 20;

/// Does what was asked.
pub(super) fn tend(
    file: &Path,
    steps: CareSteps,
    limit: Limit,
    facts: &mut SqliteFacts,
    held: &mut Held,
) -> Result<(), Refused> {
    if let Some(why) = not_ours(file) {
        facts.left.push(why);
        return Ok(());
    }
    if is_left(file)? {
        facts.left.push("What a crash left still lies beside it; its own program brings that in.".to_owned());
        return Ok(());
    }
    let is_alone = holder(file)? == Holder::Nobody;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(PATIENCE)?;
    if steps.checkpoint && facts.journal == "wal" {
        checkpoint(&connection, file, facts, held)?;
    }
    if steps.optimise {
        optimise(&mut connection, limit, facts, held)?;
    }
    match steps.give_back {
        GiveBack::Nothing => {}
        GiveBack::Pieces | GiveBack::Whole => {
            give_back(&mut connection, limit, facts, held)?;
            if steps.give_back == GiveBack::Whole && pays(facts) {
                whole(&mut connection, file, is_alone, limit, facts)?;
            }
        }
    }
    connection.close().map_err(|(_, error)| Refused::from(error))
}

/// Whether a crash left something beside it. A journal that comes between two looks is that of somebody who writes.
pub(super) fn is_left(file: &Path) -> Result<bool, Refused> {
    for _ in 0..LOOKS {
        if way(file)? != Way::Aside {
            return Ok(false);
        }
        pause();
    }
    Ok(true)
}

/// SQLite makes files beside a database, which its own program could not open if somebody else made them.
pub(super) fn not_ours(file: &Path) -> Option<String> {
    let us = rustix::process::geteuid();
    let owner = std::fs::metadata(file).map_or(0, |found| found.uid());
    if !us.is_root() && owner != us.as_raw() {
        return Some("It belongs to another user, so that nothing is written to it.".to_owned());
    }
    None
}

/// Moves the log into the database beside whoever writes, and cuts a large one when nobody uses it at this moment.
fn checkpoint(connection: &Connection, file: &Path, facts: &mut SqliteFacts, held: &mut Held) -> Result<(), Refused> {
    let run = |mode: &str| {
        connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        })
    };
    // It takes no lock that a writer needs.
    let (busy, logged, moved) = run("PASSIVE")?;
    facts.done.checkpointed = u64::try_from(moved).ok().filter(|pages| *pages > 0);
    let size = || std::fs::metadata(beside(file, "-wal")).map_or(0, |found| found.len());
    if busy == 0 && logged == moved && size() > LARGE_LOG {
        let before = size();
        // Whoever reads or writes goes before: it is tried once, without waiting.
        connection.busy_timeout(Duration::ZERO)?;
        let cut = held.during(|| run("TRUNCATE"));
        connection.busy_timeout(PATIENCE)?;
        match cut {
            Ok((0, _, _)) => facts.done.freed += before.saturating_sub(size()),
            Ok(_) => facts.left.push("Its log stays large: somebody reads or writes.".to_owned()),
            Err(error) => return Err(error.into()),
        }
    } else if logged > moved {
        facts.left.push(format!("{} pages of its log are still needed by readers.", logged - moved));
    }
    Ok(())
}

/// Statistics of tables that need them, each in a transaction of its own.
fn optimise(
    connection: &mut Connection,
    limit: Limit,
    facts: &mut SqliteFacts,
    held: &mut Held,
) -> Result<(), Refused> {
    connection.execute_batch(&format!("PRAGMA analysis_limit={ROWS}"))?;
    // SQLite says which, in statements of its own, and takes a lock for it.
    let Some(wanted) = writing(connection, limit, held, |connection| {
        let mut statement = connection.prepare("PRAGMA optimize(-1)")?;
        let lines = statement.query_map([], |row| row.get::<_, String>(0))?;
        lines.collect::<rusqlite::Result<Vec<_>>>()
    })?
    else {
        facts.left.push("Its statistics stay: somebody writes all the time.".to_owned());
        return Ok(());
    };
    for statement in wanted.iter().filter(|line| line.starts_with("ANALYZE ")) {
        let table = statement.rsplit_once("\".\"").map_or(&**statement, |(_, name)| name.trim_end_matches('"'));
        pause();
        match writing(connection, limit, held, |connection| connection.execute_batch(statement)) {
            Ok(Some(())) => facts.done.analysed.push(format!("`{table}`")),
            Ok(None) => facts.left.push(format!("The statistics of `{table}` stay: somebody writes all the time.")),
            Err(refused) if refused == Refused::slow() && !limit.is_over() => {
                facts.left.push(format!("The statistics of `{table}` stay: they take longer than a writer may wait."));
            }
            Err(refused) => return Err(refused),
        }
    }
    Ok(())
}

/// Does something in a transaction that holds the lock of writers for a moment at most; nothing when the lock was not to be had.
pub(super) fn writing<T>(
    connection: &mut Connection,
    limit: Limit,
    held: &mut Held,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<Option<T>, Refused> {
    let mut tries = 0;
    loop {
        match connection.execute_batch("BEGIN IMMEDIATE") {
            Ok(()) => break,
            Err(error) if is_busy(&error) && tries < TRIES && !limit.is_over() => tries += 1,
            Err(error) if is_busy(&error) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        pause();
    }
    held.during(|| {
        limit.within(MOMENT).guard(connection)?;
        let done = work(connection);
        connection.progress_handler(0, None::<fn() -> bool>)?;
        let ended = done.and_then(|done| connection.execute_batch("COMMIT").map(|()| done));
        match ended {
            Ok(done) => Ok(Some(done)),
            Err(error) => {
                // Some errors have ended the transaction already.
                if !connection.is_autocommit() {
                    connection.execute_batch("ROLLBACK")?;
                }
                if is_busy(&error) { Ok(None) } else { Err(error.into()) }
            }
        }
    })
}

fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

/// Gives unused pages back in pieces, where the database was made for that.
fn give_back(
    connection: &mut Connection,
    limit: Limit,
    facts: &mut SqliteFacts,
    held: &mut Held,
) -> Result<(), Refused> {
    let mode: i64 = connection.query_row("PRAGMA auto_vacuum", [], |row| row.get(0))?;
    if mode != 2 || !pays(facts) {
        return Ok(());
    }
    let count = |connection: &Connection| -> Result<u64, Refused> {
        let free = connection.query_row("PRAGMA freelist_count", [], |row| row.get::<_, i64>(0))?;
        Ok(u64::try_from(free).unwrap_or(0))
    };
    let mut pages = PAGES;
    let before = count(connection)?;
    let mut left = before;
    while left > 0 && !limit.is_over() {
        let begun = Instant::now();
        let step = format!("PRAGMA incremental_vacuum({pages})");
        let went = writing(connection, limit, held, |connection| {
            let mut statement = connection.prepare(&step)?;
            let mut rows = statement.query([])?;
            // Each step of the statement moves a page.
            while rows.next()?.is_some() {}
            Ok(())
        });
        match went {
            Ok(Some(())) => {}
            Ok(None) => break,
            Err(refused) if refused == Refused::slow() && pages > 1 && !limit.is_over() => {
                pages = (pages / 4).max(1);
                continue;
            }
            Err(refused) => return Err(refused),
        }
        pages = match begun.elapsed() {
            took if took > MOMENT / 2 => (pages / 2).max(1),
            took if took < MOMENT / 6 => (pages * 2).min(2_048),
            _ => pages,
        };
        let now = count(connection)?;
        if now >= left {
            break;
        }
        left = now;
        pause();
    }
    facts.done.freed += before.saturating_sub(left).saturating_mul(facts.page);
    facts.free = left;
    if left > 0 {
        facts.left.push(format!("{left} unused pages are still there: somebody writes, or the time was over."));
    }
    Ok(())
}

/// Writes the database anew without its unused pages. Only while nobody has it open: it is one long lock.
fn whole(
    connection: &mut Connection,
    file: &Path,
    is_alone: bool,
    limit: Limit,
    facts: &mut SqliteFacts,
) -> Result<(), Refused> {
    if !is_alone {
        facts
            .left
            .push("It is not written anew while another program has it open, which would wait for it.".to_owned());
        return Ok(());
    }
    let folder = file.parent().unwrap_or(Path::new("/"));
    let room = rustix::fs::statvfs(folder).map_or(0, |stat| stat.f_bavail.saturating_mul(stat.f_frsize));
    let needed = facts.bytes.saturating_mul(2).saturating_add(MARGIN);
    if room < needed {
        facts.left.push(format!("It is not written anew: {needed} bytes of room are needed, {room} are there."));
        return Ok(());
    }
    limit.guard(connection)?;
    connection.busy_timeout(Duration::ZERO)?;
    let before = facts.bytes;
    match connection.execute_batch("VACUUM") {
        Ok(()) => {
            let _: (i64, i64, i64) = connection
                .query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            let now = facts.pages.saturating_sub(facts.free).saturating_mul(facts.page);
            facts.done.freed += before.saturating_sub(now);
            facts.free = 0;
            Ok(())
        }
        Err(error) if is_busy(&error) => {
            facts.left.push("It was not written anew: another program came.".to_owned());
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
