//! Layouts that were read once, for whoever reads many rows.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::Connection;

use crate::error::Fault;
use crate::table::layout::{self, Layout};

/// A layout of 150 series takes 2 KB; a month has 360.
const MOST: usize = 64;

/// Layouts by number.
#[derive(Default)]
pub(super) struct Layouts(HashMap<i64, Arc<Layout>>);

impl Layouts {
    /// The layout of that number.
    pub(super) fn get(&mut self, connection: &Connection, id: i64) -> Result<Arc<Layout>, Fault> {
        if let Some(known) = self.0.get(&id) {
            return Ok(Arc::clone(known));
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        let layout = Arc::new(layout::find(connection, id)?);
        self.0.insert(id, Arc::clone(&layout));
        Ok(layout)
    }
}
