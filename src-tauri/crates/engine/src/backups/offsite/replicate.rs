//! Copies what has no copy yet, in the background. A failure leaves everything here as it is; the next try comes later and later.

use std::collections::{BTreeMap, BTreeSet};

use caretaker_core::backup::{
    Destination, StoreTask, UploadArchive, UploadOrder, is_resting, next_tending, store_back_off,
};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Timestamp;
use caretaker_core::view::{ActivityKind, ActivityResult, ActivityView, CopyState, CopyView};

use super::copies::Wanted;
use super::hearing::{StoreHearing, perform};
use super::looked::LONGEST;
use super::root_of;
use crate::backups::activities::Begun;
use crate::backups::running::Running;
use crate::backups::standing::mark_of;
use crate::backups::verify::Hurry;
use crate::engine::Engine;

impl Engine {
    /// Begins what is due at stores: copies, removals, a look at what lies there. Nothing is asked while nothing changed and nothing is
    /// due by itself.
    pub(crate) async fn copies_due(&self) -> Result<(), Problem> {
        let (stores, now) = (self.stores(), self.now());
        if stores.is_empty() {
            return Ok(());
        }
        let Some(changes) = self.begin_look(now) else { return Ok(()) };
        for job in self.jobs() {
            self.ask_for_copies(&job).await?;
        }
        let mut next = now + LONGEST;
        for store in stores {
            next = next.min(self.begin_if_due(store, now).await?);
        }
        self.end_look(changes, now, next);
        Ok(())
    }

    /// Begins what is due at one store; says when it is to be looked at again though nothing changes.
    async fn begin_if_due(&self, store: Destination, now: Timestamp) -> Result<Timestamp, Problem> {
        // Its end is a change.
        if self.works_at(&store.id, ActivityKind::Replicate) {
            return Ok(now + LONGEST);
        }
        let memory = self.destination_memory(&store.id).await?;
        if let Some(failed) = memory.failed_at.filter(|at| is_resting(memory.failures, Some(*at), now)) {
            return Ok(failed + store_back_off(memory.failures));
        }
        let copies = self.copies_at(&store.id).await?;
        let tended = next_tending(&copies, memory.surveyed, memory.part_at, now);
        if self.has_work_at(&store.id, &copies).await? || tended.is_some_and(|at| at <= now) {
            self.begin_copies(store, Hurry::No);
            return Ok(now + LONGEST);
        }
        Ok(tended.unwrap_or(now + LONGEST))
    }

    /// Whether something is to be copied that can be, or removed.
    async fn has_work_at(&self, destination: &str, copies: &[(String, CopyView)]) -> Result<bool, Problem> {
        if copies.iter().any(|(_, copy)| copy.state == CopyState::Going) {
            return Ok(true);
        }
        let wanted = self.to_be_copied(destination).await?;
        if wanted.is_empty() {
            return Ok(self.unfinished(destination).await?.is_some());
        }
        // What lies on a disk that is away waits for it; that it comes is a change.
        let origins: BTreeSet<(String, String)> = wanted
            .into_iter()
            .filter_map(|one| Some((one.archive.folder.rsplit_once('/')?.0.to_owned(), one.archive.destination)))
            .collect();
        self.blocking(move |_| Ok(origins.iter().any(|(folder, identity)| mark_of(folder).as_ref() == Some(identity))))
            .await
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
