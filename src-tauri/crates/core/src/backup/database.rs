//! What is counted in a database when it is saved, and again when its restored copy is opened.

use serde::{Deserialize, Serialize};

use super::ArchivePath;

/// What kind of database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DatabaseKind {
    /// A file of SQLite.
    #[default]
    Sqlite,
    /// A dump of a PostgreSQL database.
    Postgres,
}

/// How many rows a table has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableRows {
    /// Its name; with its schema in PostgreSQL, as `public.letters`.
    pub name: String,
    /// Its rows; none when they were too many to count in time.
    pub rows: Option<u64>,
}

/// What an archive notes about a database whose content it holds: the member `.caretaker/databases.json` is a list of these.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordedDatabase {
    /// Where the copy or the dump lies in the archive.
    pub path: ArchivePath,
    /// What kind.
    pub kind: DatabaseKind,
    /// Its tables, as they were in the copy.
    pub tables: Vec<TableRows>,
}

/// What somebody found who opened a database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseCheck {
    /// Whether it opens and its structure is right.
    pub is_sound: bool,
    /// Why it is not, or how deep it was looked at, in a sentence.
    pub detail: String,
    /// Its tables; none when only a list of contents could be read.
    pub tables: Option<Vec<TableRows>>,
}

/// How counted rows differ from those that were counted before; nothing when they agree. A table that was too large to count on
/// either side says nothing.
pub fn difference(before: &[TableRows], now: &[TableRows]) -> Option<String> {
    let rows =
        |tables: &[TableRows], name: &str| tables.iter().find(|table| table.name == name).map(|table| table.rows);
    for table in before {
        match (table.rows, rows(now, &table.name)) {
            (_, None) => return Some(format!("the table `{}` is missing", table.name)),
            (Some(expected), Some(Some(found))) if expected != found => {
                return Some(format!("the table `{}` has {found} rows instead of {expected}", table.name));
            }
            _ => {}
        }
    }
    let more = now.iter().find(|table| rows(before, &table.name).is_none())?;
    Some(format!("the table `{}` was not there when the backup was made", more.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tables(rows: &[(&str, Option<u64>)]) -> Vec<TableRows> {
        rows.iter().map(|(name, rows)| TableRows { name: (*name).to_owned(), rows: *rows }).collect()
    }

    #[test]
    fn rows_and_tables_must_be_those_that_were_counted() {
        for (before, now, expected) in [
            (&[("a", Some(1)), ("b", None)][..], &[("b", Some(7)), ("a", Some(1))][..], None),
            (&[("a", Some(1))], &[("a", None)], None),
            (&[("a", Some(2))], &[("a", Some(1))], Some("the table `a` has 1 rows instead of 2")),
            (&[("a", Some(2))], &[], Some("the table `a` is missing")),
            (&[], &[("a", Some(2))], Some("the table `a` was not there when the backup was made")),
        ] {
            assert_eq!(difference(&tables(before), &tables(now)).as_deref(), expected);
        }
    }
}
