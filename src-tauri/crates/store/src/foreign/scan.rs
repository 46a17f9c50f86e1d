//! Goes through a table by the numbers of its rows, a moment at a time, so that no lock is held for long whatever its size and its
//! indexes. What is found is a list of numbers; whoever deletes looks at each row again.

use std::time::Instant;

use rusqlite::{Connection, params};

use super::column::{Column, largest_row};
use super::held::{Held, MOMENT, pause};
use super::limit::Limit;
use super::refused::Refused;

/// Rows that are asked for at once.
const ROWS: u32 = 5_000;
/// Numbers that are kept; the next run finds the rest.
const MOST: usize = 2_000_000;

/// What is in a table.
#[derive(Debug, Default)]
pub(super) struct Scanned {
    /// Its rows.
    pub rows: u64,
    /// Numbers of the rows that have expired.
    pub expired: Vec<i64>,
    /// Rows that say nothing of when.
    pub odd: u64,
    /// The oldest value and the newest of those that have expired.
    pub ends: Option<(rusqlite::types::Value, rusqlite::types::Value)>,
    /// Whether not all of it was gone through.
    pub is_cut: bool,
}

/// Goes through all of it; rows that are added meanwhile are left to the next run.
pub(super) fn scan(
    connection: &mut Connection,
    column: &Column,
    bound: &rusqlite::types::Value,
    limit: Limit,
    held: &mut Held,
) -> Result<Scanned, Refused> {
    let mut found = Scanned::default();
    let Some(last) = largest_row(connection, column)? else { return Ok(found) };
    let (row, table, name) = (&column.row, &column.table, &column.column);
    let text = format!(
        "SELECT {row}, {}, {}, {name} FROM {table} WHERE {row} > ?2 AND {row} <= ?3 ORDER BY {row} LIMIT {ROWS}",
        column.expired(),
        column.says()
    );
    limit.guard(connection)?;
    let mut after = i64::MIN;
    let mut oldest: Option<rusqlite::types::Value> = None;
    let mut newest: Option<rusqlite::types::Value> = None;
    while after < last {
        if limit.is_over() || found.expired.len() >= MOST {
            found.is_cut = true;
            break;
        }
        let mut statement = connection.prepare_cached(&text)?;
        let mut rows = statement.query(params![bound, after, last])?;
        let mut begun: Option<Instant> = None;
        let mut is_empty = true;
        // The lock comes with the first row.
        while let Some(row) = rows.next()? {
            let begun = *begun.get_or_insert_with(Instant::now);
            is_empty = false;
            after = row.get(0)?;
            found.rows += 1;
            if row.get::<_, Option<bool>>(1)? == Some(true) {
                let value: rusqlite::types::Value = row.get(3)?;
                if oldest.as_ref().is_none_or(|oldest| less(&value, oldest)) {
                    oldest = Some(value.clone());
                }
                if newest.as_ref().is_none_or(|newest| less(newest, &value)) {
                    newest = Some(value);
                }
                found.expired.push(after);
            } else if row.get::<_, Option<bool>>(2)? != Some(true) {
                found.odd += 1;
            }
            if begun.elapsed() > MOMENT / 2 {
                break;
            }
        }
        drop(rows);
        drop(statement);
        if let Some(begun) = begun {
            held.note(begun.elapsed());
        }
        if is_empty {
            break;
        }
        if after < last {
            pause();
        }
    }
    found.ends = oldest.zip(newest);
    Ok(found)
}

fn less(one: &rusqlite::types::Value, other: &rusqlite::types::Value) -> bool {
    use rusqlite::types::Value::{Integer, Real, Text};
    match (one, other) {
        (Integer(one), Integer(other)) => one < other,
        (Real(one), Real(other)) => one < other,
        (Integer(one), Real(other)) => (*one as f64) < *other,
        (Real(one), Integer(other)) => *one < (*other as f64),
        (Text(one), Text(other)) => one < other,
        _ => false,
    }
}
