//! Opening a database for writing or for reading, and telling what is wrong with one that does not open.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use rustix::fs::Access as Rights;

use super::beside;
use super::migration::{Schema, Standing, user_version};
use crate::error::StoreError;

/// How long a connection waits for another process.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a handle may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// For the engine, which holds the home folder: creates and migrates.
    ReadWrite,
    /// For everybody else: takes no lock that an engine would notice, creates and changes nothing.
    ReadOnly,
}

/// A database file with what it should contain and how its connections behave.
#[derive(Clone)]
pub(crate) struct Location {
    pub(crate) path: PathBuf,
    pub(crate) schema: Schema,
    /// Whether every commit must survive a power cut.
    pub(crate) durable: bool,
    /// Pages in the log from which on a commit moves them into the file by itself.
    pub(crate) longest_log: u32,
    /// Page cache of the writing connection, KiB.
    pub(crate) writer_cache: u32,
    /// Page cache of each reading connection, KiB.
    pub(crate) reader_cache: u32,
}

/// Opens for writing: creates, checks and migrates.
pub(crate) fn open_writer(location: &Location) -> Result<Connection, StoreError> {
    let path = &location.path;
    let sqlite = |source| StoreError::from_sqlite(path, source);
    if let Some(folder) = path.parent().filter(|folder| !folder.is_dir()) {
        return Err(StoreError::Io { path: folder.to_owned(), source: std::io::ErrorKind::NotFound.into() });
    }
    // A log that outlived its writer means that it was killed or the power was cut: the one time a full check pays.
    let unclean = std::fs::metadata(beside(path, "-wal")).is_ok_and(|log| log.len() > 0);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(|source| cannot_open(path, source))?;
    connection.busy_timeout(PATIENCE).map_err(sqlite)?;
    // SQLite opens a file that it cannot write without a word, read-only.
    if connection.is_readonly("main").map_err(sqlite)? {
        return Err(StoreError::ReadOnly { path: path.clone() });
    }
    // Before the first statement that writes: a newer database must be left as it is.
    location.schema.accepts(path, user_version(&connection).map_err(|source| cannot_open(path, source))?)?;
    let synchronous = if location.durable { "FULL" } else { "NORMAL" };
    connection
        .execute_batch(&format!(
            "PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous};
             PRAGMA fullfsync={}; PRAGMA checkpoint_fullfsync=1; PRAGMA journal_size_limit=1048576;
             PRAGMA wal_autocheckpoint={}; PRAGMA cache_size=-{}; PRAGMA foreign_keys=1; PRAGMA temp_store=MEMORY",
            u8::from(location.durable),
            location.longest_log,
            location.writer_cache,
        ))
        .map_err(|source| cannot_open(path, source))?;
    location.schema.migrate(&mut connection, path)?;
    if unclean {
        quick_check(&connection, path)?;
    }
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// What a reader of a home sees in which no engine ever ran.
pub(crate) fn open_empty(location: &Location) -> Result<Connection, StoreError> {
    let mut connection =
        Connection::open_in_memory().map_err(|source| StoreError::from_sqlite(&location.path, source))?;
    location.schema.migrate(&mut connection, &location.path)?;
    Ok(connection)
}

/// For how long what a reader sees can be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Freshness {
    /// SQLite keeps readers and the writer apart.
    Lasting,
    /// The file was taken as immutable, which ends when this log appears: an engine has started.
    UntilLog(PathBuf),
}

impl Freshness {
    pub(crate) fn is_over(&self) -> bool {
        match self {
            Self::Lasting => false,
            Self::UntilLog(log) => log.exists(),
        }
    }
}

/// Whose writer may be at work while a reader reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// This handle has one itself.
    Here,
    /// Another process may, or nobody.
    Elsewhere,
}

/// Opens for reading. Beside an engine the write-ahead log is there and is read; with neither, the file is taken as
/// immutable, so that reading leaves no trace in the folder.
pub(crate) fn open_reader(location: &Location, writing: Writing) -> Result<(Connection, Freshness), StoreError> {
    let path = &location.path;
    if !path.exists() {
        return Err(StoreError::Absent { path: path.clone() });
    }
    let log = beside(path, "-wal");
    let freshness =
        if writing == Writing::Here || log.exists() { Freshness::Lasting } else { Freshness::UntilLog(log) };
    let connection = connect_reader(path, freshness != Freshness::Lasting)?;
    let sqlite = |source| StoreError::from_sqlite(path, source);
    let version = user_version(&connection).map_err(sqlite)?;
    match location.schema.accepts(path, version)? {
        Standing::Usable => {}
        Standing::New => return Err(StoreError::Older { path: path.clone(), found: 0 }),
        Standing::Older { found } => return Err(StoreError::Older { path: path.clone(), found }),
    }
    connection
        .execute_batch(&format!("PRAGMA cache_size=-{}; PRAGMA query_only=1", location.reader_cache))
        .map_err(sqlite)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok((connection, freshness))
}

/// Walks the whole file: tens of milliseconds for 60 MB in memory.
pub(crate) fn quick_check(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let verdict: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(|source| StoreError::from_sqlite(path, source))?;
    if verdict == "ok" { Ok(()) } else { Err(StoreError::Damaged { path: path.to_owned(), detail: verdict }) }
}

fn connect_reader(path: &Path, immutable: bool) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_URI;
    let connection =
        Connection::open_with_flags(uri(path, immutable), flags).map_err(|source| cannot_open(path, source))?;
    connection.busy_timeout(PATIENCE).map_err(|source| StoreError::from_sqlite(path, source))?;
    Ok(connection)
}

/// A `file:` address; every byte that means something there is escaped.
pub(crate) fn uri(path: &Path, immutable: bool) -> String {
    use std::os::unix::ffi::OsStrExt as _;
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    let mut text = String::from("file:");
    for byte in path.as_os_str().as_bytes().iter().copied() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => text.push(char::from(byte)),
            _ => text.extend(['%', digit(byte >> 4), digit(byte & 15)]),
        }
    }
    text.push_str(if immutable { "?mode=ro&immutable=1" } else { "?mode=ro" });
    text
}

/// "Cannot open" has many causes; the file system knows which. It is asked without opening the file, because closing
/// a second descriptor of a database drops the locks of the first.
fn cannot_open(path: &Path, source: rusqlite::Error) -> StoreError {
    if source.sqlite_error_code() != Some(rusqlite::ErrorCode::CannotOpen) {
        return StoreError::from_sqlite(path, source);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let refused = |target: &Path, access| rustix::fs::access(target, access).err();
    let why = refused(folder, Rights::READ_OK | Rights::WRITE_OK | Rights::EXEC_OK)
        .or_else(|| refused(path, Rights::READ_OK | Rights::WRITE_OK).filter(|_| path.exists()));
    match why {
        Some(error) => StoreError::from_io(path, error.into()),
        None => StoreError::from_sqlite(path, source),
    }
}
