//! The answer to a mass change, to a clock that was set, to a key that is lost, or to a source that is missing or empty: it is meant.

use caretaker_core::problem::Problem;
use caretaker_core::view::{BackupsView, Hint};

use crate::engine::Engine;

impl Engine {
    /// Says that what changed is meant: retention goes on, and the next run takes a missing source for meant.
    pub async fn accept_changes(&self, id: &str) -> Result<BackupsView, Problem> {
        self.writable()?;
        let job = self.job(id)?;
        let now = self.now();
        self.remember_job(&job.id, move |memory| {
            // One answer is to one question: who takes a mass change for meant says nothing about a disk that is away.
            let is_key_lost = memory.is_failing() && memory.is_key_missing && !memory.accept_lost_key;
            memory.accept_lost_key |= is_key_lost;
            let is_behind = memory.clock_behind.take().is_some();
            if is_behind {
                // The clock is right, so what lies ahead of it was made under a wrong one.
                memory.last_good = memory.last_good.map(|newest| newest.min(now));
            }
            let asked =
                memory.mass_change.take().is_some() | memory.clock_jumped.take().is_some() | is_behind | is_key_lost;
            memory.accept_empty |= !asked || (memory.is_failing() && memory.is_source_missing);
        })
        .await?;
        self.record("backup", format!("Changes of {} were accepted", job.id), Ok(())).await;
        self.backups_changed();
        self.hint(Hint::Backups);
        self.backups().await
    }
}
