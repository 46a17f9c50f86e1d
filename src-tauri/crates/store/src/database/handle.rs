//! What both stores are made of: one thread that writes, up to two connections that read, and the file they share.
//! It knows no table.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::Connection;

use super::{
    Access, Freshness, Location, Readers, WriterThread, Writing, beside, finish, open_empty, open_reader, open_writer,
};
use crate::error::{Fault, StoreError};

/// `W` is what only the writing thread touches, `R` a read connection with what it remembers.
pub(crate) struct Handle<W, R> {
    path: PathBuf,
    /// None for a reader.
    writer: Option<WriterThread<W>>,
    readers: Readers<R>,
}

/// How the connections of a store are dressed, and undressed at the end.
pub(crate) struct Wrapping<W, R> {
    pub(crate) writer: fn(Connection, &Path) -> Result<W, StoreError>,
    pub(crate) unwrap: fn(W) -> Connection,
    pub(crate) reader: fn(Connection) -> R,
}

impl<W: Send + 'static, R: 'static> Handle<W, R> {
    /// Opens a database; for writing it is created, checked after an unclean end, and migrated.
    pub(crate) fn open(location: Location, access: Access, wrapping: Wrapping<W, R>) -> Result<Self, StoreError> {
        let Wrapping { writer, unwrap, reader } = wrapping;
        let path = location.path.clone();
        let thread = match access {
            Access::ReadWrite => {
                let writer = writer(open_writer(&location)?, &path)?;
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                Some(WriterThread::start(&name, path.clone(), writer, move |writer| finish(unwrap(writer)))?)
            }
            Access::ReadOnly => {
                // Opened once for its verdict; the pool opens its own when somebody asks.
                drop(open_reader(&location, Writing::Elsewhere)?);
                None
            }
        };
        let writing = if thread.is_some() { Writing::Here } else { Writing::Elsewhere };
        let readers = Readers::new(move || {
            let (connection, freshness) = open_reader(&location, writing)?;
            Ok((reader(connection), freshness))
        });
        Ok(Self { path, writer: thread, readers })
    }

    /// A database in which nothing is, in memory: reading it touches no file.
    pub(crate) fn empty(location: Location, reader: fn(Connection) -> R) -> Self {
        let path = location.path.clone();
        let readers = Readers::new(move || Ok((reader(open_empty(&location)?), Freshness::Lasting)));
        Self { path, writer: None, readers }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Has the writing thread do `work` and waits for the answer.
    pub(crate) fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut W) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.writer {
            Some(writer) => writer.call(work),
            None => Err(StoreError::ReadOnly { path: self.path.clone() }),
        }
    }

    /// Runs `work` on a read connection, once more when an engine began to write meanwhile.
    pub(crate) fn read<T>(&self, work: impl Fn(&mut R) -> Result<T, Fault>) -> Result<T, StoreError> {
        self.readers.with(|reader| work(reader).map_err(|fault| fault.at(&self.path)))
    }

    /// [`Handle::read`] for work that names the file itself.
    pub(crate) fn inspect<T>(&self, work: impl Fn(&R, &Path) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.readers.with(|reader| work(reader, &self.path))
    }

    /// Size on disk with its log, bytes.
    pub(crate) fn size_bytes(&self) -> u64 {
        let files = ["", "-wal"].iter().filter_map(|suffix| std::fs::metadata(beside(&self.path, suffix)).ok());
        files.map(|file| file.len()).sum()
    }

    /// Work that waits for the writing thread.
    pub(crate) fn queue_depth(&self) -> usize {
        self.writer.as_ref().map_or(0, WriterThread::depth)
    }

    /// Closes the read connections that no query uses.
    pub(crate) fn close_idle_readers(&self) {
        self.readers.close_idle();
    }

    /// Writes everything into the database, empties the log and closes the writing connection, all within the time.
    pub(crate) fn close(&self, within: Duration) -> Result<(), StoreError> {
        self.readers.close_idle();
        self.writer.as_ref().map_or(Ok(()), |writer| writer.close(within))
    }
}
