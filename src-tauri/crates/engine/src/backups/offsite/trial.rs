//! Tries a store before anything depends on it. A worker does it at once; nothing of it is remembered.

use std::time::Duration;

use caretaker_core::backup::{Destination, Report, StoreTask, StoreTrial};
use caretaker_core::egress::Reached;
use caretaker_core::problem::{Code, Problem};

use crate::backups::verify::Hurry;
use crate::engine::Engine;

/// Whoever asked waits for it.
const LONGEST: Duration = Duration::from_secs(25);

impl Engine {
    /// What a worker finds at a store.
    pub(crate) async fn trial_of(&self, store: &Destination) -> Result<StoreTrial, Problem> {
        let work = self.store_work(store, StoreTask::Try, Hurry::Yes).await?;
        let mut worker = self.0.workers.start(&work).await?;
        let ended = || Problem::new(Code::Internal, "the process that tried the store ended without a word");
        let tried = tokio::time::timeout(LONGEST, async {
            loop {
                match worker.next().await {
                    Some(Report::AtStore(outcome)) => return outcome.trial.ok_or_else(ended),
                    Some(Report::Failed(problem)) => return Err(problem),
                    Some(Report::Reached(reached)) => {
                        let reached: Vec<Reached> = reached.into_iter().map(Into::into).collect();
                        self.0.egress.count(&reached);
                    }
                    Some(_) => {}
                    None => return Err(ended()),
                }
            }
        });
        tried.await.unwrap_or_else(|_| {
            let message = format!("nobody answered at `{}` within {} s", store.id, LONGEST.as_secs());
            Err(Problem::new(Code::TimedOut, message).hint("check `endpoint`, the network, and whether the store runs"))
        })
    }
}
