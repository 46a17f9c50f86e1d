//! A database that a crash left with a log or a journal: its files are copied as they are, and SQLite brings the copy up to date.
//! The files themselves stay untouched.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::limit::Limit;
use super::refused::Refused;
use super::situation::{PARTS, record};
use crate::database::beside;

/// Makes the copy. After a refusal what lies at its place is to be removed.
pub(super) fn copy(source: &Path, target: &Path, limit: Limit) -> Result<(), Refused> {
    let before = record(source)?;
    std::fs::copy(source, target)?;
    for part in PARTS {
        match std::fs::copy(beside(source, part), beside(target, part)) {
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
    }
    // Somebody came meanwhile, or what was left is not what was looked at.
    if record(source)? != before {
        return Err(Refused::Moved);
    }
    if limit.is_over() {
        return Err(Refused::slow());
    }
    writable(target)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(target, flags)?;
    limit.guard(&mut connection)?;
    // The first statement rolls a journal back; a log is moved into the file.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    if target_has_log(target) {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    connection.close().map_err(|(_, error)| Refused::from(error))
}

fn target_has_log(target: &Path) -> bool {
    beside(target, "-wal").exists()
}

/// A copy has the rights of the original, which may forbid to mend it.
fn writable(target: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    for part in [""].iter().chain(&PARTS) {
        let path = beside(target, part);
        if path.exists() {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
        }
    }
    Ok(())
}
