//! Clears rows that have expired: they are counted, the database is copied, then they go in transactions of a moment each. What is
//! committed stays whatever ends the process, and the next run goes on from there.

use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use caretaker_core::backup::{CopyAnswer, CopyOrder};
use caretaker_core::database::{RowsAnswer, RowsCleared, RowsOrder, StoredAs};
use caretaker_core::time::{Span, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params};

use super::column::{self, Column};
use super::copy::{clear as remove, copy};
use super::held::{Held, MOMENT, pause};
use super::limit::Limit;
use super::refused::Refused;
use super::scan::{Scanned, scan};
use super::tend::{is_left, not_ours, writing};

/// How long a look waits for the lock of somebody else.
const LOOKING: Duration = Duration::from_secs(3);
/// How long a try to write does; while a commit waits for readers, others wait for it.
const WRITING: Duration = Duration::from_millis(50);

/// Clears them, or counts them.
pub fn clear(order: &RowsOrder) -> RowsAnswer {
    match attempt(order) {
        Ok(answer) => answer,
        Err(Refused::Moved) => RowsAnswer::Refused("the database changed each time that it was looked at".to_owned()),
        Err(Refused::For(_, why)) => RowsAnswer::Refused(format!("the database {why}")),
    }
}

fn attempt(order: &RowsOrder) -> Result<RowsAnswer, Refused> {
    let file = Path::new(std::ffi::OsStr::from_bytes(order.file.as_bytes()));
    let limit = Limit::after(order.limit.to_duration());
    if !file.exists() {
        return Ok(RowsAnswer::Refused(format!("`{}` is not there", file.display())));
    }
    if not_ours(file).is_some() {
        return Ok(RowsAnswer::Refused("the database belongs to another user".to_owned()));
    }
    if is_left(file)? {
        return Ok(RowsAnswer::Refused(
            "a crash left something beside the database that its own program must bring in".to_owned(),
        ));
    }
    let mut held = Held::default();
    let mut connection = open(file, LOOKING)?;
    let column = match column::find(&connection, &order.table, &order.column, order.stored_as, order.now)? {
        Ok(column) => column,
        Err(why) => return Ok(RowsAnswer::Refused(why)),
    };
    let bound = column.bound(order.before);
    let scanned = scan(&mut connection, &column, &bound, limit, &mut held)?;
    let mut cleared = told(&scanned, &column);
    if order.is_dry || scanned.expired.is_empty() {
        cleared.held_ms = held.milliseconds();
        return Ok(RowsAnswer::Cleared(cleared));
    }
    // Closed while the copy is made, which looks at the locks of others.
    connection.close().map_err(|(_, error)| Refused::from(error))?;
    if let Err(answer) = copied(order)? {
        return Ok(answer);
    }
    cleared.copy = Some(order.copy.clone());
    let mut connection = open(file, WRITING)?;
    let limit = Limit::after(order.limit.to_duration());
    delete(&mut connection, &column, &bound, &scanned.expired, limit, &mut held, &mut cleared)?;
    connection.close().map_err(|(_, error)| Refused::from(error))?;
    if scanned.is_cut && cleared.stopped.is_none() {
        cleared.stopped = Some("there are more than one run goes through".to_owned());
    }
    cleared.held_ms = held.milliseconds();
    Ok(RowsAnswer::Cleared(cleared))
}

/// Lays the copy into its place, complete and synced; else says why nothing is deleted.
fn copied(order: &RowsOrder) -> Result<Result<(), RowsAnswer>, Refused> {
    let (part, place) = (format!("{}.part", order.copy), Path::new(&order.copy));
    let made =
        copy(&CopyOrder { source: order.file.clone(), target: part.clone(), limit: order.limit, counting: Span::ZERO });
    match made {
        CopyAnswer::Copied(_) => {
            std::fs::rename(&part, place)?;
            let folder = place.parent().unwrap_or(Path::new("/"));
            std::fs::File::open(folder).and_then(|folder| folder.sync_all())?;
            Ok(Ok(()))
        }
        CopyAnswer::Refused { why, .. } => {
            remove(Path::new(&part));
            Ok(Err(RowsAnswer::Refused(format!("no copy of the database could be made beforehand: it {why}"))))
        }
        CopyAnswer::Failed(problem) => Ok(Err(RowsAnswer::Failed(problem))),
    }
}

fn open(file: &Path, patience: Duration) -> Result<Connection, Refused> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(patience)?;
    // Rows that belong to others go or stay with them, as the tables say.
    connection.execute_batch("PRAGMA foreign_keys=ON")?;
    Ok(connection)
}

fn told(scanned: &Scanned, column: &Column) -> RowsCleared {
    let text = |value: &Value| match value {
        Value::Integer(number) => {
            let factor = if column.stored_as == StoredAs::Seconds { 1_000 } else { 1 };
            Timestamp::from_millis(number.saturating_mul(factor)).to_string()
        }
        Value::Real(number) => {
            let factor = if column.stored_as == StoredAs::Seconds { 1_000.0 } else { 1.0 };
            Timestamp::from_millis((number * factor) as i64).to_string()
        }
        Value::Text(text) => text.chars().take(40).collect(),
        Value::Null | Value::Blob(_) => String::new(),
    };
    RowsCleared {
        stored_as: Some(column.stored_as),
        rows: scanned.rows,
        expired: scanned.expired.len() as u64,
        oldest: scanned.ends.as_ref().map(|(oldest, _)| text(oldest)),
        newest: scanned.ends.as_ref().map(|(_, newest)| text(newest)),
        odd: scanned.odd,
        stopped: scanned.is_cut.then(|| "not all rows were gone through".to_owned()),
        ..RowsCleared::default()
    }
}

/// Deletes rows, as many in one transaction as fit into a moment.
fn delete(
    connection: &mut Connection,
    column: &Column,
    bound: &Value,
    rows: &[i64],
    limit: Limit,
    held: &mut Held,
    cleared: &mut RowsCleared,
) -> Result<(), Refused> {
    // A row that changed meanwhile may not have expired any more.
    let text = format!("DELETE FROM {} WHERE {} = ?2 AND {}", column.table, column.row, column.expired());
    let mut at = 0;
    while at < rows.len() {
        if limit.is_over() {
            cleared.stopped = Some("the time was over".to_owned());
            return Ok(());
        }
        let done = writing(connection, limit, held, |connection| {
            let begun = Instant::now();
            let mut statement = connection.prepare_cached(&text)?;
            let (mut went, mut looked) = (0_u64, 0);
            for row in rows.get(at..).unwrap_or_default() {
                went += statement.execute(params![bound, row])? as u64;
                looked += 1;
                if begun.elapsed() > MOMENT / 2 {
                    break;
                }
            }
            Ok((went, looked))
        });
        match done {
            Ok(Some((went, looked))) => {
                cleared.deleted += went;
                cleared.batches += 1;
                at += looked;
            }
            Ok(None) => {
                cleared.stopped = Some("somebody else writes all the time".to_owned());
                return Ok(());
            }
            Err(Refused::For(_, why)) => {
                // Nothing of this transaction counts.
                cleared.stopped =
                    Some(if limit.is_over() { "the time was over".to_owned() } else { format!("the database {why}") });
                return Ok(());
            }
            Err(refused) => return Err(refused),
        }
        pause();
    }
    Ok(())
}
