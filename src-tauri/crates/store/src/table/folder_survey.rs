//! Looks at the folders of disks: the largest ones and their sizes, so that a restart does not forget what grew.

use caretaker_core::folder::{LOOKS, Survey};
use caretaker_core::time::Timestamp;
use rusqlite::{Connection, params};

use super::{from_json_or_skip, to_json};
use crate::database::Migration;
use crate::error::Fault;

const TABLE: &str = "folder_survey";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 2,
    sql: "CREATE TABLE folder_survey (
            mount TEXT NOT NULL, at INTEGER NOT NULL, content TEXT NOT NULL, PRIMARY KEY (mount, at)) STRICT;",
}];

/// Stores a look, and drops the oldest of its disk beyond the bound.
pub(crate) fn put(connection: &Connection, mount: &str, survey: &Survey) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO folder_survey (mount, at, content) VALUES (?1, ?2, ?3)")?
        .execute(params![mount, survey.at.as_millis(), to_json(TABLE, survey)?])?;
    connection
        .prepare_cached(
            "DELETE FROM folder_survey WHERE mount = ?1 AND at NOT IN
               (SELECT at FROM folder_survey WHERE mount = ?1 ORDER BY at DESC LIMIT ?2)",
        )?
        .execute(params![mount, LOOKS as i64])?;
    Ok(())
}

/// The looks at every disk that is known, by mount point and time.
pub(crate) fn all(connection: &Connection) -> Result<Vec<(String, Survey)>, Fault> {
    let mut statement = connection.prepare_cached("SELECT mount, content FROM folder_survey ORDER BY mount, at")?;
    let mut rows = statement.query([])?;
    let mut surveys = Vec::new();
    while let Some(row) = rows.next()? {
        let survey = from_json_or_skip(TABLE, &row.get::<_, String>(1)?);
        surveys.extend(survey.map(|survey| Ok::<_, Fault>((row.get(0)?, survey))).transpose()?);
    }
    Ok(surveys)
}

/// Deletes looks from before `cutoff`.
pub(crate) fn delete_before(connection: &Connection, cutoff: Timestamp) -> Result<usize, Fault> {
    Ok(connection.execute("DELETE FROM folder_survey WHERE at < ?1", [cutoff.as_millis()])?)
}
