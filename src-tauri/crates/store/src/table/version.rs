//! What archives hold, as intervals: a path once, and a row for each distinct version of it with the sequences from which and
//! until which it stood in the trees of its line. Archives that share a tree cost nothing more than one.

use caretaker_core::backup::{ArchivePath, CatalogEntry, EntryKind};
use caretaker_core::time::Timestamp;
use rusqlite::{Connection, Row, params};

use super::{from_word, word};
use crate::database::Migration;
use crate::error::Fault;

const TABLE: &str = "version";

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE path (id INTEGER PRIMARY KEY, name BLOB NOT NULL UNIQUE) STRICT;
          CREATE TABLE version (
            id INTEGER PRIMARY KEY, line INTEGER NOT NULL, path INTEGER NOT NULL, first INTEGER NOT NULL, until INTEGER,
            kind TEXT NOT NULL, size INTEGER NOT NULL, modified INTEGER NOT NULL, mode INTEGER NOT NULL,
            content INTEGER NOT NULL, flags TEXT NOT NULL) STRICT;
          CREATE INDEX version_path ON version (path, line, first);
          CREATE INDEX version_line ON version (line, until);
          CREATE TABLE staged (
            archive TEXT NOT NULL, name BLOB NOT NULL, path INTEGER, kind TEXT, size INTEGER NOT NULL, modified INTEGER NOT NULL,
            mode INTEGER NOT NULL, content INTEGER NOT NULL, flags TEXT NOT NULL, is_known INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (archive, name)) STRICT, WITHOUT ROWID;
          CREATE TABLE parted (id INTEGER PRIMARY KEY) STRICT;",
}];

/// Forgets what was staged for an archive, or for all.
pub(crate) fn unstage(connection: &Connection, archive: Option<&str>) -> Result<(), Fault> {
    connection.prepare_cached("DELETE FROM staged WHERE ?1 IS NULL OR archive = ?1")?.execute([archive])?;
    Ok(())
}

/// Lays entries of an archive aside, until all are there.
pub(crate) fn stage(connection: &Connection, archive: &str, entries: &[CatalogEntry]) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO staged (archive, name, kind, size, modified, mode, content, flags)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for entry in entries {
        statement.execute(params![
            archive,
            entry.path.as_bytes(),
            word(TABLE, &entry.kind)?,
            entry.size.cast_signed(),
            entry.modified.as_millis(),
            entry.mode,
            entry.content.cast_signed(),
            entry.flags.join(","),
        ])?;
    }
    Ok(())
}

/// Lays paths aside that are gone in an archive: rows without a kind.
pub(crate) fn stage_gone(connection: &Connection, archive: &str, paths: &[ArchivePath]) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "INSERT OR REPLACE INTO staged (archive, name, kind, size, modified, mode, content, flags)
         VALUES (?1, ?2, NULL, 0, 0, 0, 0, '')",
    )?;
    for path in paths {
        statement.execute(params![archive, path.as_bytes()])?;
    }
    Ok(())
}

/// Whether what is staged is a whole tree, or what differs from the tree before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Staged {
    Tree,
    Differences,
}

/// Covers a sequence: parameter 2.
pub(super) const COVERS: &str = "v.first <= ?2 AND (v.until IS NULL OR v.until > ?2)";
/// Says the same as what is staged.
const EQUAL: &str = "v.kind = s.kind AND v.size = s.size AND v.modified = s.modified AND v.mode = s.mode
                     AND v.content = s.content AND v.flags = s.flags";

/// Takes what is staged over as the tree of `sequence` in its line; `after` is the next sequence of the line whose tree is
/// known. Differences are to the tree before, and nothing may come after.
pub(crate) fn take_over(
    connection: &Connection,
    line: i64,
    archive: &str,
    sequence: u32,
    after: Option<u32>,
    staged: Staged,
) -> Result<(), Fault> {
    let run = |sql: &str, values: &[&dyn rusqlite::ToSql]| -> Result<usize, Fault> {
        Ok(connection.prepare_cached(sql)?.execute(values)?)
    };
    run(
        "INSERT OR IGNORE INTO path (name) SELECT name FROM staged WHERE archive = ?1 AND kind IS NOT NULL",
        &[&archive],
    )?;
    run(
        "UPDATE staged SET path = (SELECT id FROM path WHERE path.name = staged.name) WHERE archive = ?1",
        &[&archive],
    )?;
    run("DELETE FROM parted", &[])?;
    let missing = match staged {
        // What is not staged is as it was.
        Staged::Differences => "s.name IS NOT NULL AND",
        Staged::Tree => "",
    };
    // A staged row without a kind equals nothing: `EQUAL` is null for it, and so is that of a missing one.
    run(
        &format!(
            "INSERT INTO parted SELECT v.id FROM version v JOIN path p ON p.id = v.path
             LEFT JOIN staged s ON s.archive = ?3 AND s.name = p.name
             WHERE v.line = ?1 AND {COVERS} AND {missing} NOT coalesce({EQUAL}, 0)"
        ),
        &[&line, &sequence, &archive],
    )?;
    if let Some(after) = after {
        run(
            "INSERT INTO version (line, path, first, until, kind, size, modified, mode, content, flags)
             SELECT line, path, ?1, until, kind, size, modified, mode, content, flags FROM version
             WHERE id IN (SELECT id FROM parted) AND (until IS NULL OR until > ?1)",
            &[&after],
        )?;
    }
    run("DELETE FROM version WHERE first >= ?1 AND id IN (SELECT id FROM parted)", &[&sequence])?;
    run("UPDATE version SET until = ?1 WHERE id IN (SELECT id FROM parted)", &[&sequence])?;
    run(
        &format!(
            "UPDATE staged AS s SET is_known = 1 WHERE s.archive = ?3 AND s.kind IS NOT NULL AND EXISTS
               (SELECT 1 FROM version v WHERE v.path = s.path AND v.line = ?1 AND {COVERS} AND {EQUAL})"
        ),
        &[&line, &sequence, &archive],
    )?;
    if let Some(after) = after {
        let next =
            format!("v.line = ?1 AND v.first > ?2 AND v.first <= ?4 AND (v.until IS NULL OR v.until > ?4) AND {EQUAL}");
        run(
            &format!(
                "UPDATE version SET first = ?2 WHERE id IN
                   (SELECT v.id FROM version v JOIN staged s ON s.path = v.path
                    WHERE s.archive = ?3 AND s.kind IS NOT NULL AND NOT s.is_known AND {next})"
            ),
            &[&line, &sequence, &archive, &after],
        )?;
        run(
            &format!(
                "UPDATE staged AS s SET is_known = 1 WHERE s.archive = ?3 AND s.kind IS NOT NULL AND EXISTS
                   (SELECT 1 FROM version v WHERE v.path = s.path AND v.line = ?1 AND {COVERS} AND {EQUAL})"
            ),
            &[&line, &sequence, &archive],
        )?;
    }
    run(
        "INSERT INTO version (line, path, first, until, kind, size, modified, mode, content, flags)
         SELECT ?1, path, ?2, ?4, kind, size, modified, mode, content, flags FROM staged
         WHERE archive = ?3 AND kind IS NOT NULL AND NOT is_known",
        &[&line, &sequence, &archive, &after],
    )?;
    unstage(connection, Some(archive))
}

/// Deletes versions that stand in no archive any more, after one of `sequence` was forgotten.
pub(crate) fn forget(connection: &Connection, line: i64, sequence: u32) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "DELETE FROM version AS v WHERE v.line = ?1 AND v.first <= ?2 AND (v.until IS NULL OR v.until > ?2)
             AND NOT EXISTS (SELECT 1 FROM archive a WHERE a.line = v.line AND a.has_entries
                             AND a.sequence >= v.first AND (v.until IS NULL OR a.sequence < v.until))",
        )?
        .execute(params![line, sequence])?;
    connection
        .prepare_cached("DELETE FROM path WHERE NOT EXISTS (SELECT 1 FROM version WHERE version.path = path.id)")?
        .execute([])?;
    Ok(())
}

pub(super) fn entry(row: &Row<'_>) -> Result<CatalogEntry, Fault> {
    let flags: String = row.get(6)?;
    Ok(CatalogEntry {
        path: ArchivePath::new(row.get::<_, Vec<u8>>(0)?),
        kind: from_word::<EntryKind>(TABLE, &row.get::<_, String>(1)?)?,
        size: row.get::<_, i64>(2)?.cast_unsigned(),
        modified: Timestamp::from_millis(row.get(3)?),
        mode: row.get(4)?,
        holder: 0,
        content: row.get::<_, i64>(5)?.cast_unsigned(),
        flags: flags.split(',').filter(|flag| !flag.is_empty()).map(ToOwned::to_owned).collect(),
    })
}

pub(super) const ENTRY: &str = "p.name, v.kind, v.size, v.modified, v.mode, v.content, v.flags";

/// The tree of an archive, by path.
pub(crate) fn tree(connection: &Connection, line: i64, sequence: u32) -> Result<Vec<CatalogEntry>, Fault> {
    let sql = format!(
        "SELECT {ENTRY} FROM version v JOIN path p ON p.id = v.path WHERE v.line = ?1 AND {COVERS} ORDER BY p.name"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![line, sequence])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(entry(row)?);
    }
    Ok(entries)
}

/// A version of a path with the archives that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownVersion {
    /// The version.
    pub entry: CatalogEntry,
    /// Job.
    pub job: String,
    /// The first archive with it, and when that was made.
    pub first: (String, Timestamp),
    /// The newest archive with it, and when that was made.
    pub last: (String, Timestamp),
    /// How many archives have it.
    pub points: u32,
}

/// Versions of paths that hold `part` in their name, or are exactly it; the newest first within a path.
pub(crate) fn find(
    connection: &Connection,
    part: &[u8],
    is_exact: bool,
    job: Option<&str>,
    limit: usize,
) -> Result<Vec<KnownVersion>, Fault> {
    let matches = if is_exact { "p.name = ?1" } else { "instr(p.name, ?1) > 0" };
    let sql = format!(
        "SELECT {ENTRY}, l.job, min(a.sequence), max(a.sequence), count(*), v.line
         FROM path p JOIN version v ON v.path = p.id JOIN line l ON l.id = v.line
         JOIN archive a ON a.line = v.line AND a.has_entries AND a.sequence >= v.first
                        AND (v.until IS NULL OR a.sequence < v.until)
         WHERE {matches} AND (?2 IS NULL OR l.job = ?2)
         GROUP BY v.id ORDER BY p.name, l.job, v.line, v.first DESC LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params![part, job, i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let line: i64 = row.get(11)?;
        let archive = |sequence: u32| -> Result<(String, Timestamp), Fault> {
            Ok(connection
                .prepare_cached("SELECT id, at FROM archive WHERE line = ?1 AND sequence = ?2")?
                .query_row(params![line, sequence], |row| Ok((row.get(0)?, Timestamp::from_millis(row.get(1)?))))?)
        };
        found.push(KnownVersion {
            entry: entry(row)?,
            job: row.get(7)?,
            first: archive(row.get(8)?)?,
            last: archive(row.get(9)?)?,
            points: row.get(10)?,
        });
    }
    Ok(found)
}

/// A file of two trees that is not the same in both, and in which of them it is: before, after.
pub(crate) type Differing = (ArchivePath, bool, bool);

/// Files that are not in the tree of `sequence` as they were in that of `before`; folders and links aside.
pub(crate) fn differing(
    connection: &Connection,
    line: i64,
    before: u32,
    sequence: u32,
    mut each: impl FnMut(Differing),
) -> Result<(), Fault> {
    let mut statement = connection.prepare_cached(
        "SELECT p.name, max(v.first <= ?3), max(v.until IS NULL OR v.until > ?2) FROM version v JOIN path p ON p.id = v.path
         WHERE v.line = ?1 AND v.kind = 'file'
           AND ((v.first <= ?3 AND v.until > ?3 AND v.until <= ?2)
             OR (v.first > ?3 AND v.first <= ?2 AND (v.until IS NULL OR v.until > ?2)))
         GROUP BY v.path ORDER BY p.name",
    )?;
    let mut rows = statement.query(params![line, sequence, before])?;
    while let Some(row) = rows.next()? {
        each((ArchivePath::new(row.get::<_, Vec<u8>>(0)?), row.get(1)?, row.get(2)?));
    }
    Ok(())
}

/// Files that are larger in `sequence` than in `before`, the most grown first: path, bytes now, bytes before.
pub(crate) fn grown(
    connection: &Connection,
    line: i64,
    before: u32,
    sequence: u32,
    limit: usize,
) -> Result<Vec<(ArchivePath, u64, u64)>, Fault> {
    let sql = format!(
        "SELECT p.name, v.size, coalesce(o.size, 0) AS old FROM version v JOIN path p ON p.id = v.path
         LEFT JOIN version o ON o.path = v.path AND o.line = v.line AND o.first <= ?3 AND (o.until IS NULL OR o.until > ?3)
         WHERE v.line = ?1 AND {COVERS} AND v.first > ?3 AND v.kind = 'file' AND v.size > coalesce(o.size, 0)
         ORDER BY v.size - coalesce(o.size, 0) DESC LIMIT ?4"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows =
        statement.query_map(params![line, sequence, before, i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
            Ok((
                ArchivePath::new(row.get::<_, Vec<u8>>(0)?),
                row.get::<_, i64>(1)?.cast_unsigned(),
                row.get::<_, i64>(2)?.cast_unsigned(),
            ))
        })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
