//! Archives that are known: where they lie, what their run said, and whether their file was still there when it was last looked
//! for. What is in them lies in [`super::version`].

use caretaker_core::backup::{ArchiveFacts, CreateResult, ExceptionView};
use caretaker_core::retention::ArchiveType;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::{from_json, to_json};
use crate::database::Migration;
use crate::error::Fault;

const TABLE: &str = "archive";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE archive (
            id TEXT NOT NULL, destination TEXT NOT NULL, job TEXT NOT NULL, line INTEGER NOT NULL,
            sequence INTEGER NOT NULL, at INTEGER NOT NULL, folder TEXT NOT NULL, facts TEXT NOT NULL, run TEXT NOT NULL,
            has_entries INTEGER NOT NULL, state INTEGER NOT NULL, PRIMARY KEY (destination, id)) STRICT;
          CREATE UNIQUE INDEX archive_line ON archive (line, sequence);
          CREATE TABLE line (
            id INTEGER PRIMARY KEY, destination TEXT NOT NULL, job TEXT NOT NULL, kind TEXT NOT NULL,
            UNIQUE (destination, job, kind)) STRICT;
          CREATE TABLE exception (
            archive TEXT NOT NULL, destination TEXT NOT NULL, content TEXT NOT NULL,
            PRIMARY KEY (destination, archive)) STRICT;",
}];

/// Exceptions kept of one archive; their number is kept in full.
const EXCEPTIONS: usize = 1_000;

/// What a run said beside the archive itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Run {
    /// How it ended.
    pub result: CreateResult,
    /// How many things did not go as planned.
    pub exceptions: u32,
    /// How long it took, in milliseconds; 0 for an archive that was found.
    pub took_ms: u64,
    /// Files whose content it holds.
    pub stored_files: u64,
    /// Bytes of those files.
    pub stored_bytes: u64,
}

/// Whether the file of an archive is where it should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Presence {
    /// As far as is known.
    #[default]
    There,
    /// It is being removed: the plan is decided, the file may be gone already.
    Going,
    /// It was looked for and is not there.
    Missing,
}

/// An archive as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KnownArchive {
    /// What it says of itself.
    pub facts: ArchiveFacts,
    /// The identity of its destination.
    pub destination: String,
    /// The folder of its set, from `/`, as it was last seen.
    pub folder: String,
    /// What its run said.
    pub run: Run,
    /// Whether its tree is known.
    pub has_entries: bool,
    /// Whether its file is there.
    pub presence: Presence,
}

/// Full archives and increments are one row of trees; the other types each another.
pub(crate) fn line_kind(kind: Option<ArchiveType>) -> &'static str {
    match kind {
        None | Some(ArchiveType::Full | ArchiveType::Incremental) => "files",
        Some(ArchiveType::Configuration) => "configuration",
        Some(ArchiveType::Database) => "database",
    }
}

/// The number of a line, made when it is new.
pub(crate) fn line(connection: &Connection, destination: &str, facts: &ArchiveFacts) -> Result<i64, Fault> {
    let kind = line_kind(facts.kind);
    connection
        .prepare_cached("INSERT OR IGNORE INTO line (destination, job, kind) VALUES (?1, ?2, ?3)")?
        .execute(params![destination, facts.set, kind])?;
    Ok(connection
        .prepare_cached("SELECT id FROM line WHERE destination = ?1 AND job = ?2 AND kind = ?3")?
        .query_row(params![destination, facts.set, kind], |row| row.get(0))?)
}

/// Stores an archive, or what is newly known of it.
pub(crate) fn put(connection: &Connection, line: i64, archive: &KnownArchive) -> Result<(), Fault> {
    let facts = &archive.facts;
    connection
        .prepare_cached(
            "INSERT OR REPLACE INTO archive (id, destination, job, line, sequence, at, folder, facts, run, has_entries, state)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?
        .execute(params![
            facts.id,
            archive.destination,
            facts.set,
            line,
            facts.sequence,
            facts.at.as_millis(),
            archive.folder,
            to_json(TABLE, facts)?,
            to_json(TABLE, &archive.run)?,
            archive.has_entries,
            state(archive.presence),
        ])?;
    Ok(())
}

/// Stores what did not go as planned, up to a bound.
pub(crate) fn put_exceptions(
    connection: &Connection,
    destination: &str,
    id: &str,
    exceptions: &[ExceptionView],
) -> Result<(), Fault> {
    let kept = exceptions.get(..EXCEPTIONS).unwrap_or(exceptions);
    connection
        .prepare_cached("INSERT OR REPLACE INTO exception (archive, destination, content) VALUES (?1, ?2, ?3)")?
        .execute(params![id, destination, to_json("exception", &kept)?])?;
    Ok(())
}

/// What did not go as planned.
pub(crate) fn exceptions(connection: &Connection, destination: &str, id: &str) -> Result<Vec<ExceptionView>, Fault> {
    let found: Option<String> = connection
        .prepare_cached("SELECT content FROM exception WHERE archive = ?1 AND destination = ?2")?
        .query_row(params![id, destination], |row| row.get(0))
        .optional()?;
    found.map_or_else(|| Ok(Vec::new()), |text| from_json("exception", &text))
}

const COLUMNS: &str = "facts, destination, folder, run, has_entries, state";

fn read(row: &Row<'_>) -> Result<KnownArchive, Fault> {
    Ok(KnownArchive {
        facts: from_json(TABLE, &row.get::<_, String>(0)?)?,
        destination: row.get(1)?,
        folder: row.get(2)?,
        run: from_json(TABLE, &row.get::<_, String>(3)?)?,
        has_entries: row.get(4)?,
        presence: match row.get::<_, i64>(5)? {
            1 => Presence::Going,
            2 => Presence::Missing,
            _ => Presence::There,
        },
    })
}

/// Archives of one job, or of all, the newest first; `limit` of them at most.
pub(crate) fn list(connection: &Connection, job: Option<&str>, limit: usize) -> Result<Vec<KnownArchive>, Fault> {
    let sql = format!(
        "SELECT {COLUMNS} FROM archive WHERE ?1 IS NULL OR job = ?1 ORDER BY at DESC, sequence DESC, destination LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![job, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut archives = Vec::new();
    while let Some(row) = rows.next()? {
        archives.push(read(row)?);
    }
    Ok(archives)
}

/// Archives whose identity begins so.
pub(crate) fn find(connection: &Connection, prefix: &str) -> Result<Vec<KnownArchive>, Fault> {
    let sql = format!("SELECT {COLUMNS} FROM archive WHERE substr(id, 1, ?2) = ?1 ORDER BY id, destination LIMIT 20");
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![prefix, i64::try_from(prefix.len()).unwrap_or(i64::MAX)])?;
    let mut archives = Vec::new();
    while let Some(row) = rows.next()? {
        archives.push(read(row)?);
    }
    Ok(archives)
}

/// Marks where the file of an archive is.
pub(crate) fn set_presence(
    connection: &Connection,
    destination: &str,
    id: &str,
    presence: Presence,
) -> Result<(), Fault> {
    connection.prepare_cached("UPDATE archive SET state = ?3 WHERE destination = ?1 AND id = ?2")?.execute(params![
        destination,
        id,
        state(presence)
    ])?;
    Ok(())
}

/// The line and sequence of an archive.
pub(crate) fn place(connection: &Connection, destination: &str, id: &str) -> Result<Option<(i64, u32)>, Fault> {
    Ok(connection
        .prepare_cached("SELECT line, sequence FROM archive WHERE destination = ?1 AND id = ?2")?
        .query_row(params![destination, id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?)
}

/// The archive before with its sequence, and the sequence of the archive after.
pub(crate) type Neighbours = (Option<(u32, String)>, Option<u32>);

/// The neighbours of a sequence in its line whose trees are known, before and after.
pub(crate) fn neighbours(connection: &Connection, line: i64, sequence: u32) -> Result<Neighbours, Fault> {
    let before = connection
        .prepare_cached(
            "SELECT sequence, id FROM archive WHERE line = ?1 AND sequence < ?2 AND has_entries ORDER BY sequence DESC LIMIT 1",
        )?
        .query_row(params![line, sequence], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let after = connection
        .prepare_cached("SELECT min(sequence) FROM archive WHERE line = ?1 AND sequence > ?2 AND has_entries")?
        .query_row(params![line, sequence], |row| row.get(0))?;
    Ok((before, after))
}

/// Forgets an archive.
pub(crate) fn delete(connection: &Connection, destination: &str, id: &str) -> Result<(), Fault> {
    connection
        .prepare_cached("DELETE FROM archive WHERE destination = ?1 AND id = ?2")?
        .execute(params![destination, id])?;
    connection
        .prepare_cached("DELETE FROM exception WHERE destination = ?1 AND archive = ?2")?
        .execute(params![destination, id])?;
    Ok(())
}

const fn state(presence: Presence) -> i64 {
    match presence {
        Presence::There => 0,
        Presence::Going => 1,
        Presence::Missing => 2,
    }
}
