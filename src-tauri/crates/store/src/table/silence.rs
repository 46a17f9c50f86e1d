//! Silences: what a person does not want to hear of for a while. One that ended stays in the history.

use caretaker_core::alert::{Silence, SilenceId};
use caretaker_core::time::Timestamp;
use rusqlite::{Connection, params};

use super::{from_json, to_json};
use crate::database::Migration;
use crate::error::Fault;

const TABLE: &str = "silence";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE silence (
            id TEXT PRIMARY KEY, start INTEGER NOT NULL, until INTEGER NOT NULL, content TEXT NOT NULL) STRICT;",
}];

/// Stores a silence, or changes it.
pub(crate) fn put(connection: &Connection, silence: &Silence) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO silence (id, start, until, content) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![
            silence.id.0,
            silence.from.as_millis(),
            silence.until.as_millis(),
            to_json(TABLE, silence)?
        ])?;
    Ok(())
}

/// Silences that are not over at `at`, those that lie ahead too, by their beginning.
pub(crate) fn not_over(connection: &Connection, at: Timestamp) -> Result<Vec<Silence>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT content, until FROM silence WHERE until > ?1 ORDER BY start, id")?;
    let mut rows = statement.query([at.as_millis()])?;
    let mut silences = Vec::new();
    while let Some(row) = rows.next()? {
        let silence: Silence = from_json(TABLE, &row.get::<_, String>(0)?)?;
        silences.push(Silence { until: Timestamp::from_millis(row.get(1)?), ..silence });
    }
    Ok(silences)
}

/// Ends a silence at `at`; false when there is none of that identity, or it is over already.
pub(crate) fn end(connection: &Connection, id: &SilenceId, at: Timestamp) -> Result<bool, Fault> {
    let changed = connection
        .prepare_cached("UPDATE silence SET until = ?2 WHERE id = ?1 AND until > ?2")?
        .execute(params![id.0, at.as_millis()])?;
    Ok(changed == 1)
}

/// Deletes silences that ended before `cutoff`.
pub(crate) fn delete_before(connection: &Connection, cutoff: Timestamp) -> Result<usize, Fault> {
    Ok(connection.execute("DELETE FROM silence WHERE until < ?1", [cutoff.as_millis()])?)
}
