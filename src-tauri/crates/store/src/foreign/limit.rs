//! How long work may go on, and for whom: it ends when whoever asked for it is gone.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use rustix::process::{Pid, getppid};

/// Virtual instructions between two looks at the clock.
const INSTRUCTIONS: i32 = 2_000;

/// The end of some work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    until: Instant,
    asked_by: Option<Pid>,
}

impl Limit {
    /// From now on.
    pub fn after(span: Duration) -> Self {
        Self { until: Instant::now() + span, asked_by: getppid() }
    }

    /// The same, but no longer than this from now on.
    pub fn within(self, span: Duration) -> Self {
        Self { until: self.until.min(Instant::now() + span), ..self }
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.until || getppid() != self.asked_by
    }

    /// Ends statements of this connection that go on then.
    pub fn guard(self, connection: &mut Connection) -> rusqlite::Result<()> {
        connection.progress_handler(INSTRUCTIONS, Some(move || self.is_over()))
    }
}
