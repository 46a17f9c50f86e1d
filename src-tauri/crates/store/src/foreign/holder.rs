//! Whether another process has a database open or writes to it, as its locks say. Files are opened here and closed again, which
//! drops the locks of this process: none may be held yet.

use std::fs::File;
use std::io;
use std::path::Path;

use rustix::process::{Flock, FlockOffsetType, FlockType, fcntl_getlk};

use crate::database::beside;

/// The bytes that SQLite locks: pending, reserved, and those shared by readers.
const PENDING: u64 = 0x4000_0000;
const RESERVED: u64 = PENDING + 1;
const ALL: u64 = 512;
/// In `-shm`: whoever has a write-ahead log open holds this byte.
const OPEN: u64 = 128;

/// What others do with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// Nobody has it.
    Nobody,
    /// Somebody reads it, or has it open.
    Reader,
    /// Somebody is about to write.
    Writer,
}

/// Asks the system.
pub(super) fn holder(database: &Path) -> io::Result<Holder> {
    let file = File::open(database)?;
    if is_locked(&file, RESERVED, 1)? {
        return Ok(Holder::Writer);
    }
    let memory = match File::open(beside(database, "-shm")) {
        Ok(memory) => is_locked(&memory, OPEN, 1)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(error),
    };
    Ok(if memory || is_locked(&file, PENDING, ALL)? { Holder::Reader } else { Holder::Nobody })
}

fn is_locked(file: &File, start: u64, length: u64) -> io::Result<bool> {
    let wish = Flock { start, length, pid: None, typ: FlockType::WriteLock, offset_type: FlockOffsetType::Set };
    Ok(fcntl_getlk(file, &wish)?.is_some())
}
