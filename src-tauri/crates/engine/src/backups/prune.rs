//! Retention: the plan of `core`, shown or carried out. An archive is marked in the catalog, unlinked at a destination whose
//! identity was looked at just before, and then forgotten; what is killed in between is finished by the next time.

use std::path::PathBuf;

use caretaker_core::backup::{Destination, Job, JobMemory, Place, VerifyResult};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::retention::{Archive, ArchiveType, Circumstances, Keep, Kept, OffSite, Plan, Policy, Reason, plan};
use caretaker_core::time::Timestamp;
use caretaker_core::view::{
    ActivityKind, ActivityResult, ActivityView, CopyState, CopyView, NextFull, PruneRequest, PruneView, RetentionRow,
};
use caretaker_store::{KnownArchive, Presence};

use super::activities::Begun;
use super::offsite::is_stored;
use super::standing::mark_of;
use crate::engine::Engine;

/// A job's archives at one destination, with what is to become of them.
struct Part {
    job: Job,
    known: Vec<KnownArchive>,
    plan: Plan,
}

impl Engine {
    /// What retention would remove now, and why everything else stays.
    pub async fn retention(&self, job: Option<String>) -> Result<PruneView, Problem> {
        let parts = self.plans(job.as_deref()).await?;
        Ok(shown(&parts, true))
    }

    /// Removes archives beyond their term. Answers at once.
    pub fn prune(&self, request: PruneRequest) -> Result<ActivityView, Problem> {
        self.writable()?;
        if let Some(job) = &request.job {
            self.job(job)?;
        }
        let title = match &request.job {
            Some(job) => format!("Removing old archives of {job}"),
            None => "Removing old archives".to_owned(),
        };
        let begun = Begun { kind: ActivityKind::Prune, job: request.job.clone(), title, place: None };
        let engine = self.clone();
        Ok(self.begin(begun, move |_running| async move {
            let parts = engine.plans(request.job.as_deref()).await?;
            if request.dry_run {
                return Ok(ActivityResult::Pruned(Box::new(shown(&parts, true))));
            }
            for part in &parts {
                engine.carry_out(part).await?;
            }
            Ok(ActivityResult::Pruned(Box::new(shown(&parts, false))))
        }))
    }

    /// Removes what a job's good backup made superfluous.
    pub(super) async fn prune_after(&self, job: &Job) -> Result<(), Problem> {
        for part in self.plans(Some(&job.id)).await? {
            self.carry_out(&part).await?;
        }
        Ok(())
    }

    /// Why an archive stays, or that it goes, and when its job saves everything anew.
    pub(crate) async fn kept(&self, archive: &KnownArchive) -> Result<(String, Option<NextFull>), Problem> {
        let Ok(job) = self.job(&archive.facts.set) else {
            return Ok(("its job is not in the configuration any more, and nothing of it is removed".to_owned(), None));
        };
        let (memory, now) = (self.job_memory(&job.id).await?, self.now());
        let parts = self.plans_of(job.clone(), &memory, now).await?;
        let known: Vec<KnownArchive> = parts.iter().flat_map(|part| part.known.iter().cloned()).collect();
        let is_here = |part: &&Part| part.known.iter().any(|known| known.destination == archive.destination);
        let words = parts.iter().find(is_here).map_or_else(String::new, |part| {
            let kept = part.plan.kept.iter().find(|kept| kept.sequence == archive.facts.sequence);
            kept.map_or_else(|| GOES.to_owned(), |kept| reason(kept, &part.plan, &job.keep))
        });
        Ok((words, Some(Self::next_full(&job, &memory, &known, now))))
    }

    async fn plans(&self, job: Option<&str>) -> Result<Vec<Part>, Problem> {
        let jobs = match job {
            Some(id) => vec![self.job(id)?],
            None => self.jobs(),
        };
        let now = self.now();
        let mut parts = Vec::new();
        for job in jobs {
            let memory = self.job_memory(&job.id).await?;
            parts.extend(self.plans_of(job, &memory, now).await?);
        }
        Ok(parts)
    }

    /// Sequences count at one destination only.
    async fn plans_of(&self, job: Job, memory: &JobMemory, now: Timestamp) -> Result<Vec<Part>, Problem> {
        let id = job.id.clone();
        let (has_copies, wanted) = (job.to.len() > 1, job.to.clone());
        let known = self
            .catalog(move |catalog| {
                let known = catalog.archives(Some(&id), usize::MAX)?;
                let mut judged = Vec::new();
                for archive in known {
                    let mut checks = catalog.verifications(&archive.facts.id)?.into_iter();
                    let check = checks.find(|check| check.result != VerifyResult::Locked);
                    let mut copies = catalog.copies(&archive.facts.id)?;
                    // A store that the job does not name any more holds nothing up.
                    copies.retain(|copy| wanted.contains(&copy.destination));
                    judged.push((archive, check, copies));
                }
                Ok(judged)
            })
            .await?;
        let all: Vec<KnownArchive> = known.iter().map(|(archive, _, _)| archive.clone()).collect();
        let brake = Self::frozen(&job, memory, &all, now);
        let mut destinations: Vec<String> = all.iter().map(|archive| archive.destination.clone()).collect();
        destinations.sort();
        destinations.dedup();
        let mut parts = Vec::new();
        for destination in destinations {
            let here: Vec<_> = known.iter().filter(|(archive, _, _)| archive.destination == destination).collect();
            let archives: Vec<Archive> = here
                .iter()
                .map(|(archive, check, copies)| Archive {
                    sequence: archive.facts.sequence,
                    kind: archive.facts.kind.unwrap_or(ArchiveType::Full),
                    made: archive.facts.at,
                    is_verified: check.as_ref().is_some_and(|check| check.result == VerifyResult::Intact),
                    off_site: match (has_copies, copies.is_empty()) {
                        // Copies are asked for by whoever makes them; what nobody asked for yet is not held up for ever.
                        (false, _) | (true, true) => OffSite::NotWanted,
                        (true, false) if copies.iter().all(is_made) => OffSite::Done,
                        (true, false) => OffSite::Pending,
                    },
                    needs: archive.facts.needs.clone(),
                    bytes: archive.facts.bytes_stored,
                })
                .collect();
            let plan = plan(&archives, &job.keep, &Circumstances { now, brake }).map_err(|error| {
                Problem::new(Code::InvalidConfiguration, format!("failed to keep archives of {}: {error}", job.id))
            })?;
            parts.push(Part {
                job: job.clone(),
                known: here.into_iter().map(|(one, _, _)| one.clone()).collect(),
                plan,
            });
        }
        Ok(parts)
    }

    /// Carries a plan out, newest first, so that an archive never outlives what it needs.
    async fn carry_out(&self, part: &Part) -> Result<(), Problem> {
        for removed in &part.plan.removed {
            let Some(archive) = part.known.iter().find(|known| known.facts.sequence == removed.sequence) else {
                continue;
            };
            if is_stored(archive) {
                // What lies at a store only is removed there, by whoever works there next.
                let (destination, id) = (archive.destination.clone(), archive.facts.id.clone());
                self.copies_go(&id).await?;
                self.catalog(move |catalog| catalog.forget(&destination, &id)).await?;
                continue;
            }
            let Some(folder) = self.folder_of(archive).await? else { continue };
            self.copies_go(&archive.facts.id).await?;
            let (destination, id, file) =
                (archive.destination.clone(), archive.facts.id.clone(), archive.facts.file.clone());
            self.catalog(move |catalog| catalog.set_presence(&destination, &id, Presence::Going)).await?;
            self.blocking(move |_| unlink(&folder, &file)).await?;
            let (destination, id) = (archive.destination.clone(), archive.facts.id.clone());
            self.catalog(move |catalog| catalog.forget(&destination, &id)).await?;
        }
        Ok(())
    }

    /// The folder of an archive's set, if the destination that it belongs to lies there now.
    async fn folder_of(&self, archive: &KnownArchive) -> Result<Option<PathBuf>, Problem> {
        let wanted = archive.destination.clone();
        let places: Vec<String> = self
            .destinations()
            .into_iter()
            .filter_map(|Destination { place, .. }| match place {
                Place::Folder { path } => Some(path),
                Place::Bucket { .. } => None,
            })
            .collect();
        let set = archive.facts.set.clone();
        self.blocking(move |_| {
            let place = places.into_iter().find(|path| mark_of(path).as_deref() == Some(&wanted));
            Ok(place.map(|path| PathBuf::from(path).join(set)))
        })
        .await
    }
}

/// Whether a copy was made. One that is going already was, before the archive itself went.
fn is_made(copy: &CopyView) -> bool {
    match copy.state {
        CopyState::Replicated | CopyState::Going => true,
        CopyState::Pending | CopyState::Failed => false,
    }
}

/// Removes an archive with the file of its hash. One that is gone already is as it should be.
fn unlink(folder: &std::path::Path, file: &str) -> Result<(), Problem> {
    if file.is_empty() || file.contains('/') {
        return Err(Problem::new(Code::Internal, format!("`{file}` is no name of an archive")));
    }
    for name in [file.to_owned(), format!("{file}.sha256")] {
        let path = folder.join(name);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                let message = format!("failed to remove `{}`: {error}", path.display());
                return Err(
                    Problem::new(Code::Internal, message).hint("check the rights of this user on the destination")
                );
            }
            _ => {}
        }
    }
    // That it is gone shall survive a power cut, or a catalog without it would find it again.
    if let Ok(opened) = std::fs::File::open(folder) {
        let _ = opened.sync_all();
    }
    Ok(())
}

fn shown(parts: &[Part], dry_run: bool) -> PruneView {
    let mut view = PruneView { dry_run, ..PruneView::default() };
    for Part { job, known, plan } in parts {
        let row = |sequence: u32, reason: String| {
            let archive = known.iter().find(|known| known.facts.sequence == sequence)?;
            Some(RetentionRow {
                id: archive.facts.id.clone(),
                job: job.id.clone(),
                kind: archive.facts.kind.unwrap_or(ArchiveType::Full),
                at: archive.facts.at,
                bytes: archive.facts.bytes_stored,
                reason,
            })
        };
        view.kept.extend(plan.kept.iter().filter_map(|kept| row(kept.sequence, reason(kept, plan, &job.keep))));
        view.removed.extend(plan.removed.iter().filter_map(|removed| row(removed.sequence, GOES.to_owned())));
        view.frees_bytes += plan.frees();
        view.frozen.extend(plan.frozen.map(|frozen| (job.id.clone(), frozen.words().to_owned())));
        let lines = ArchiveType::ALL.iter().filter_map(|kind| plan.words(*kind));
        view.sentences.extend(lines.map(|words| format!("{}: {words}", job.id)));
    }
    view
}

/// What is said of an archive that does not stay.
const GOES: &str = "beyond its term, and nothing needs it";

/// Why an archive stays, for people.
fn reason(kept: &Kept, plan: &Plan, keep: &Policy) -> String {
    match &kept.reason {
        Reason::Rule => match keep.of(kept.kind) {
            Keep::Newest(1) => format!("kept by rule: the newest {}", kept.kind.word()),
            Keep::Newest(count) => format!("kept by rule: one of the newest {}", kept.kind.counted(count as usize)),
            Keep::For(span) => format!("kept by rule: younger than {}, or the newest", span.in_words()),
            Keep::All => "kept by rule: all of its type stay".to_owned(),
        },
        Reason::Needed(by) => match by.len() {
            1 => format!("{} needs it", plan.counted(by)),
            _ => format!("{} need it", plan.counted(by)),
        },
        Reason::NewestVerified => "the newest of its type that is known to be right".to_owned(),
        Reason::OnlyCopy => "it has no second copy yet".to_owned(),
        Reason::Frozen(frozen) => frozen.words().to_owned(),
    }
}
