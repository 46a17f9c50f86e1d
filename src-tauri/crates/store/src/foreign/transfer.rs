//! Pages from one connection to another through SQLite's online backup. With a write-ahead log that is one snapshot, and writers go
//! on; without one, readers and writers exclude each other, so the source is held only for moments at a time.

use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::held::{Held, MOMENT, pause};
use super::limit::Limit;
use super::refused::Refused;
use crate::database::uri;

/// Pages between two looks at the clock.
const PAGES: i32 = 128;
/// How long a lock of somebody else is waited for.
const PATIENCE: Duration = Duration::from_secs(3);
/// A database that others write all the time is tried this long; a larger one longer.
const LEAST: Duration = Duration::from_secs(10);
const BYTES_PER_SECOND: u64 = 20 << 20;

/// Whether others may have the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Others {
    /// They may, and SQLite keeps us apart.
    May,
    /// Nobody has it: SQLite takes no locks and makes no files.
    None,
}

/// Copies every page; says for how long at most others could be held up at once.
pub(super) fn transfer(source: &Path, target: &Path, others: Others, limit: Limit) -> Result<Held, Refused> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let mut from = Connection::open_with_flags(uri(source, others == Others::None), flags)?;
    from.busy_timeout(PATIENCE)?;
    limit.guard(&mut from)?;
    let mode: String = from.query_row("PRAGMA journal_mode", [], |row| row.get(0))?;
    let mut to = Connection::open(target)?;
    // What a crash leaves of the copy is thrown away: it is synced once, at the end.
    to.execute_batch("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-4000")?;
    let backup = Backup::new(&from, &mut to)?;
    let mut longest = Held::default();
    if others == Others::None || mode == "wal" {
        let Hold { is_done, longest_step, .. } = hold(&from, &backup, limit)?;
        longest.note(longest_step);
        return if is_done { Ok(longest) } else { Err(Refused::slow()) };
    }
    let length = std::fs::metadata(source)?.len();
    let turns = limit.within(LEAST + Duration::from_secs(length / BYTES_PER_SECOND));
    loop {
        let Hold { is_done, held, .. } = hold(&from, &backup, turns.within(MOMENT))?;
        longest.note(held);
        if is_done {
            return Ok(longest);
        }
        if turns.is_over() {
            return Err(Refused::For(
                caretaker_core::backup::Refusal::Busy,
                "is written all the time, and too large to be copied between two writes".to_owned(),
            ));
        }
        pause();
    }
}

/// One time that the source was held.
struct Hold {
    /// Whether every page is there.
    is_done: bool,
    /// How long it was held.
    held: Duration,
    /// How long the longest step took.
    longest_step: Duration,
}

/// Copies from one state of the source until all is there or the time is over; pages that are there already count only while nobody
/// wrote.
fn hold(from: &Connection, backup: &Backup<'_, '_>, limit: Limit) -> Result<Hold, Refused> {
    from.execute_batch("BEGIN")?;
    // The lock is taken with the first look, and waited for before that.
    from.execute_batch("SELECT count(*) FROM sqlite_schema")?;
    let begun = Instant::now();
    let copied = until(backup, limit);
    from.execute_batch("COMMIT")?;
    let (is_done, longest_step) = copied?;
    Ok(Hold { is_done, held: begun.elapsed(), longest_step })
}

/// Whether every page is there, and how long the longest step took.
fn until(backup: &Backup<'_, '_>, limit: Limit) -> Result<(bool, Duration), Refused> {
    let waited = Instant::now();
    let mut longest = Duration::ZERO;
    loop {
        let begun = Instant::now();
        let stepped = backup.step(PAGES)?;
        longest = longest.max(begun.elapsed());
        match stepped {
            StepResult::Done => return Ok((true, longest)),
            StepResult::More if limit.is_over() => return Ok((false, longest)),
            StepResult::Busy | StepResult::Locked if waited.elapsed() > PATIENCE => return Err(Refused::locked()),
            StepResult::Busy | StepResult::Locked => pause(),
            _ => {}
        }
    }
}
