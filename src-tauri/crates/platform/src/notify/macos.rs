//! macOS: a notification needs a signed bundle, which only the shell has.

use std::path::PathBuf;
use std::sync::Arc;

use caretaker_core::port::{ActionSink, Notifier};

/// None: see `notify`.
pub fn system_notifier(_shown: PathBuf, _sink: ActionSink) -> Option<Arc<dyn Notifier>> {
    None
}
