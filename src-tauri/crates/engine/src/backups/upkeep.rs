//! Checks and drills that nobody asks for, in the background. What is due is decided in `core::backup`; here it is looked up and begun.

use std::collections::BTreeMap;

use caretaker_core::backup::{Checked, Upkeep, VerifyDepth, upkeep};
use caretaker_core::problem::Problem;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::ActivityView;
use caretaker_store::{CatalogStore, KnownArchive, Presence, StoreError};

use super::offsite::is_stored;
use super::verify::Hurry;
use crate::engine::Engine;

/// After a start, before archives are looked at: the machine has better things to do then.
const FIRST: Span = Span::from_minutes(5);
/// Between two looks at what is due.
const LOOK: Span = Span::from_hours(1);
/// More than anybody keeps.
const ALL: usize = 100_000;
/// When a part of all archives was read last.
const PART_AT: &str = "backup.part-at";

impl Engine {
    /// Looks at all archives once, then begins what is due, hour by hour, until the future is dropped.
    pub(crate) async fn upkeep_loop(&self) {
        self.0.clock.sleep(FIRST).await;
        if let Err(problem) = self.look_at_all().await {
            tracing::warn!(%problem, "the archives could not be looked at");
        }
        loop {
            if let Err(problem) = self.upkeep_due().await {
                tracing::warn!(%problem, "a check of archives could not be begun");
            }
            self.0.clock.sleep(LOOK).await;
        }
    }

    /// The cheapest check of everything: that it is there, with its list of contents.
    async fn look_at_all(&self) -> Result<(), Problem> {
        let archives = self.catalog(there).await?;
        if !archives.is_empty() {
            self.begin_verification(archives, VerifyDepth::Ends, Hurry::No).await?;
        }
        Ok(())
    }

    /// Begins the checks and drills that are due now. One that cannot be begun keeps nothing from the others.
    pub async fn upkeep_due(&self) -> Result<Vec<ActivityView>, Problem> {
        let now = self.now();
        let (archives, checked, proven) = self.catalog(known).await?;
        let part_at = self.blocking(|inner| Ok(inner.state.setting(PART_AT)?)).await?;
        let part_at: Option<Timestamp> = part_at.and_then(|text| text.parse().ok());
        let mut begun = Vec::new();
        let mut failed = None;
        for due in upkeep(&checked, &proven, part_at, now) {
            let started = match due {
                Upkeep::Verify(ids, depth) => {
                    if depth == VerifyDepth::Deep {
                        let text = now.to_string();
                        self.blocking(move |inner| Ok(inner.state.put_setting(PART_AT, Some(&text))?)).await?;
                    }
                    let wanted = archives.iter().filter(|archive| ids.contains(&archive.facts.id)).cloned().collect();
                    self.begin_verification(wanted, depth, Hurry::No).await
                }
                // A drill that waits, or goes on, is the one. What else goes on at its place it waits for.
                Upkeep::Drill(job) if self.is_drilling(&job) => continue,
                Upkeep::Drill(job) => self.begin_drill(&job, Hurry::No).await,
            };
            match started {
                Ok(activity) => begun.push(activity),
                Err(problem) => failed = Some(problem),
            }
        }
        match failed {
            Some(problem) if begun.is_empty() => Err(problem),
            _ => Ok(begun),
        }
    }
}

fn there(catalog: &CatalogStore) -> Result<Vec<KnownArchive>, StoreError> {
    let mut archives = catalog.archives(None, ALL)?;
    // Copies at stores are looked after by whoever makes them.
    archives.retain(|archive| archive.presence == Presence::There && !is_stored(archive));
    Ok(archives)
}

type Known = (Vec<KnownArchive>, Vec<Checked>, BTreeMap<String, Timestamp>);

fn known(catalog: &CatalogStore) -> Result<Known, StoreError> {
    let archives = there(catalog)?;
    let mut proven = BTreeMap::new();
    let mut checked = Vec::with_capacity(archives.len());
    for archive in &archives {
        let checks = catalog.verifications(&archive.facts.id)?;
        let newest = |is_enough: fn(VerifyDepth) -> bool| {
            checks.iter().find(|check| is_enough(check.depth)).map(|check| check.at)
        };
        checked.push(Checked {
            id: archive.facts.id.clone(),
            job: archive.facts.set.clone(),
            at: archive.facts.at,
            frames: newest(|depth| depth != VerifyDepth::Ends),
            deep: newest(|depth| depth == VerifyDepth::Deep),
        });
        if !proven.contains_key(&archive.facts.set)
            && let Some(proof) = catalog.proofs(&archive.facts.set)?.into_iter().next()
        {
            proven.insert(archive.facts.set.clone(), proof.at);
        }
    }
    Ok((archives, checked, proven))
}
