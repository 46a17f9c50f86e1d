//! The table and the column of a clean-up, found in the schema: what somebody wrote is compared with names that are there, and never
//! becomes part of a statement. Also how the column says when, which is found out from its values and not guessed.

use caretaker_core::database::StoredAs;
use caretaker_core::time::{Span, Timestamp};
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, params};

/// Values that are looked at to find out how times are stored.
const SAMPLE: u32 = 1_000;
/// Numbers beyond this are milliseconds: as seconds it is the year 5138, as milliseconds 1973.
const MILLISECONDS_FROM: f64 = 1e11;
/// Nobody kept rows in SQLite before 2000; a number from before then is something else than a time.
const EARLIEST: Timestamp = Timestamp::from_millis(946_684_800_000);
/// Nor do rows end so far ahead.
const LATEST: Span = Span::from_days(20 * 365);

/// A column that says when, ready for statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    /// The table, quoted.
    pub table: String,
    /// The column, quoted.
    pub column: String,
    /// The number of a row, quoted.
    pub row: String,
    /// How it says when.
    pub stored_as: StoredAs,
}

/// A name as a statement has it.
fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Why there is nothing to be cleared: a sentence without its stop.
pub(super) type Reason = String;

/// Finds it, or says why it is none that rows can be cleared by.
pub(super) fn find(
    connection: &Connection,
    table: &str,
    column: &str,
    wanted: Option<StoredAs>,
    now: Timestamp,
) -> rusqlite::Result<Result<Column, Reason>> {
    let found: Option<(String, String, bool)> = connection
        .query_row(
            "SELECT name, type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?1 COLLATE NOCASE",
            [table],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let name = match found {
        Some((name, kind, false)) if kind == "table" && !name.to_lowercase().starts_with("sqlite_") => name,
        Some((name, _, true)) => {
            return Ok(Err(format!("`{name}` is a table without row numbers, which cannot be cleared in pieces")));
        }
        Some((name, ..)) => return Ok(Err(format!("`{name}` is no ordinary table"))),
        None => return Ok(Err(format!("there is no table `{table}`"))),
    };
    let columns: Vec<String> = {
        // Computed columns too: they say when as well as others.
        let mut statement = connection.prepare("SELECT name FROM pragma_table_xinfo(?1)")?;
        let names = statement.query_map([&name], |row| row.get(0))?;
        names.collect::<rusqlite::Result<_>>()?
    };
    let same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
    let Some(found) = columns.iter().find(|one| same(one, column)) else {
        return Ok(Err(format!("the table `{name}` has no column `{column}`")));
    };
    // A column may have the name that SQLite has for the number of a row.
    let free = ["rowid", "_rowid_", "oid"].into_iter().find(|row| !columns.iter().any(|one| same(one, row)));
    let Some(row) = free else {
        return Ok(Err(format!("columns of `{name}` hide the numbers of its rows")));
    };
    let (table, column, row) = (quoted(&name), quoted(found), quoted(row));
    let stored_as = stored_as(connection, (&table, &column, &row), wanted, now)?;
    Ok(stored_as.map(|stored_as| Column { table, column, row, stored_as }))
}

/// From the newest rows: they agree, and look like times, or nothing is done.
fn stored_as(
    connection: &Connection,
    (table, column, row): (&str, &str, &str),
    wanted: Option<StoredAs>,
    now: Timestamp,
) -> rusqlite::Result<Result<StoredAs, Reason>> {
    let text = format!("SELECT {column} FROM {table} ORDER BY {row} DESC LIMIT {SAMPLE}");
    let mut statement = connection.prepare(&text)?;
    let mut rows = statement.query([])?;
    let mut kinds: Vec<StoredAs> = Vec::new();
    let mut newest: Option<Timestamp> = None;
    while let Some(row) = rows.next()? {
        let value = row.get_ref(0)?;
        if value == ValueRef::Null {
            continue;
        }
        let Some((kind, at)) = kind(value) else {
            return Ok(Err(format!("the column {} holds values that are no times", told(column))));
        };
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
        newest = newest.max(at);
    }
    let found = match kinds.as_slice() {
        [] => return Ok(Ok(wanted.unwrap_or(StoredAs::Seconds))),
        [one] => *one,
        _ => return Ok(Err(format!("the column {} holds times of several kinds", told(column)))),
    };
    if let Some(wanted) = wanted.filter(|wanted| *wanted != found) {
        return Ok(Err(format!("the column {} holds {}, and not {}", told(column), found.words(), wanted.words())));
    }
    let is_time = newest.is_some_and(|newest| newest >= EARLIEST && newest <= now + LATEST);
    Ok(if is_time {
        Ok(found)
    } else {
        Err(format!("the values of the column {} are no times of this age", told(column)))
    })
}

fn told(quoted: &str) -> String {
    format!("`{}`", quoted.trim_matches('"').replace("\"\"", "\""))
}

fn kind(value: ValueRef<'_>) -> Option<(StoredAs, Option<Timestamp>)> {
    let number = |number: f64| {
        let (kind, factor) = if number.abs() >= MILLISECONDS_FROM {
            (StoredAs::Milliseconds, 1.0)
        } else {
            (StoredAs::Seconds, 1_000.0)
        };
        // Beyond what a time can be it is none, and is refused as such.
        (kind, Some(Timestamp::from_millis((number * factor) as i64)))
    };
    match value {
        ValueRef::Integer(value) => Some(number(value as f64)),
        ValueRef::Real(value) if value.is_finite() => Some(number(value)),
        ValueRef::Text(text) => {
            let day = std::str::from_utf8(text.get(..10)?).ok()?;
            let at: Timestamp = format!("{day}T00:00:00Z").parse().ok()?;
            Some((StoredAs::Text, Some(at)))
        }
        ValueRef::Real(_) | ValueRef::Blob(_) | ValueRef::Null => None,
    }
}

impl Column {
    /// Whether a row has expired: a condition with the bound as its first parameter. What is no time never has.
    pub fn expired(&self) -> String {
        let column = &self.column;
        match self.stored_as {
            StoredAs::Seconds => format!(
                "(typeof({column}) IN ('integer', 'real') AND {column} > 0 AND {column} < 1e11 AND {column} < ?1)"
            ),
            StoredAs::Milliseconds => {
                format!("(typeof({column}) IN ('integer', 'real') AND {column} >= 1e11 AND {column} < ?1)")
            }
            StoredAs::Text => format!(
                "(typeof({column}) = 'text' AND {column} GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]*' AND {column} < ?1)"
            ),
        }
    }

    /// Whether a row says when at all.
    pub fn says(&self) -> String {
        let column = &self.column;
        match self.stored_as {
            StoredAs::Seconds => {
                format!("(typeof({column}) IN ('integer', 'real') AND {column} > 0 AND {column} < 1e11)")
            }
            StoredAs::Milliseconds => format!("(typeof({column}) IN ('integer', 'real') AND {column} >= 1e11)"),
            StoredAs::Text => {
                format!("(typeof({column}) = 'text' AND {column} GLOB '[12][0-9][0-9][0-9]-[01][0-9]-[0-3][0-9]*')")
            }
        }
    }

    /// The bound as the column would have it.
    pub fn bound(&self, before: Timestamp) -> Value {
        match self.stored_as {
            StoredAs::Seconds => Value::Integer(before.as_millis().div_euclid(1_000)),
            StoredAs::Milliseconds => Value::Integer(before.as_millis()),
            // The day itself stays whole, whatever its zone.
            StoredAs::Text => {
                let day = (before - Span::from_days(1)).to_string();
                Value::Text(day.get(..10).unwrap_or_default().to_owned())
            }
        }
    }
}

/// Rows of a table, without looking at each.
pub(super) fn largest_row(connection: &Connection, column: &Column) -> rusqlite::Result<Option<i64>> {
    connection.query_row(&format!("SELECT max({}) FROM {}", column.row, column.table), params![], |row| row.get(0))
}
