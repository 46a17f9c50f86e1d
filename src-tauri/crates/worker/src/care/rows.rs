//! Clearing expired rows: a place for the copy that is made beforehand, the process that does it, and copies of earlier runs, of which
//! the newest stay.

use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use caretaker_core::database::{RowsAnswer, RowsOrder};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;
use caretaker_platform::command::CLEAR_VERB;

use crate::databases::Apart;
use crate::trouble;

/// Copies that stay of each task.
const KEPT: usize = 2;
/// What lies beside a database and belongs to it.
const PARTS: [&str; 2] = ["", "-wal"];
/// Room that is left to others, at least.
const MARGIN: u64 = 256 << 20;

/// Has it done.
pub(super) fn rows(order: &RowsOrder, apart: &Apart<'_>) -> Result<RowsAnswer, Problem> {
    let copy = Path::new(&order.copy);
    let folder = copy.parent().unwrap_or(Path::new("/"));
    if !order.is_dry {
        std::fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| trouble::io("make", folder, &error))?;
        let needed = bytes(Path::new(std::ffi::OsStr::from_bytes(order.file.as_bytes())));
        let room = rustix::fs::statvfs(folder).map_or(0, |stat| stat.f_bavail.saturating_mul(stat.f_frsize));
        if room < needed.saturating_add(MARGIN) {
            let why = format!("the copy beforehand needs {needed} bytes beside Caretaker's home, {room} are free");
            return Ok(RowsAnswer::Refused(why));
        }
    }
    // The count, the copy and the deleting have a limit of their own each.
    let answer = apart.ask(CLEAR_VERB, order, order.limit * 3 + Span::from_seconds(10));
    if !order.is_dry {
        prune(folder)?;
    }
    match answer {
        Ok(answer) => Ok(answer),
        Err(problem) if problem.code == Code::Interrupted => Err(problem),
        Err(problem) => Ok(RowsAnswer::Failed(problem)),
    }
}

fn bytes(file: &Path) -> u64 {
    let sizes = PARTS.iter().map(|part| {
        let mut name = file.as_os_str().to_owned();
        name.push(part);
        std::fs::metadata(PathBuf::from(name)).map_or(0, |found| found.len())
    });
    sizes.sum()
}

/// Removes copies that a kill left half made, and all but the newest of the others.
fn prune(folder: &Path) -> Result<(), Problem> {
    let entries = std::fs::read_dir(folder).map_err(|error| trouble::io("read", folder, &error))?;
    let (mut copies, mut rest) = (Vec::new(), Vec::new());
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        let is_copy = path.extension().is_some_and(|end| end == "sqlite");
        let is_part = path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.contains(".sqlite.part"));
        if is_copy {
            copies.push(path);
        } else if is_part {
            rest.push(path);
        }
    }
    // Their names are their times.
    copies.sort();
    rest.extend(copies.iter().rev().skip(KEPT).cloned());
    for path in rest {
        std::fs::remove_file(&path).map_err(|error| trouble::io("remove", &path, &error))?;
    }
    Ok(())
}
