//! How a database lies there: whether somebody has it, whether a crash left something to be brought in first, and whether its
//! files moved since.

use std::fs::File;
use std::io::{self, Read as _};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use super::holder::{Holder, holder};
use super::refused::Refused;
use crate::database::beside;
use caretaker_core::backup::Refusal;

const MAGIC: &[u8; 16] = b"SQLite format 3\0";
/// How a journal begins that was not committed.
const JOURNAL: [u8; 8] = [0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7];
/// What may lie beside it.
pub(super) const PARTS: [&str; 2] = ["-wal", "-journal"];

/// How a copy is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Through SQLite, beside whoever has it.
    Shared,
    /// Nobody has it and nothing lies beside it, but SQLite would make files there: it is read as if nobody could.
    Alone,
    /// A crash left a log or a journal: the files are copied as they are, and mended in the copy.
    Aside,
}

/// Sizes and times of the files, for telling whether they moved.
pub(super) type Record = Vec<Option<(u64, u64, i64, i64, i64, i64)>>;

/// What the files look like now.
pub(super) fn record(database: &Path) -> io::Result<Record> {
    ["", PARTS[0], PARTS[1]]
        .iter()
        .map(|part| match std::fs::metadata(beside(database, part)) {
            Ok(meta) => {
                let (seconds, nanoseconds) = (meta.mtime(), meta.mtime_nsec());
                Ok(Some((meta.ino(), meta.len(), seconds, nanoseconds, meta.ctime(), meta.ctime_nsec())))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .collect()
}

/// Which way is right for the database as it lies there now.
pub(super) fn way(database: &Path) -> Result<Way, Refused> {
    let mut head = [0; 20];
    let mut file = File::open(database)?;
    let got = file.read(&mut head)?;
    drop(file);
    if got < head.len() || head[..16] != *MAGIC {
        let why = "does not begin as a database of SQLite does: it is encrypted, or none".to_owned();
        return Err(Refused::For(Refusal::Unreadable, why));
    }
    let has_log = std::fs::metadata(beside(database, "-wal")).is_ok_and(|log| log.len() > 0);
    let is_logged = head[18] == 2 || head[19] == 2;
    let holder = holder(database)?;
    let is_left = match holder {
        Holder::Nobody => has_log || has_hot_journal(database),
        Holder::Reader => has_hot_journal(database),
        Holder::Writer => false,
    };
    Ok(match holder {
        _ if is_left => Way::Aside,
        Holder::Nobody if is_logged => Way::Alone,
        Holder::Nobody | Holder::Reader | Holder::Writer => Way::Shared,
    })
}

fn has_hot_journal(database: &Path) -> bool {
    let mut head = [0; 8];
    File::open(beside(database, "-journal")).and_then(|mut file| file.read_exact(&mut head)).is_ok() && head == JOURNAL
}
