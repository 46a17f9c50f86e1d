//! Checks of archives, proofs that they restore, and their copies elsewhere: each a document beside what it is found by.

use caretaker_core::time::Timestamp;
use caretaker_core::view::{CopyView, ProofView, VerificationView};
use rusqlite::{Connection, params};

use super::{from_json_or_skip, to_json};
use crate::database::Migration;
use crate::error::Fault;

pub(crate) const MIGRATIONS: &[Migration] = &[Migration {
    schema: 1,
    sql: "CREATE TABLE verification (
            archive TEXT NOT NULL, at INTEGER NOT NULL, content TEXT NOT NULL, PRIMARY KEY (archive, at)) STRICT;
          CREATE TABLE proof (
            job TEXT NOT NULL, at INTEGER NOT NULL, archive TEXT NOT NULL, content TEXT NOT NULL,
            PRIMARY KEY (job, at)) STRICT;
          CREATE TABLE copy (
            archive TEXT NOT NULL, destination TEXT NOT NULL, content TEXT NOT NULL,
            PRIMARY KEY (archive, destination)) STRICT;",
}];

/// Proofs kept of one job.
const PROOFS: i64 = 100;

/// Stores a check.
pub(crate) fn put(connection: &Connection, archive: &str, check: &VerificationView) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO verification (archive, at, content) VALUES (?1, ?2, ?3)")?
        .execute(params![archive, check.at.as_millis(), to_json("verification", check)?])?;
    Ok(())
}

/// Checks of an archive, the newest first.
pub(crate) fn of(connection: &Connection, archive: &str) -> Result<Vec<VerificationView>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT content FROM verification WHERE archive = ?1 ORDER BY at DESC")?;
    documents(statement.query([archive])?, "verification")
}

/// Stores a proof, and drops the oldest of its job beyond the bound.
pub(crate) fn put_proof(connection: &Connection, archive: &str, proof: &ProofView) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO proof (job, at, archive, content) VALUES (?1, ?2, ?3, ?4)")?
        .execute(params![proof.job, proof.at.as_millis(), archive, to_json("proof", proof)?])?;
    connection
        .prepare_cached(
            "DELETE FROM proof WHERE job = ?1 AND at NOT IN (SELECT at FROM proof WHERE job = ?1 ORDER BY at DESC LIMIT ?2)",
        )?
        .execute(params![proof.job, PROOFS])?;
    Ok(())
}

/// Proofs of a job, the newest first.
pub(crate) fn proofs(connection: &Connection, job: &str) -> Result<Vec<ProofView>, Fault> {
    let mut statement = connection.prepare_cached("SELECT content FROM proof WHERE job = ?1 ORDER BY at DESC")?;
    documents(statement.query([job])?, "proof")
}

/// When an archive was proven last.
pub(crate) fn proven(connection: &Connection, archive: &str) -> Result<Option<Timestamp>, Fault> {
    let mut statement = connection.prepare_cached("SELECT content FROM proof WHERE archive = ?1 ORDER BY at DESC")?;
    let proofs: Vec<ProofView> = documents(statement.query([archive])?, "proof")?;
    Ok(proofs.into_iter().find(|proof| proof.outcome.is_proven).map(|proof| proof.at))
}

/// Stores how a copy stands.
pub(crate) fn put_copy(connection: &Connection, archive: &str, copy: &CopyView) -> Result<(), Fault> {
    connection
        .prepare_cached("INSERT OR REPLACE INTO copy (archive, destination, content) VALUES (?1, ?2, ?3)")?
        .execute(params![archive, copy.destination, to_json("copy", copy)?])?;
    Ok(())
}

/// Copies of an archive.
pub(crate) fn copies(connection: &Connection, archive: &str) -> Result<Vec<CopyView>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT content FROM copy WHERE archive = ?1 ORDER BY destination")?;
    documents(statement.query([archive])?, "copy")
}

/// Copies at a destination, by archive.
pub(crate) fn copies_at(connection: &Connection, destination: &str) -> Result<Vec<(String, CopyView)>, Fault> {
    let mut statement =
        connection.prepare_cached("SELECT archive, content FROM copy WHERE destination = ?1 ORDER BY archive")?;
    let mut rows = statement.query([destination])?;
    let mut copies = Vec::new();
    while let Some(row) = rows.next()? {
        let copy = from_json_or_skip("copy", &row.get::<_, String>(1)?);
        copies.extend(copy.map(|copy| row.get(0).map(|archive| (archive, copy))).transpose()?);
    }
    Ok(copies)
}

/// Forgets a copy.
pub(crate) fn forget_copy(connection: &Connection, archive: &str, destination: &str) -> Result<(), Fault> {
    connection
        .prepare_cached("DELETE FROM copy WHERE archive = ?1 AND destination = ?2")?
        .execute([archive, destination])?;
    Ok(())
}

fn documents<T: serde::de::DeserializeOwned>(
    mut rows: rusqlite::Rows<'_>,
    table: &'static str,
) -> Result<Vec<T>, Fault> {
    let mut documents = Vec::new();
    while let Some(row) = rows.next()? {
        documents.extend(from_json_or_skip(table, &row.get::<_, String>(0)?));
    }
    Ok(documents)
}
