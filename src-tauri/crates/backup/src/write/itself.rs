//! A backup of a place into itself is refused, whichever lies in the other.

use super::order::Order;
use crate::error::{BackupError, Result};

/// Refuses a destination that lies in a source, and the other way round.
pub(super) fn refuse_itself(wish: &Order<'_>) -> Result<()> {
    let real =
        |path: &std::path::Path| std::fs::canonicalize(path).map_err(|error| BackupError::io("find", path, error));
    let destination = real(wish.destination.path())?;
    // What may be gone lies beside a file that is looked at.
    for each in wish.roots.iter().filter(|root| !root.is_optional) {
        let source = real(&each.path)?;
        if destination.starts_with(&source) || source.starts_with(&destination) {
            return Err(BackupError::refused(format!(
                "back up `{}` to `{}`: one lies inside the other",
                each.path.display(),
                wish.destination.path().display()
            )));
        }
    }
    Ok(())
}
