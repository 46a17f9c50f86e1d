//! Copies what has no copy yet, in the background. A failure leaves everything here as it is; the next try comes later and later.

use std::collections::BTreeMap;

use caretaker_core::backup::{Destination, StoreTask, UploadArchive, UploadOrder, is_resting};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityKind, ActivityResult, ActivityView, CopyState};

use super::copies::Wanted;
use super::hearing::{StoreHearing, perform};
use super::root_of;
use crate::backups::activities::Begun;
use crate::backups::running::Running;
use crate::backups::standing::mark_of;
use crate::backups::verify::Hurry;
use crate::engine::Engine;

impl Engine {
    /// Begins what is due at stores: copies, removals, a look at what lies there.
    pub(crate) async fn copies_due(&self) -> Result<(), Problem> {
        let stores = self.stores();
        if stores.is_empty() {
            return Ok(());
        }
        for job in self.jobs() {
            self.ask_for_copies(&job).await?;
        }
        for store in stores {
            let memory = self.destination_memory(&store.id).await?;
            let is_left_alone = is_resting(memory.failures, memory.failed_at, self.now());
            if is_left_alone
                || self.works_at(&store.id, ActivityKind::Replicate)
                || !self.has_work_at(&store.id).await?
            {
                continue;
            }
            self.begin_copies(store, Hurry::No);
        }
        Ok(())
    }

    async fn has_work_at(&self, destination: &str) -> Result<bool, Problem> {
        let is_open =
            !self.to_be_copied(destination).await?.is_empty() || self.unfinished(destination).await?.is_some();
        let copies = self.copies_at(destination).await?;
        let is_going = copies.iter().any(|(_, copy)| copy.state == CopyState::Going);
        Ok(is_open || is_going || self.is_tending_due(destination, &copies).await?)
    }

    /// Copies everything that has no copy at a store, and looks after what lies there.
    pub(super) fn begin_copies(&self, store: Destination, hurry: Hurry) -> ActivityView {
        let begun = Begun {
            kind: ActivityKind::Replicate,
            job: None,
            title: format!("Copying archives to {}", store.id),
            place: Some(store.id.clone()),
        };
        self.begin(begun, move |mut running| async move {
            let engine = running.engine.clone();
            let result = Box::pin(work(&mut running, &store, hurry)).await;
            engine.at_store_ended(&store, result.as_ref().err()).await?;
            result.map(|()| ActivityResult::Replicated)
        })
    }

    /// Remembers how work at a store ended.
    pub(super) async fn at_store_ended(&self, store: &Destination, problem: Option<&Problem>) -> Result<(), Problem> {
        let now = self.now();
        match problem {
            None => {
                self.remember_destination(&store.id, move |memory| {
                    (memory.failures, memory.failed_at, memory.failure) = (0, None, None);
                    memory.seen = Some(now);
                })
                .await?;
            }
            // What a person ended says nothing about the store.
            Some(problem) if problem.code == Code::Interrupted => {}
            Some(problem) => {
                let why = problem.message.clone();
                self.remember_destination(&store.id, move |memory| {
                    memory.failures += 1;
                    (memory.failed_at, memory.failure) = (Some(now), Some(why));
                })
                .await?;
            }
        }
        self.backups_changed();
        Ok(())
    }

    /// The identity of a store is known from now on.
    pub(super) async fn is_store(&self, store: &Destination, identity: String) -> Result<(), Problem> {
        let root = root_of(&store.place).unwrap_or_default();
        if identity.is_empty() {
            return Ok(());
        }
        self.remember_destination(&store.id, move |memory| {
            (memory.identity, memory.path) = (Some(identity), root);
        })
        .await
        .map(drop)
    }
}

async fn work(running: &mut Running, store: &Destination, hurry: Hurry) -> Result<(), Problem> {
    let engine = running.engine.clone();
    let mut hearing = StoreHearing::new(engine.clone(), &store.id);
    engine.remove_going(running, store, &mut hearing).await?;
    // What lies there is looked at first: what is missing is copied in the same run.
    engine.survey_if_due(running, store, &mut hearing).await?;
    let mut by_origin: BTreeMap<String, Vec<Wanted>> = BTreeMap::new();
    for wanted in engine.to_be_copied(&store.id).await? {
        by_origin.entry(wanted.archive.destination.clone()).or_default().push(wanted);
    }
    for (origin, wanted) in by_origin {
        let Some(order) = engine.upload_order(store, &origin, &wanted).await? else { continue };
        let task = engine.store_work(store, StoreTask::Upload(order), hurry).await?;
        let outcome = perform(running, &task, &mut hearing).await?;
        engine.is_store(store, outcome.identity).await?;
    }
    engine.fetch_if_due(running, store, &mut hearing).await?;
    match hearing.why {
        // Each is tried again as the store is, later and later.
        Some(why) => {
            Err(Problem::new(Code::Internal, format!("failed to copy {} to `{}`: {why}", hearing.not_copied, store.id))
                .hint("`caretaker backup verify` says whether the archive here is whole"))
        }
        None => Ok(()),
    }
}

impl Engine {
    /// The order for archives of one folder; none while that is away.
    async fn upload_order(
        &self,
        store: &Destination,
        origin: &str,
        wanted: &[Wanted],
    ) -> Result<Option<UploadOrder>, Problem> {
        let unfinished = self.unfinished(&store.id).await?;
        let Some(folder) = wanted.first().and_then(|one| Some(one.archive.folder.rsplit_once('/')?.0.to_owned()))
        else {
            return Ok(None);
        };
        let (looked, expected) = (folder.clone(), origin.to_owned());
        let is_there = self.blocking(move |_| Ok(mark_of(&looked).as_ref() == Some(&expected))).await?;
        let archives = wanted.iter().map(|one| {
            let facts = &one.archive.facts;
            UploadArchive {
                id: facts.id.clone(),
                set: facts.set.clone(),
                file: facts.file.clone(),
                bytes: facts.bytes_stored,
                sha256: facts.sha256.clone(),
                replace: one.copy.is_wrong,
            }
        });
        Ok(is_there.then(|| UploadOrder {
            origin: origin.to_owned(),
            folder,
            archives: archives.collect(),
            unfinished,
        }))
    }
}
