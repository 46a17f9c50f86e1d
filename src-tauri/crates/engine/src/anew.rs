//! A `metrics.db` that turns out damaged while it is in use: it is set aside, a new one is begun beneath everybody who has the
//! store, and the pipeline goes on with what it remembers. What was to be stored is stored in the new file.

use caretaker_core::metric::{Round, RoundId};
use caretaker_core::problem::Problem;
use caretaker_core::time::{Moment, Timestamp};
use caretaker_store::{EpochReason, MetricsStore, StoreError};

use crate::engine::Engine;
use crate::pipeline::{Pipeline, Work};

impl Pipeline {
    /// Work on the samples; done once more in a new file where the old one turns out damaged.
    pub(crate) fn on_samples<T>(
        &mut self,
        now: Timestamp,
        work: impl Fn(&MetricsStore) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        match work(&self.metrics) {
            Err(error) if self.metrics.is_damaged_by(&error) => {
                self.begin_anew(now)?;
                work(&self.metrics)
            }
            other => other,
        }
    }

    /// Stores a round in the epoch that is due, likewise.
    pub(crate) fn store(&mut self, round: &mut Round) -> Result<RoundId, StoreError> {
        if self.is_anew_due {
            self.begin_anew(round.moment.wall)?;
        }
        match self.append(round) {
            Err(error) if self.metrics.is_damaged_by(&error) => {
                self.begin_anew(round.moment.wall)?;
                self.append(round)
            }
            other => other,
        }
    }

    fn append(&mut self, round: &mut Round) -> Result<RoundId, StoreError> {
        self.start_epoch(round.moment)?;
        round.id = RoundId { epoch: self.epoch, at: round.moment.wall };
        self.metrics.append(round)
    }

    /// Sets the file aside. Its epochs go on in the new one, so that what was judged stays before what will be.
    pub(crate) fn begin_anew(&mut self, now: Timestamp) -> Result<(), StoreError> {
        // Until it succeeds: a file that is closed takes no round.
        self.is_anew_due = true;
        let kept = self.metrics.begin_anew(now)?;
        self.is_anew_due = false;
        self.epoch_due = Some(EpochReason::Start);
        // What waits for its round was stored in the old file alone.
        self.metrics.push(&self.pushed)?;
        if let Some(kept) = kept {
            self.set_aside.tell((&self.metrics, &self.state), &kept, now);
            self.set_aside.look(&self.home, &self.degraded, now);
        }
        Ok(())
    }

    /// Begins a new file for damage that somebody else found in the file of that generation.
    pub(crate) fn damaged(&mut self, generation: u32, now: Timestamp) -> Result<(), StoreError> {
        if self.metrics.generation() == generation { self.begin_anew(now) } else { Ok(()) }
    }

    /// Begins a new file if a look at every page says that there is damage.
    pub(crate) fn suspected(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.on_samples(now, MetricsStore::check)
    }

    /// A start on what is stored; on a new file where that is damaged.
    pub(crate) fn restore_or_begin_anew(&mut self, moment: Moment) -> Result<(), StoreError> {
        match self.restore(moment.wall) {
            Err(error) if self.metrics.is_damaged_by(&error) => {
                self.begin_anew(moment.wall)?;
                self.last = None;
                self.restore(moment.wall)
            }
            other => other,
        }
    }
}

impl Engine {
    /// Works on the samples off the async threads. Where they turn out damaged, the pipeline sets the file aside, and what was
    /// to be done has nothing left to do.
    pub(crate) async fn with_samples(
        &self,
        now: Timestamp,
        work: impl FnOnce(&MetricsStore) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<(), Problem> {
        let done = self.blocking(move |inner| {
            let generation = inner.metrics.generation();
            match work(&inner.metrics) {
                Err(error) if inner.metrics.is_damaged_by(&error) => Ok(Some(generation)),
                other => Ok(other.map(|()| None)?),
            }
        });
        match done.await? {
            None => Ok(()),
            Some(generation) => self.ask(|reply| Work::Damaged(generation, now, reply)).await?,
        }
    }

    /// Whoever reads met damage: has every page of the samples looked at, so that who asks again finds a new file. The other
    /// databases are not begun anew beneath an engine.
    pub(crate) async fn suspect_samples(&self) {
        let now = self.now();
        if self.0.pipeline.is_none() || !self.0.set_aside.may_suspect(now) {
            return;
        }
        if let Err(problem) = self.ask(|reply| Work::Suspected(now, reply)).await.and_then(|looked| looked) {
            tracing::error!(%problem, "the samples could not be looked at");
        }
    }

    /// What this process set aside because it was damaged, in words: who asked for something else should hear of it.
    pub fn set_aside(&self) -> Vec<String> {
        self.0.set_aside.done()
    }
}
