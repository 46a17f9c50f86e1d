//! What both databases share: opening, versions, the writing thread, the read connections. It knows no table.

mod checkpoint;
mod exchange;
mod handle;
mod migration;
mod open;
mod readers;
mod set_aside;
mod writer;

pub(crate) use checkpoint::{Checkpoint, begin_log, checkpoint, finish, log_pages, sync_log};
pub(crate) use exchange::Exchange;
pub(crate) use handle::{Handle, Wrapping};
pub(crate) use migration::{Migration, Schema};
pub use open::Access;
pub(crate) use open::{Freshness, Location, Writing, open_empty, open_reader, open_writer, quick_check, uri};
#[cfg(test)]
pub(crate) use readers::MOST_READERS;
pub(crate) use readers::Readers;
pub(crate) use set_aside::set_aside;
pub(crate) use writer::WriterThread;

use std::path::{Path, PathBuf};

/// `path` with `suffix` after its whole name: `metrics.db` and `-wal` give `metrics.db-wal`.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
