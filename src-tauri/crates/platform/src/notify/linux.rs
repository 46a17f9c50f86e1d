//! Linux: notifications over the session bus.

use std::path::PathBuf;
use std::sync::Arc;

use caretaker_core::port::{ActionSink, Notifier};

use super::FreedesktopNotifier;
use crate::bus::Bus;

/// The notifier over the session bus.
#[expect(clippy::unnecessary_wraps, reason = "the same signature on a platform that has none")]
pub fn system_notifier(shown: PathBuf, sink: ActionSink) -> Option<Arc<dyn Notifier>> {
    Some(Arc::new(FreedesktopNotifier::new(Bus::session(), Some(shown), sink)))
}
