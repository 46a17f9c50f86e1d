//! Failures of collectors in words.

use caretaker_core::port::CollectError;

/// A failure in the words that people read: `read /proc/stat`, `permission denied`.
pub(crate) fn failed(what: impl Into<String>, why: impl ToString) -> CollectError {
    CollectError::Failed { what: what.into(), why: why.to_string() }
}
