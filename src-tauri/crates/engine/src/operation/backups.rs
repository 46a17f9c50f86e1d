//! What is known of backups: archives, one of them with everything about it, and jobs and destinations as they stand.

use caretaker_core::backup::{CreateResult, Destination, Job, Place};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Timestamp;
use caretaker_core::view::{ArchiveDetail, ArchiveList, ArchiveView, BackupsView, DestinationView, GrownView, JobView};
use caretaker_store::{CatalogStore, KnownArchive, Presence, StoreError};

use crate::backups::Standing;
use crate::engine::Engine;

/// Archives in one answer when nobody says how many.
const USUAL_LIMIT: usize = 500;
/// More than anybody keeps.
const ALL: usize = 100_000;
/// Files named as grown.
const GROWN: usize = 20;

impl Engine {
    /// Archives of one job, or of all, the newest first.
    pub async fn archives(&self, job: Option<String>, limit: Option<usize>) -> Result<ArchiveList, Problem> {
        let limit = limit.unwrap_or(USUAL_LIMIT);
        let known = job.clone();
        let archives = self.catalog(move |catalog| views(catalog, &catalog.archives(job.as_deref(), limit)?)).await?;
        // An archive of a job that is gone is still there; a job that never was is a mistake.
        if let Some(job) = known.filter(|_| archives.is_empty()) {
            self.job(&job)?;
        }
        Ok(ArchiveList { at: self.now(), archives })
    }

    /// The archive whose identity begins so.
    pub(crate) async fn known_archive(&self, prefix: &str) -> Result<KnownArchive, Problem> {
        let wanted = prefix.to_lowercase();
        let mut found = self.catalog(move |catalog| catalog.find_archive(&wanted)).await?;
        let several = found.iter().any(|archive| archive.facts.id != found[0].facts.id);
        if prefix.is_empty() || found.is_empty() {
            return Err(Problem::new(Code::NotFound, format!("there is no archive `{prefix}`")).hint(
                "`caretaker backup list` shows them; `rebuild-catalog` looks for those that were lost from sight",
            ));
        }
        if several {
            let ids: Vec<&str> = found.iter().map(|archive| archive.facts.id.as_str()).collect();
            return Err(Problem::new(Code::Ambiguous, format!("several archives begin with `{prefix}`"))
                .hint(format!("they are {}", ids.join(", "))));
        }
        // The same archive at two destinations is one archive; the one that is there counts.
        let there = found.iter().position(|archive| archive.presence == Presence::There).unwrap_or(0);
        Ok(found.swap_remove(there))
    }

    /// One archive with everything about it.
    pub async fn archive(&self, id: &str) -> Result<ArchiveDetail, Problem> {
        let known = self.known_archive(id).await?;
        let (kept_because, next_full) = self.kept(&known).await?;
        self.catalog(move |catalog| {
            let (destination, id) = (&known.destination, &known.facts.id);
            let grown = catalog.grown(destination, id, GROWN)?.into_iter().map(|(path, now, before)| GrownView {
                path,
                grown_bytes: now.cast_signed() - before.cast_signed(),
                bytes: now,
            });
            Ok(ArchiveDetail {
                archive: view(catalog, &known)?,
                exceptions: catalog.exceptions(destination, id)?,
                verifications: catalog.verifications(id)?,
                grown: grown.collect(),
                changes: if known.has_entries { catalog.changes(destination, id)? } else { None },
                kept_because,
                next_full,
            })
        })
        .await
    }

    /// Jobs and destinations as they stand.
    pub async fn backups(&self) -> Result<BackupsView, Problem> {
        let now = self.now();
        let jobs = self.job_views(now).await?;
        let mut destinations = Vec::new();
        for destination in self.destinations() {
            destinations.push(self.destination_view(destination).await?);
        }
        Ok(BackupsView { at: now, summary: Self::backups_summary(&jobs, now), jobs, destinations })
    }

    /// Every job as it stands.
    pub(crate) async fn job_views(&self, now: Timestamp) -> Result<Vec<JobView>, Problem> {
        let mut jobs = Vec::new();
        for job in self.jobs() {
            jobs.push(self.job_view(job, now).await?);
        }
        Ok(jobs)
    }

    async fn job_view(&self, job: Job, now: Timestamp) -> Result<JobView, Problem> {
        let memory = self.job_memory(&job.id).await?;
        let id = job.id.clone();
        let (known, last, proof) = self
            .catalog(move |catalog| {
                let known = catalog.archives(Some(&id), ALL)?;
                let is_good =
                    |archive: &&KnownArchive| archive.run.result != CreateResult::Failed || archive.run.took_ms == 0;
                // One that was made while the clock stood ahead is not the newest for years.
                let is_past = |archive: &&KnownArchive| archive.facts.at <= now;
                let last = known.iter().filter(is_good).find(is_past).or_else(|| known.iter().find(is_good));
                let last = last.map(|last| view(catalog, last)).transpose()?;
                Ok((known, last, catalog.proofs(&id)?.into_iter().next()))
            })
            .await?;
        let (state, sentence) = Self::protection(&job, &memory, last.as_ref(), proof.as_ref(), now);
        Ok(JobView {
            is_own: job.is_own(),
            state,
            sentence,
            last,
            last_failure: memory.failure.clone().filter(|_| memory.is_failing()),
            next: Self::next_backup(&job, &memory, now),
            next_full: Some(Self::next_full(&job, &memory, &known, now)),
            question: Self::question(&memory),
            mass_change: memory.mass_change.clone(),
            archives: u32::try_from(known.len()).unwrap_or(u32::MAX),
            bytes: known.iter().map(|archive| archive.facts.bytes_stored).sum(),
            proof,
            frozen: Self::frozen(&job, &memory, &known, now).map(|frozen| frozen.words().to_owned()),
            activity: self.activity_of(&job.id),
            job,
        })
    }

    async fn destination_view(&self, destination: Destination) -> Result<DestinationView, Problem> {
        let memory = self.destination_memory(&destination.id).await?;
        let identity = memory.identity.clone();
        let archive_bytes: u64 = self
            .catalog(move |catalog| {
                let all = catalog.archives(None, ALL)?;
                let here = all.iter().filter(|archive| Some(&archive.destination) == identity.as_ref());
                Ok(here.map(|archive| archive.facts.bytes_stored).sum())
            })
            .await?;
        let (state, detail) = self.destination_state(&destination, &memory).await?;
        let full_at = match memory.free_bytes.filter(|_| state == "there") {
            Some(free) => self.full_at(&destination.id, free).await?,
            None => None,
        };
        let key = self.key_state(&destination.id, &memory).await?;
        let standing = match &destination.place {
            Place::Folder { .. } => Standing::default(),
            Place::Bucket { .. } => self.standing_at(&destination.id).await?,
        };
        Ok(DestinationView {
            state: state.to_owned(),
            detail,
            key,
            identity: memory.identity,
            free_bytes: memory.free_bytes,
            total_bytes: memory.total_bytes,
            archive_bytes: archive_bytes.max(standing.bytes),
            full_at,
            seen: memory.seen,
            copies: standing.copies,
            pending: standing.pending,
            fetched: standing.fetched,
            destination,
        })
    }
}

/// What doors see of archives.
pub(crate) fn views(catalog: &CatalogStore, known: &[KnownArchive]) -> Result<Vec<ArchiveView>, StoreError> {
    known.iter().map(|archive| view(catalog, archive)).collect()
}

/// What doors see of one.
pub(crate) fn view(catalog: &CatalogStore, known: &KnownArchive) -> Result<ArchiveView, StoreError> {
    let facts = known.facts.clone();
    Ok(ArchiveView {
        job: facts.set.clone(),
        destination: known.destination.clone(),
        path: format!("{}/{}", known.folder, facts.file),
        result: known.run.result,
        exceptions: known.run.exceptions,
        took_ms: known.run.took_ms,
        stored_files: known.run.stored_files,
        verified: catalog.verifications(&facts.id)?.into_iter().next(),
        proven: catalog.proven(&facts.id)?,
        copies: catalog.copies(&facts.id)?,
        is_missing: known.presence == Presence::Missing,
        facts,
    })
}
