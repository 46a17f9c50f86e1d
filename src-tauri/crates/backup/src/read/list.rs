//! Where the list of an archive lies, for whoever has not all of its file yet. Reads the end alone.

use std::path::Path;

use super::archive::packing_of;
use super::medium::Medium;
use crate::encryption::Keys;
use crate::error::{BackupError, Result};
use crate::format::footer::Footer;

/// Where in its file the list of an archive begins. Of the file its first bytes and its last 128 KiB have to be there; what lies between
/// may be a hole.
pub fn list_start(path: &Path, keys: &Keys) -> Result<u64> {
    let (medium, packing) = (Medium::open(path, keys)?, packing_of(path));
    let end = medium.length().checked_sub(packing.footer_length() as u64);
    let end = end.ok_or_else(|| BackupError::damaged(path, "it is cut off"))?;
    let mut tail = vec![0; packing.footer_length()];
    medium.read_exact_at(&mut tail, end).map_err(|error| BackupError::io("read", path, error))?;
    let footer = Footer::read(&tail, packing).map_err(|error| BackupError::damaged(path, error.0))?;
    Ok(medium.place(footer.offset.min(end)))
}
