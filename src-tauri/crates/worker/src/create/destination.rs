//! Opens the destination of an order. An empty folder that nobody knows becomes one; a known one without its identity is refused.

use std::path::Path;

use caretaker_backup::write::{Destination, DestinationId, destination::MARK};
use caretaker_core::backup::CreateOrder;
use caretaker_core::problem::{Code, Problem};

use crate::problem::problem;

/// The destination; none in a dry run for a folder that would become one.
pub fn opened(order: &CreateOrder) -> Result<Option<Destination>, Problem> {
    let path = Path::new(&order.destination);
    if let Some(known) = &order.identity {
        let identity = DestinationId::parse(known)
            .ok_or_else(|| Problem::new(Code::Internal, format!("`{known}` is no identity of a destination")))?;
        return Destination::open(path, Some(identity)).map(Some).map_err(problem);
    }
    let has_mark = path.join(MARK).symlink_metadata().is_ok();
    if !has_mark {
        match std::fs::read_dir(path) {
            Ok(mut entries) => {
                if entries.any(|entry| entry.is_ok_and(|entry| !is_nobodys(&entry.file_name()))) {
                    return Err(refused(path));
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if order.dry_run {
                    return Ok(None);
                }
                make(path)?;
            }
            Err(error) => return Err(failed("open", path, &error)),
        }
        if order.dry_run {
            return Ok(None);
        }
    }
    let destination = if has_mark { Destination::open(path, None) } else { Destination::prepare(path) };
    destination.map(Some).map_err(problem)
}

/// What lies in a folder that nobody uses: what file systems put there, and the mark of ours that a kill left half made.
fn is_nobodys(name: &std::ffi::OsStr) -> bool {
    let half_made = [MARK.as_bytes(), b"."].concat();
    name == "lost+found" || name.as_encoded_bytes().starts_with(&half_made)
}

/// Makes a folder only inside one that is there: a path whose disk is not mounted must not become a folder of the system's.
fn make(path: &Path) -> Result<(), Problem> {
    let parent = path.parent().unwrap_or(Path::new("/"));
    if !parent.is_dir() {
        let message =
            format!("failed to use the destination `{}`: `{}` is not there", path.display(), parent.display());
        return Err(Problem::new(Code::DestinationMissing, message).hint("connect the disk, or name another folder"));
    }
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().mode(0o700).create(path).map_err(|error| failed("make", path, &error))
}

fn refused(path: &Path) -> Problem {
    let message =
        format!("failed to use the destination `{}`: it is no destination of Caretaker, and not empty", path.display());
    Problem::new(Code::DestinationMissing, message).hint("name an empty folder in it, or another folder")
}

fn failed(action: &str, path: &Path, error: &std::io::Error) -> Problem {
    Problem::new(Code::DestinationMissing, format!("failed to {action} the destination `{}`: {error}", path.display()))
        .hint("check the disk and the rights of this user")
}
