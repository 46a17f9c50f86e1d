//! Runbooks that act: the owner's files, the commands that go on, and what became of them.

mod command;
mod files;
mod history;
mod running;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

pub(crate) use history::known;
use running::Live;

/// What the engine holds for runbooks. The lock is held for a look or a change only.
#[derive(Default)]
pub(crate) struct Runbooks {
    live: Mutex<HashMap<String, Arc<Live>>>,
}
