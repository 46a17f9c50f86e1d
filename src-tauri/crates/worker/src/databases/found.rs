//! Tells databases from other files by how they begin.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use caretaker_backup::source::replace::MAGIC;
use rustix::fs::{Mode, OFlags};

/// Whether a file begins as databases of SQLite do; it is not followed if it is a link, and a pipe is not waited for.
pub(crate) fn begins_as_database(path: &Path) -> bool {
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    let mut first = [0; 16];
    let opened = rustix::fs::open(path, flags, Mode::empty()).map(File::from);
    opened.is_ok_and(|mut file| file.read_exact(&mut first).is_ok()) && first == *MAGIC
}
