//! Failures of the system as doors show them.

use caretaker_core::problem::{Code, Problem};

/// A failure of the system, on something.
pub(crate) fn io(what: &str, path: &std::path::Path, error: &std::io::Error) -> Problem {
    let code = if error.kind() == std::io::ErrorKind::StorageFull { Code::DiskFull } else { Code::Internal };
    Problem::new(code, format!("failed to {what} `{}`: {error}", path.display()))
}
