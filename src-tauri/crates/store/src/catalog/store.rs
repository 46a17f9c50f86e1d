//! The handle of `catalog.db`: cheap to clone, usable from any thread, every method blocks.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use caretaker_core::backup::{ArchivePath, CatalogEntry, ExceptionView};
use caretaker_core::time::Timestamp;
use caretaker_core::view::{ChangesView, CopyView, ProofView, VerificationView};
use rusqlite::Connection;

use super::changes;
use crate::database::{Access, Handle, Location, Schema, Wrapping, quick_check, set_aside};
use crate::error::StoreError;
use crate::table::archive::{self, KnownArchive, Presence};
use crate::table::inside::{self, Inside};
use crate::table::verification;
use crate::table::version::{self, KnownVersion, Staged};

const SCHEMA: Schema = Schema {
    current: 1,
    oldest_compatible: 1,
    tables: &[archive::MIGRATIONS, version::MIGRATIONS, verification::MIGRATIONS],
};

/// Pages in the log from which on a commit moves them into the database: 4 MB, about a first archive of 50,000 files.
const LONGEST_LOG: u32 = 1_024;
/// What is left of the 4 MB that all connections have together.
const WRITER_CACHE: u32 = 64;
const READER_CACHE: u32 = 32;
/// While an archive is taken over, the writing connection has more, KiB.
const TAKING_OVER: u32 = 8_192;

/// Archives, their trees, checks, proofs and copies.
#[derive(Clone)]
pub struct CatalogStore {
    handle: Arc<Handle<Connection, Connection>>,
}

/// What became of an archive that was to be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakenOver {
    /// It is known with its tree.
    Whole,
    /// It is known; its tree is not, because what was told are differences to a tree that is not known. It is to be read.
    WithoutTree,
}

impl CatalogStore {
    /// Opens `catalog.db`, which is created for writing.
    pub fn open(path: &Path, access: Access) -> Result<Self, StoreError> {
        let wrapping = Wrapping {
            writer: |connection, path: &Path| {
                // What was staged belongs to a process that is gone.
                version::unstage(&connection, None).map_err(|fault| fault.at(path))?;
                Ok(connection)
            },
            unwrap: |connection| connection,
            reader: |connection| connection,
        };
        Ok(Self { handle: Arc::new(Handle::open(location(path), access, wrapping)?) })
    }

    /// The catalog of a home that has none: nothing. Reading it touches no file.
    pub fn empty(path: &Path) -> Self {
        Self { handle: Arc::new(Handle::empty(location(path), |connection| connection)) }
    }

    /// Moves a damaged catalog to `catalog.damaged-<stamp>.db` and gives that name. No handle may be open.
    pub fn set_aside(path: &Path, now: Timestamp) -> Result<PathBuf, StoreError> {
        set_aside(path, now)
    }

    /// Begins to hear about an archive: what was staged for it before is forgotten.
    pub fn begin(&self, id: &str) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.handle.write(move |connection| version::unstage(connection, Some(&id)))
    }

    /// Lays entries of an archive aside, until all are there.
    pub fn stage(&self, id: &str, entries: Vec<CatalogEntry>) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.handle.write(move |connection| {
            let transaction = connection.unchecked_transaction()?;
            version::stage(&transaction, &id, &entries)?;
            Ok(transaction.commit()?)
        })
    }

    /// Lays paths aside that an archive does not have any more.
    pub fn stage_gone(&self, id: &str, paths: Vec<ArchivePath>) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.handle.write(move |connection| {
            let transaction = connection.unchecked_transaction()?;
            version::stage_gone(&transaction, &id, &paths)?;
            Ok(transaction.commit()?)
        })
    }

    /// Takes an archive over with what was staged for it: its whole tree, or, with `against`, what differs from that archive.
    /// One that is known already keeps its tree.
    pub fn take_over(
        &self,
        archive: KnownArchive,
        exceptions: Vec<ExceptionView>,
        against: Option<String>,
    ) -> Result<TakenOver, StoreError> {
        self.handle.write(move |connection| {
            connection.pragma_update(None, "cache_size", -i64::from(TAKING_OVER))?;
            let taken = take_over(connection, archive, &exceptions, against.as_deref());
            connection.pragma_update(None, "cache_size", -i64::from(WRITER_CACHE))?;
            connection.execute_batch("PRAGMA shrink_memory")?;
            taken
        })
    }

    /// Archives of one job, or of all, the newest first.
    pub fn archives(&self, job: Option<&str>, limit: usize) -> Result<Vec<KnownArchive>, StoreError> {
        self.handle.read(|connection| archive::list(connection, job, limit))
    }

    /// Archives whose identity begins with `prefix`; the same archive at two destinations stands there twice.
    pub fn find_archive(&self, prefix: &str) -> Result<Vec<KnownArchive>, StoreError> {
        self.handle.read(|connection| archive::find(connection, prefix))
    }

    /// What did not go as planned in the run of an archive; the first thousand.
    pub fn exceptions(&self, destination: &str, id: &str) -> Result<Vec<ExceptionView>, StoreError> {
        self.handle.read(|connection| archive::exceptions(connection, destination, id))
    }

    /// Marks where the file of an archive is.
    pub fn set_presence(&self, destination: &str, id: &str, presence: Presence) -> Result<(), StoreError> {
        let (destination, id) = (destination.to_owned(), id.to_owned());
        self.handle.write(move |connection| archive::set_presence(connection, &destination, &id, presence))
    }

    /// Forgets an archive, and what only it had.
    pub fn forget(&self, destination: &str, id: &str) -> Result<(), StoreError> {
        let (destination, id) = (destination.to_owned(), id.to_owned());
        self.handle.write(move |connection| {
            let transaction = connection.unchecked_transaction()?;
            if let Some((line, sequence)) = archive::place(&transaction, &destination, &id)? {
                archive::delete(&transaction, &destination, &id)?;
                version::forget(&transaction, line, sequence)?;
            }
            Ok(transaction.commit()?)
        })
    }

    /// The tree of an archive, by path; empty for one whose tree is not known.
    pub fn tree(&self, destination: &str, id: &str) -> Result<Vec<CatalogEntry>, StoreError> {
        self.handle.read(|connection| match archive::place(connection, destination, id)? {
            Some((line, sequence)) => version::tree(connection, line, sequence),
            None => Ok(Vec::new()),
        })
    }

    /// What is in a folder of an archive, folders first; the top with an empty path.
    pub fn inside(&self, destination: &str, id: &str, folder: &ArchivePath) -> Result<Vec<Inside>, StoreError> {
        self.handle.read(|connection| match archive::place(connection, destination, id)? {
            Some((line, sequence)) => inside::list(connection, line, sequence, folder),
            None => Ok(Vec::new()),
        })
    }

    /// Versions of the path that is exactly this, or of all that have it in their name.
    pub fn versions(
        &self,
        part: &[u8],
        is_exact: bool,
        job: Option<&str>,
        limit: usize,
    ) -> Result<Vec<KnownVersion>, StoreError> {
        self.handle.read(|connection| version::find(connection, part, is_exact, job, limit))
    }

    /// Files that grew since the archive before of the same line: path, bytes now, bytes before.
    pub fn grown(&self, destination: &str, id: &str, limit: usize) -> Result<Vec<(ArchivePath, u64, u64)>, StoreError> {
        self.handle.read(|connection| {
            let Some((line, sequence)) = archive::place(connection, destination, id)? else { return Ok(Vec::new()) };
            let (Some((before, _)), _) = archive::neighbours(connection, line, sequence)? else {
                return Ok(Vec::new());
            };
            version::grown(connection, line, before, sequence, limit)
        })
    }

    /// What changed since the archive before of the same line; nothing for the first one, and where a tree is not known.
    pub fn changes(&self, destination: &str, id: &str) -> Result<Option<ChangesView>, StoreError> {
        self.handle.read(|connection| {
            let Some((line, sequence)) = archive::place(connection, destination, id)? else { return Ok(None) };
            let (Some((before, _)), _) = archive::neighbours(connection, line, sequence)? else { return Ok(None) };
            changes::between(connection, line, before, sequence).map(Some)
        })
    }

    /// Stores a check of an archive.
    pub fn put_verification(&self, archive: &str, check: &VerificationView) -> Result<(), StoreError> {
        let (archive, check) = (archive.to_owned(), check.clone());
        self.handle.write(move |connection| verification::put(connection, &archive, &check))
    }

    /// Checks of an archive, the newest first.
    pub fn verifications(&self, archive: &str) -> Result<Vec<VerificationView>, StoreError> {
        self.handle.read(|connection| verification::of(connection, archive))
    }

    /// Stores a proof of a job, made with an archive.
    pub fn put_proof(&self, archive: &str, proof: &ProofView) -> Result<(), StoreError> {
        let (archive, proof) = (archive.to_owned(), proof.clone());
        self.handle.write(move |connection| verification::put_proof(connection, &archive, &proof))
    }

    /// Proofs of a job, the newest first.
    pub fn proofs(&self, job: &str) -> Result<Vec<ProofView>, StoreError> {
        self.handle.read(|connection| verification::proofs(connection, job))
    }

    /// When an archive was proven to restore.
    pub fn proven(&self, archive: &str) -> Result<Option<Timestamp>, StoreError> {
        self.handle.read(|connection| verification::proven(connection, archive))
    }

    /// Stores how a copy of an archive stands.
    pub fn put_copy(&self, archive: &str, copy: &CopyView) -> Result<(), StoreError> {
        let (archive, copy) = (archive.to_owned(), copy.clone());
        self.handle.write(move |connection| verification::put_copy(connection, &archive, &copy))
    }

    /// Copies of an archive.
    pub fn copies(&self, archive: &str) -> Result<Vec<CopyView>, StoreError> {
        self.handle.read(|connection| verification::copies(connection, archive))
    }

    /// What a pragma says of the writing connection and of a reading one.
    #[cfg(test)]
    pub(crate) fn ask(&self, pragma: &'static str) -> Result<(i64, i64), StoreError> {
        let ask =
            move |connection: &Connection| Ok(connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))?);
        Ok((self.handle.write(move |writer| ask(writer))?, self.handle.read(|reader| ask(reader))?))
    }

    /// Copies at a destination, by archive; the archives need not be known any more.
    pub fn copies_at(&self, destination: &str) -> Result<Vec<(String, CopyView)>, StoreError> {
        self.handle.read(|connection| verification::copies_at(connection, destination))
    }

    /// Forgets a copy.
    pub fn forget_copy(&self, archive: &str, destination: &str) -> Result<(), StoreError> {
        let (archive, destination) = (archive.to_owned(), destination.to_owned());
        self.handle.write(move |connection| verification::forget_copy(connection, &archive, &destination))
    }

    /// Walks the whole database; fails when it is damaged.
    pub fn check(&self) -> Result<(), StoreError> {
        self.handle.inspect(quick_check)
    }

    /// Size on disk with its log, bytes.
    pub fn size_bytes(&self) -> u64 {
        self.handle.size_bytes()
    }

    /// Closes the read connections that no query uses.
    pub fn close_idle_readers(&self) {
        self.handle.close_idle_readers();
    }

    /// Writes everything into the database, empties the log and closes the writing connection, all within the time.
    pub fn close(&self, within: Duration) -> Result<(), StoreError> {
        self.handle.close(within)
    }
}

fn take_over(
    connection: &Connection,
    mut archive: KnownArchive,
    exceptions: &[ExceptionView],
    against: Option<&str>,
) -> Result<TakenOver, crate::error::Fault> {
    let transaction = connection.unchecked_transaction()?;
    let (id, destination, sequence) = (archive.facts.id.clone(), archive.destination.clone(), archive.facts.sequence);
    let line = archive::line(&transaction, &destination, &archive.facts)?;
    let known = archive::find(&transaction, &id)?.into_iter().find(|known| known.destination == destination);
    if known.as_ref().is_some_and(|known| known.has_entries) {
        // A rebuild knows nothing of the run.
        archive.has_entries = true;
        if archive.run.took_ms == 0 {
            archive.run = known.map(|known| known.run).unwrap_or_default();
        }
        archive::put(&transaction, line, &archive)?;
        version::unstage(&transaction, Some(&id))?;
        transaction.commit()?;
        return Ok(TakenOver::Whole);
    }
    let (before, after) = archive::neighbours(&transaction, line, sequence)?;
    let staged = match against {
        None => Some(Staged::Tree),
        Some(against) if after.is_none() && before.is_some_and(|(_, id)| id == against) => Some(Staged::Differences),
        Some(_) => None,
    };
    archive.has_entries = staged.is_some();
    match staged {
        Some(staged) => version::take_over(&transaction, line, &id, sequence, after, staged)?,
        None => version::unstage(&transaction, Some(&id))?,
    }
    archive::put(&transaction, line, &archive)?;
    if !exceptions.is_empty() {
        archive::put_exceptions(&transaction, &destination, &id, exceptions)?;
    }
    transaction.commit()?;
    Ok(if staged.is_some() { TakenOver::Whole } else { TakenOver::WithoutTree })
}

fn location(path: &Path) -> Location {
    Location {
        path: path.to_owned(),
        schema: SCHEMA,
        durable: true,
        longest_log: LONGEST_LOG,
        writer_cache: WRITER_CACHE,
        reader_cache: READER_CACHE,
    }
}
