//! Single values under a name: the round judged last, until when it is quiet.

use caretaker_core::metric::RoundId;
use caretaker_core::time::Moment;
use rusqlite::{Connection, OptionalExtension};
use serde::{Deserialize, Serialize};

use super::{from_json, to_json};
use crate::database::Migration;
use crate::error::Fault;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE setting (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;",
}];

const JUDGED: &str = "judged";

/// The round judged last.
#[derive(Serialize, Deserialize)]
struct Judged {
    round: RoundId,
    moment: Moment,
}

/// A value.
pub(crate) fn get(connection: &Connection, name: &str) -> Result<Option<String>, Fault> {
    let value = connection
        .prepare_cached("SELECT value FROM setting WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    Ok(value)
}

/// Sets a value; none removes it.
pub(crate) fn put(connection: &Connection, name: &str, value: Option<&str>) -> Result<(), Fault> {
    match value {
        Some(value) => connection
            .prepare_cached(
                "INSERT INTO setting VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            )?
            .execute([name, value])?,
        None => connection.prepare_cached("DELETE FROM setting WHERE name = ?1")?.execute([name])?,
    };
    Ok(())
}

/// The round judged last, with its clocks.
pub(crate) fn judged(connection: &Connection) -> Result<Option<(RoundId, Moment)>, Fault> {
    let value = get(connection, JUDGED)?;
    let judged: Option<Judged> = value.map(|value| from_json("setting", &value)).transpose()?;
    Ok(judged.map(|judged| (judged.round, judged.moment)))
}

/// Moves the round judged last forward; an older one changes nothing.
pub(crate) fn put_judged(connection: &Connection, round: RoundId, moment: Moment) -> Result<(), Fault> {
    if judged(connection)?.is_some_and(|(before, _)| before >= round) {
        return Ok(());
    }
    put(connection, JUDGED, Some(&to_json("setting", &Judged { round, moment })?))
}
