//! A look into a copy that nobody uses: whether its structure is right, and how many rows its tables have.

use std::path::Path;
use std::time::Duration;

use caretaker_core::backup::{CheckAnswer, CheckOrder, DatabaseCheck, TableRows};
use caretaker_core::problem::{Code, Problem};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::limit::Limit;
use super::refused::Refused;
use crate::database::{beside, uri};

/// The share of the time for counting that one table may take.
const SHARE: u32 = 3;

/// What was seen.
pub(super) struct Look {
    /// Bytes of a page.
    pub page: u32,
    /// How deep the structure was looked at, or what is wrong with it.
    pub verdict: Result<String, String>,
    /// Rows of each table.
    pub tables: Vec<TableRows>,
}

/// Looks into a copy.
pub fn check(order: &CheckOrder) -> CheckAnswer {
    let file = Path::new(&order.file);
    let limit = Limit::after(order.limit.to_duration());
    match look(file, limit, order.counting.to_duration()) {
        Ok(Look { verdict: Ok(detail), tables, .. }) => {
            CheckAnswer::Checked(DatabaseCheck { is_sound: true, detail, tables: Some(tables) })
        }
        Ok(Look { verdict: Err(what), .. }) => {
            CheckAnswer::Checked(DatabaseCheck { is_sound: false, detail: what, tables: None })
        }
        Err(Refused::For(_, why)) => {
            CheckAnswer::Checked(DatabaseCheck { is_sound: false, detail: format!("it {why}"), tables: None })
        }
        Err(Refused::Moved) => CheckAnswer::Failed(Problem::new(
            Code::NotFound,
            format!("failed to open `{}`: it is not there", file.display()),
        )),
    }
}

/// The same for whoever has just made the copy.
pub(super) fn look(file: &Path, limit: Limit, counting: Duration) -> Result<Look, Refused> {
    // A copy that was made byte by byte may have its log beside it, which is brought in.
    let has_parts = ["-wal", "-journal"].iter().any(|part| beside(file, part).exists());
    let mode = if has_parts { OpenFlags::SQLITE_OPEN_READ_WRITE } else { OpenFlags::SQLITE_OPEN_READ_ONLY };
    let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let mut connection = if has_parts {
        Connection::open_with_flags(file, flags)?
    } else {
        Connection::open_with_flags(uri(file, true), flags)?
    };
    limit.guard(&mut connection)?;
    let page = connection.query_row("PRAGMA page_size", [], |row| row.get(0))?;
    let verdict = structure(&connection)?;
    let tables =
        if verdict.is_ok() { count(&mut connection, limit.within(counting), counting / SHARE)? } else { Vec::new() };
    Ok(Look { page, verdict, tables })
}

/// The whole check; the quick one when the whole takes too long or needs what is not here.
fn structure(connection: &Connection) -> Result<Result<String, String>, Refused> {
    match ask(connection, "PRAGMA integrity_check(3)") {
        Ok(said) if said == ["ok"] => Ok(Ok("its whole structure is right".to_owned())),
        Ok(said) => Ok(Err(said.join("; "))),
        Err(error) => match error.sqlite_error_code() {
            // Parts of the program that wrote it are missing here: functions, sort orders, kinds of tables.
            Some(ErrorCode::Unknown) => {
                Ok(Ok(format!("its pages are as they were; more cannot be checked here: {error}")))
            }
            _ => Err(error.into()),
        },
    }
}

/// The lines that a check says.
pub(super) fn ask(connection: &Connection, pragma: &str) -> rusqlite::Result<Vec<String>> {
    let mut statement = connection.prepare(pragma)?;
    let mut rows = statement.query([])?;
    let mut said: Vec<String> = Vec::new();
    while let Some(row) = rows.next()? {
        said.push(row.get(0)?);
    }
    Ok(said)
}

/// Rows of each ordinary table, in the order of names; none for those that take too long.
fn count(connection: &mut Connection, limit: Limit, most: Duration) -> Result<Vec<TableRows>, Refused> {
    let names = {
        let mut statement = connection.prepare(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
             ORDER BY name",
        )?;
        let names = statement.query_map([], |row| row.get::<_, String>(0))?;
        names.collect::<rusqlite::Result<Vec<_>>>()?
    };
    let mut tables = Vec::with_capacity(names.len());
    for name in names {
        limit.within(most).guard(connection)?;
        let quoted = name.replace('"', "\"\"");
        let rows = connection.query_row(&format!("SELECT count(*) FROM \"{quoted}\""), [], |row| row.get::<_, i64>(0));
        tables.push(TableRows { name, rows: rows.ok().and_then(|rows| u64::try_from(rows).ok()) });
    }
    Ok(tables)
}
