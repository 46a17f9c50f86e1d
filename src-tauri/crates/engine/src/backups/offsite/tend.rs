//! Looks after copies: what is beyond its term goes, what lies at a store is compared with what should, and a part of it is fetched and
//! read to the last byte, another one each day. A copy that is not what it should be is made anew.

use caretaker_core::backup::{
    Destination, Report, StoreTask, VerifyDepth, VerifyOrder, VerifyOutcome, VerifyResult, Work, astray,
    copies_to_fetch, is_survey_due,
};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityKind, ActivityResult, ActivityView, CopyState, CopyView};

use super::hearing::{StoreHearing, perform};
use crate::backups::activities::Begun;
use crate::backups::running::Running;
use crate::backups::verify::Hurry;
use crate::engine::Engine;

impl Engine {
    /// Removes what retention marked.
    pub(super) async fn remove_going(
        &self,
        running: &mut Running,
        store: &Destination,
        hearing: &mut StoreHearing,
    ) -> Result<(), Problem> {
        let copies = self.copies_at(&store.id).await?;
        let going: Vec<_> = copies.into_iter().filter(|(_, copy)| copy.state == CopyState::Going).collect();
        if going.is_empty() {
            return Ok(());
        }
        let keys = going.iter().map(|(_, copy)| &copy.key).filter(|key| !key.is_empty());
        let keys = keys.flat_map(|key| [key.clone(), format!("{key}.sha256")]).collect();
        let task = self.store_work(store, StoreTask::Remove(keys), Hurry::No).await?;
        let outcome = perform(running, &task, hearing).await?;
        self.is_store(store, outcome.identity).await?;
        let id = store.id.clone();
        self.catalog(move |catalog| going.iter().try_for_each(|(archive, _)| catalog.forget_copy(archive, &id))).await
    }

    /// Compares what lies there with what should, once a day.
    pub(super) async fn survey_if_due(
        &self,
        running: &mut Running,
        store: &Destination,
        hearing: &mut StoreHearing,
    ) -> Result<(), Problem> {
        let now = self.now();
        let memory = self.destination_memory(&store.id).await?;
        let copies = self.copies_at(&store.id).await?;
        let is_anything_there = copies.iter().any(|(_, copy)| copy.state == CopyState::Replicated);
        if !is_anything_there || !is_survey_due(memory.surveyed, now) {
            return Ok(());
        }
        let task = self.store_work(store, StoreTask::Survey, Hurry::No).await?;
        let outcome = perform(running, &task, hearing).await?;
        for (archive, why) in astray(&copies, &outcome.objects) {
            self.is_wrong_at(archive, &store.id, why).await?;
        }
        self.remember_destination(&store.id, move |memory| memory.surveyed = Some(now)).await.map(drop)
    }

    /// A copy is not what it should be: it is made anew.
    pub(super) async fn is_wrong_at(&self, archive: &str, destination: &str, why: &str) -> Result<(), Problem> {
        let Some(before) = self.copy_at(archive, destination).await? else { return Ok(()) };
        tracing::warn!(archive, destination, why, "a copy is made anew");
        let why = Some(why.to_owned());
        let copy = CopyView { state: CopyState::Pending, at: self.now(), why, is_wrong: true, ..before };
        self.put_copy(archive.to_owned(), copy).await?;
        self.backups_changed();
        Ok(())
    }

    /// Fetches and reads a part of the copies, once a day.
    pub(super) async fn fetch_if_due(
        &self,
        running: &mut Running,
        store: &Destination,
        _hearing: &mut StoreHearing,
    ) -> Result<(), Problem> {
        let now = self.now();
        let memory = self.destination_memory(&store.id).await?;
        let copies = self.copies_at(&store.id).await?;
        let chosen: Vec<_> = copies_to_fetch(&copies, memory.part_at, now).into_iter().cloned().collect();
        if !chosen.is_empty() {
            self.read_copies(running, store, chosen, Hurry::No).await?;
            self.remember_destination(&store.id, move |memory| memory.part_at = Some(now)).await?;
        }
        Ok(())
    }

    /// Fetches copies, reads them to the last byte, and remembers what was found. One after the other: each needs room here.
    async fn read_copies(
        &self,
        running: &mut Running,
        store: &Destination,
        copies: Vec<(String, CopyView)>,
        hurry: Hurry,
    ) -> Result<Vec<VerifyOutcome>, Problem> {
        let mut outcomes = Vec::new();
        for (archive, copy) in copies {
            let outcome = self.read_copy(running, store, &archive, &copy, hurry).await?;
            match outcome.result {
                // Without its key nothing in it could be looked at, but its bytes are those that were written once.
                VerifyResult::Intact | VerifyResult::Locked => {
                    let fetched = Some(self.now());
                    let state = CopyState::Replicated;
                    self.put_copy(archive, CopyView { fetched, state, why: None, is_wrong: false, ..copy }).await?;
                }
                VerifyResult::Damaged => {
                    let why = outcome.damaged.first().map_or("it is damaged", |one| one.reason.as_str());
                    self.is_wrong_at(&archive, &store.id, why).await?;
                }
            }
            outcomes.push(outcome);
        }
        Ok(outcomes)
    }

    async fn read_copy(
        &self,
        running: &mut Running,
        store: &Destination,
        archive: &str,
        copy: &CopyView,
        hurry: Hurry,
    ) -> Result<VerifyOutcome, Problem> {
        let wanted = archive.to_owned();
        let known = self.catalog(move |catalog| catalog.find_archive(&wanted)).await?.into_iter().next();
        let sha256 = known.map(|known| known.facts.sha256).unwrap_or_default();
        let (spool, wrong) = self.fetch_objects(running, store, &[(copy.clone(), sha256.clone())], hurry).await?;
        let damaged = |reason: String| VerifyOutcome {
            id: archive.to_owned(),
            archive: copy.key.clone(),
            damaged: vec![caretaker_core::backup::DamagedFile { reason, ..Default::default() }],
            ..VerifyOutcome::default()
        };
        if let Some(why) = wrong.into_values().next() {
            return Ok(damaged(why));
        }
        let order = VerifyOrder {
            archives: vec![(spool.file(&copy.key).display().to_string(), Some(sha256).filter(|hash| !hash.is_empty()))],
            depth: VerifyDepth::Deep,
            identities: self.identities().await?,
            hurry: hurry == Hurry::Yes,
        };
        let mut outcomes = match running.perform(&Work::Verify(order), None).await? {
            Report::Verified(outcomes) => outcomes,
            other => return Err(Problem::new(Code::Internal, format!("a worker that checks archives told {other:?}"))),
        };
        let mut outcome = outcomes.pop().unwrap_or_default();
        if outcome.result == VerifyResult::Intact && outcome.id != archive {
            return Ok(damaged(format!("another archive, {}, is in its place", outcome.id)));
        }
        archive.clone_into(&mut outcome.id);
        Ok(outcome)
    }

    /// Fetches the copies of these archives from a store, or all that are there, and reads them to the last byte. Answers at once.
    pub(crate) async fn verify_copies(&self, id: &str, archives: Vec<String>) -> Result<ActivityView, Problem> {
        let store = self.destination(id)?;
        self.store_access(&store)?;
        let mut copies = self.copies_at(id).await?;
        copies.retain(|(archive, copy)| {
            copy.state == CopyState::Replicated && (archives.is_empty() || archives.contains(archive))
        });
        if copies.is_empty() {
            return Err(Problem::new(Code::NotFound, format!("there is no copy at `{id}` to be checked"))
                .hint("`caretaker backup show ID` says how the copies of an archive stand"));
        }
        let begun = Begun {
            kind: ActivityKind::Verify,
            job: None,
            title: format!("Checking {} copies at {id}", copies.len()),
            place: Some(id.to_owned()),
        };
        Ok(self.begin(begun, move |mut running| async move {
            let engine = running.engine.clone();
            let result = engine.read_copies(&mut running, &store, copies, Hurry::Yes).await;
            engine.at_store_ended(&store, result.as_ref().err()).await?;
            result.map(ActivityResult::Verified)
        }))
    }
}
