//! Versions of a database and the way from one to the next. `user_version` is `schema * 1000 + oldest schema whose
//! programs may still open it`, so that an older program can tell a harmless addition from a break.

use std::path::Path;

use rusqlite::Connection;

use super::beside;
use crate::error::StoreError;

/// One step: never edited once shipped.
#[derive(Clone, Copy)]
pub(crate) struct Migration {
    /// The schema that it belongs to.
    pub(crate) schema: u32,
    /// What it does.
    pub(crate) sql: &'static str,
}

/// What a database should look like.
#[derive(Clone, Copy)]
pub(crate) struct Schema {
    /// The schema of this program.
    pub(crate) current: u32,
    /// The oldest schema whose programs can still read and write what this one writes.
    pub(crate) oldest_compatible: u32,
    /// All steps, one list a table.
    pub(crate) tables: &'static [&'static [Migration]],
}

impl Schema {
    const fn user_version(&self) -> u32 {
        self.current * 1_000 + self.oldest_compatible
    }

    /// Whether a program with this schema may write a file with `user_version` as it is.
    pub(crate) fn accepts(&self, path: &Path, user_version: u32) -> Result<Standing, StoreError> {
        let (found, compatible) = (user_version / 1_000, user_version % 1_000);
        if found > self.current && compatible > self.current {
            return Err(StoreError::Newer { path: path.to_owned(), found, supported: self.current });
        }
        Ok(if found == 0 {
            Standing::New
        } else if found < self.current {
            Standing::Older { found }
        } else {
            Standing::Usable
        })
    }

    /// Brings the database to this schema, after copying an older one to `<name>.schema-<n>`.
    pub(crate) fn migrate(&self, connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
        let sqlite = |source| StoreError::from_sqlite(path, source);
        let found = match self.accepts(path, user_version(connection).map_err(sqlite)?)? {
            Standing::Usable => return Ok(()),
            Standing::New => 0,
            Standing::Older { found } => {
                copy(connection, path, found)?;
                found
            }
        };
        let transaction = connection.transaction().map_err(sqlite)?;
        for schema in found + 1..=self.current {
            for step in self.tables.iter().flat_map(|steps| steps.iter()).filter(|step| step.schema == schema) {
                transaction.execute_batch(step.sql).map_err(sqlite)?;
            }
        }
        transaction.pragma_update(None, "user_version", self.user_version()).map_err(sqlite)?;
        transaction.commit().map_err(sqlite)
    }
}

/// Where a file stands against a schema.
pub(crate) enum Standing {
    /// Empty.
    New,
    /// To be migrated.
    Older {
        /// Its schema.
        found: u32,
    },
    /// Same, or newer in a compatible way.
    Usable,
}

/// `PRAGMA user_version`.
pub(crate) fn user_version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// A consistent copy of what is there, so that a migration can be undone by hand.
fn copy(connection: &Connection, path: &Path, found: u32) -> Result<(), StoreError> {
    let target = beside(path, &format!(".schema-{found}"));
    if target.exists() {
        // Left by a migration that was interrupted; the database itself is still the old one.
        std::fs::remove_file(&target).map_err(|source| StoreError::from_io(&target, source))?;
    }
    let text = target.to_string_lossy();
    connection.execute("VACUUM INTO ?1", [text.as_ref()]).map_err(|source| StoreError::from_sqlite(&target, source))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Schema = Schema {
        current: 1,
        oldest_compatible: 1,
        tables: &[&[Migration { schema: 1, sql: "CREATE TABLE word (text TEXT) STRICT" }]],
    };
    const SECOND: Schema = Schema {
        current: 2,
        oldest_compatible: 1,
        tables: &[&[
            Migration { schema: 1, sql: "CREATE TABLE word (text TEXT) STRICT" },
            Migration { schema: 2, sql: "ALTER TABLE word ADD COLUMN length INTEGER" },
        ]],
    };
    const BREAKING: Schema = Schema { current: 3, oldest_compatible: 3, tables: &[] };

    fn open(path: &Path) -> Connection {
        Connection::open(path).unwrap()
    }

    #[test]
    fn an_older_database_is_copied_and_then_migrated() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.db");
        let mut connection = open(&path);
        FIRST.migrate(&mut connection, &path).unwrap();
        connection.execute("INSERT INTO word VALUES ('before')", []).unwrap();
        SECOND.migrate(&mut connection, &path).unwrap();
        connection.execute("UPDATE word SET length = 6", []).unwrap();
        assert_eq!(user_version(&connection).unwrap(), 2_001);

        let copy = open(&beside(&path, ".schema-1"));
        assert_eq!(user_version(&copy).unwrap(), 1_001);
        let text: String = copy.query_row("SELECT text FROM word", [], |row| row.get(0)).unwrap();
        assert_eq!(text, "before");
        assert!(copy.prepare("SELECT length FROM word").is_err());
    }

    #[test]
    fn a_new_database_is_not_copied() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.db");
        SECOND.migrate(&mut open(&path), &path).unwrap();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_older_program_opens_a_compatible_newer_file_and_leaves_its_version() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.db");
        let mut connection = open(&path);
        SECOND.migrate(&mut connection, &path).unwrap();
        FIRST.migrate(&mut connection, &path).unwrap();
        assert_eq!(user_version(&connection).unwrap(), 2_001);
    }

    #[test]
    fn an_incompatible_newer_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.db");
        let mut connection = open(&path);
        BREAKING.migrate(&mut connection, &path).unwrap();
        let refused = SECOND.migrate(&mut connection, &path);
        assert!(matches!(refused, Err(StoreError::Newer { found: 3, supported: 2, .. })), "{refused:?}");
    }

    #[test]
    fn a_failed_step_leaves_the_old_schema_whole() {
        const BROKEN: Schema = Schema {
            current: 2,
            oldest_compatible: 1,
            tables: &[&[
                Migration { schema: 2, sql: "CREATE TABLE extra (a INTEGER)" },
                Migration { schema: 2, sql: "CREATE NONSENSE" },
            ]],
        };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.db");
        let mut connection = open(&path);
        FIRST.migrate(&mut connection, &path).unwrap();
        assert!(BROKEN.migrate(&mut connection, &path).is_err());
        assert_eq!(user_version(&connection).unwrap(), 1_001);
        assert!(connection.prepare("SELECT * FROM extra").is_err());
    }
}
