//! Makes the catalog of a store anew from what lies there: lists, ends and hashes are fetched, no content. This is the way back when the
//! machine and its disks are lost.

use std::collections::BTreeMap;

use caretaker_core::backup::{Destination, ReadOrder, Report, StoreTask, StoredObject, Work, key_of};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityKind, ActivityResult, ActivityView, CopyState, CopyView, RebuildView};

use super::hearing::{StoreHearing, perform};
use crate::backups::activities::Begun;
use crate::backups::catalog::Intake;
use crate::backups::running::Running;
use crate::backups::verify::Hurry;
use crate::engine::Engine;

impl Engine {
    /// Takes over a store as it is. Answers at once.
    pub(crate) async fn adopt_store(&self, store: Destination) -> Result<ActivityView, Problem> {
        self.remember_destination(&store.id, |memory| {
            memory.identity = None;
            (memory.failures, memory.failed_at, memory.failure) = (0, None, None);
        })
        .await?;
        self.read_store(store, "Taking over")
    }

    /// Reads what the archives of a store hold. Answers at once.
    pub(crate) fn read_store(&self, store: Destination, doing: &str) -> Result<ActivityView, Problem> {
        self.store_access(&store)?;
        let begun = Begun {
            kind: ActivityKind::Rebuild,
            job: None,
            title: format!("{doing} {}", store.id),
            place: Some(store.id.clone()),
        };
        Ok(self.begin(begun, move |mut running| async move {
            let engine = running.engine.clone();
            let result = Box::pin(read(&mut running, &store)).await;
            engine.at_store_ended(&store, result.as_ref().err()).await?;
            result.map(ActivityResult::Rebuilt)
        }))
    }
}

async fn read(running: &mut Running, store: &Destination) -> Result<RebuildView, Problem> {
    let engine = running.engine.clone();
    let begun = engine.now();
    let spool = engine.spool().await?;
    let mut hearing = StoreHearing::new(engine.clone(), &store.id);
    let identities = engine.identities().await?;
    let task = StoreTask::FetchEnds { to: spool.path().display().to_string(), identities: identities.clone() };
    let task = engine.store_work(store, task, Hurry::Yes).await?;
    let outcome = perform(running, &task, &mut hearing).await?;
    let before = engine.copies_at(&store.id).await?;
    if outcome.identity.is_empty() && before.is_empty() {
        return Err(Problem::new(
            Code::DestinationMissing,
            format!("there is no destination at `{}`", Engine::root(store)),
        )
        .hint("check `s3`; a store becomes a destination with the first copy"));
    }
    engine.is_store(store, outcome.identity.clone()).await?;
    let mut view = RebuildView { destination: store.id.clone(), ..RebuildView::default() };
    let mut told = Vec::new();
    for origin in origins(&outcome.objects) {
        let folder = spool.file(&origin).display().to_string();
        let root = format!("{}/{origin}", Engine::root(store));
        // Sequences count in the folder that archives come from.
        let mut intake = Intake::new(engine.clone(), format!("{}/{origin}", outcome.identity), root);
        let order = ReadOrder { folder, only: Vec::new(), identities: identities.clone() };
        match running.perform(&Work::Read(order), Some(&mut intake)).await? {
            Report::Read => {}
            other => return Err(Problem::new(Code::Internal, format!("a worker that reads archives told {other:?}"))),
        }
        view.unreadable.extend(std::mem::take(&mut intake.unreadable));
        told.extend(intake.told.iter().map(|id| (origin.clone(), id.clone())));
    }
    view.archives = count(told.len());
    let known: Vec<&String> =
        before.iter().filter(|(_, copy)| copy.state == CopyState::Replicated).map(|(id, _)| id).collect();
    view.added = count(told.iter().filter(|(_, id)| !known.contains(&id)).count());
    let missing: Vec<&String> = known.into_iter().filter(|id| !told.iter().any(|(_, told)| told == *id)).collect();
    view.missing = count(missing.len());
    for id in missing {
        engine.is_wrong_at(id, &store.id, "it is not at the store any more").await?;
    }
    let objects: BTreeMap<&str, &StoredObject> =
        outcome.objects.iter().map(|object| (object.key.as_str(), object)).collect();
    for (origin, id) in told {
        engine.lies_at(store, &outcome.identity, &origin, &id, &objects).await?;
    }
    view.took_ms = u64::try_from(engine.now().since(begun).as_millis()).unwrap_or(0);
    Ok(view)
}

impl Engine {
    /// Remembers the copy of an archive that was found. One that lies in a folder here as well is that one.
    async fn lies_at(
        &self,
        store: &Destination,
        identity: &str,
        origin: &str,
        id: &str,
        objects: &BTreeMap<&str, &StoredObject>,
    ) -> Result<(), Problem> {
        let (wanted, place) = (id.to_owned(), format!("{identity}/{origin}"));
        let found = self.catalog(move |catalog| catalog.find_archive(&wanted)).await?;
        let Some(archive) = found.into_iter().find(|one| one.destination == place) else { return Ok(()) };
        let key = key_of(origin, &archive.facts.set, &archive.facts.file);
        if let Some(object) = objects.get(key.as_str()) {
            let before = self.copy_at(id, &store.id).await?;
            // What is known to be wrong, or is going, stays so.
            if before.as_ref().is_none_or(|copy| !copy.is_wrong && copy.state != CopyState::Going) {
                let copy = CopyView {
                    destination: store.id.clone(),
                    state: CopyState::Replicated,
                    at: self.now(),
                    key,
                    bytes: object.bytes,
                    tag: object.tag.clone(),
                    fetched: before.and_then(|before| before.fetched),
                    ..CopyView::default()
                };
                self.put_copy(id.to_owned(), copy).await?;
            }
        }
        if self.is_known_here(id).await? {
            let id = id.to_owned();
            let place = archive.destination;
            self.catalog(move |catalog| catalog.forget(&place, &id)).await?;
        }
        Ok(())
    }
}

/// The folders that archives come from.
fn origins(objects: &[StoredObject]) -> Vec<String> {
    let mut origins: Vec<String> = objects
        .iter()
        .filter_map(|object| caretaker_core::backup::parts_of(&object.key).map(|(origin, _, _)| origin.to_owned()))
        .collect();
    origins.sort();
    origins.dedup();
    origins
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
