//! How jobs and destinations stand: in a word for programs, in a sentence for people. Nothing is changed here.

use std::collections::BTreeMap;

use caretaker_core::backup::{Chain, Destination, DestinationMemory, Job, JobMemory, Place, next, next_full};
use caretaker_core::problem::Problem;
use caretaker_core::retention::{ArchiveType, Frozen};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{
    ActivityKind, ArchiveView, BackupsSummary, JobView, NextBackup, NextFull, ProofView, ProtectionState, QuestionKind,
};
use caretaker_store::KnownArchive;
use chrono::Local;

use crate::engine::Engine;

/// A good backup that is older is a reason to look.
pub(crate) const OLD: Span = Span::from_days(2);
/// And one that is older still is no protection.
pub(crate) const TOO_OLD: Span = Span::from_days(7);

impl Engine {
    /// The owner's data at a glance: the job that stands worst.
    pub(crate) fn backups_summary(jobs: &[JobView], now: Timestamp) -> BackupsSummary {
        let owners: Vec<&JobView> = jobs.iter().filter(|job| !job.is_own).collect();
        if owners.is_empty() {
            return BackupsSummary { sentence: "Your data is not backed up".to_owned(), ..BackupsSummary::default() };
        }
        let state = owners.iter().map(|job| job.state).max_by_key(|state| rank(*state)).unwrap_or_default();
        let backed_up = oldest(owners.iter().map(|job| job.last.as_ref().map(|last| last.facts.at)));
        let proven = oldest(
            owners.iter().map(|job| job.proof.as_ref().filter(|proof| proof.outcome.is_proven).map(|proof| proof.at)),
        );
        let running =
            owners.iter().find_map(|job| job.activity.as_ref().filter(|one| one.kind == ActivityKind::Create));
        let percent = running.and_then(|activity| {
            let (done, all) = (activity.progress.bytes, activity.progress.bytes_expected);
            (all > 0).then(|| (done as f64 * 100.0 / all as f64).min(100.0))
        });
        BackupsSummary {
            state,
            sentence: sentence(backed_up, proven, now),
            jobs: u32::try_from(owners.len()).unwrap_or(u32::MAX),
            backed_up,
            proven,
            running: running.and_then(|activity| activity.job.clone()),
            running_percent: percent,
        }
    }

    /// How well a job protects.
    pub(crate) fn protection(
        _job: &Job,
        memory: &JobMemory,
        last: Option<&ArchiveView>,
        proof: Option<&ProofView>,
        now: Timestamp,
    ) -> (ProtectionState, String) {
        let Some(last) = last else {
            let why = memory.failure.clone().unwrap_or_else(|| "There is no backup yet".to_owned());
            return (ProtectionState::Warning, why);
        };
        let age = now.since(last.facts.at);
        let proven = proof.filter(|proof| proof.outcome.is_proven).map(|proof| proof.at);
        let text = sentence(Some(last.facts.at), proven, now);
        let state = if age > TOO_OLD || proof.is_some_and(|proof| !proof.outcome.is_proven) {
            ProtectionState::Critical
        } else if age > OLD || memory.is_failing() || memory.has_bad_database || Self::question(memory).is_some() {
            ProtectionState::Warning
        } else {
            ProtectionState::Ok
        };
        (state, text)
    }

    /// What comes next by the schedules of a job.
    pub(crate) fn next_backup(job: &Job, memory: &JobMemory, now: Timestamp) -> Option<NextBackup> {
        next(job, memory, now, &Local).map(|next| NextBackup { kind: next.kind, at: next.slot })
    }

    /// What was put together a while ago, in the words of now.
    pub(crate) fn retold(summary: &BackupsSummary, now: Timestamp) -> BackupsSummary {
        BackupsSummary { sentence: sentence(summary.backed_up, summary.proven, now), ..summary.clone() }
    }

    /// Why nothing is removed of a job.
    pub(crate) fn frozen(_job: &Job, memory: &JobMemory, known: &[KnownArchive], now: Timestamp) -> Option<Frozen> {
        let mut newest: BTreeMap<&str, &KnownArchive> = BTreeMap::new();
        for archive in known {
            let kept = newest.entry(&archive.destination).or_insert(archive);
            if archive.facts.sequence > kept.facts.sequence {
                *kept = archive;
            }
        }
        if memory.mass_change.is_some() {
            Some(Frozen::MassChange)
        } else if memory.clock_behind.is_some() {
            Some(Frozen::ClockBehind)
        } else if newest.values().any(|newest| now < newest.facts.at) {
            Some(Frozen::Clock)
        } else if memory.clock_jumped.is_some() {
            Some(Frozen::ClockJumped)
        } else if memory.accept_lost_key {
            Some(Frozen::KeyLost)
        } else if memory.is_failing() {
            Some(Frozen::LastRunFailed)
        } else if memory.has_bad_database {
            Some(Frozen::BadDatabase)
        } else {
            None
        }
    }

    /// What somebody has to answer.
    pub(crate) fn question(memory: &JobMemory) -> Option<QuestionKind> {
        if memory.mass_change.is_some() {
            Some(QuestionKind::MassChange)
        } else if memory.clock_jumped.is_some() {
            Some(QuestionKind::ClockJumped)
        } else if memory.clock_behind.is_some() {
            Some(QuestionKind::ClockBehind)
        } else if memory.is_failing() && memory.is_key_missing && !memory.accept_lost_key {
            Some(QuestionKind::KeyMissing)
        } else {
            let is_asked = memory.is_failing() && memory.is_source_missing && !memory.accept_empty;
            is_asked.then_some(QuestionKind::SourceMissing)
        }
    }

    /// When everything is saved anew, as the archives that are known have it.
    pub(crate) fn next_full(job: &Job, memory: &JobMemory, known: &[KnownArchive], now: Timestamp) -> NextFull {
        let (at, because) = next_full(job, memory, chain(known), now, &Local);
        NextFull { at, because: because.words().to_owned() }
    }

    /// Whether a destination is there, looked for now.
    pub(crate) async fn destination_state(
        &self,
        destination: &Destination,
        memory: &DestinationMemory,
    ) -> Result<(&'static str, String), Problem> {
        let Place::Folder { path } = &destination.place else {
            return Ok(match (memory.failures, memory.seen) {
                (0, None) => ("not prepared", "the first copy prepares it".to_owned()),
                (0, Some(_)) => ("there", String::new()),
                (_, _) => ("unreachable", memory.failure.clone().unwrap_or_default()),
            });
        };
        let (path, known) = (path.clone(), memory.identity.clone().filter(|_| memory.path == *path));
        self.blocking(move |_| {
            let found = mark_of(&path);
            Ok(match (known, found) {
                (Some(known), Some(found)) if known == found => ("there", String::new()),
                (Some(_), Some(_)) => ("waiting for disk", format!("another destination lies at {path}")),
                (Some(_), None) => ("waiting for disk", format!("nothing of it is at {path}: is the disk connected?")),
                (None, Some(_)) => ("there", String::new()),
                (None, None) => ("not prepared", "the first backup prepares it".to_owned()),
            })
        })
        .await
    }
}

/// The newest full archive with what follows it, at the destination of the newest archive.
fn chain(known: &[KnownArchive]) -> Option<Chain> {
    let destination = &known.first()?.destination;
    let mut here: Vec<&KnownArchive> = known.iter().filter(|archive| archive.destination == *destination).collect();
    here.sort_by_key(|archive| archive.facts.sequence);
    let full = here.iter().rposition(|archive| archive.facts.kind == Some(ArchiveType::Full))?;
    let increments = || here.iter().skip(full + 1).filter(|one| one.facts.kind == Some(ArchiveType::Incremental));
    Some(Chain {
        begun: here.get(full)?.facts.at,
        full_bytes: here.get(full)?.facts.bytes_stored,
        increments: u32::try_from(increments().count()).unwrap_or(u32::MAX),
        increment_bytes: increments().map(|archive| archive.facts.bytes_stored).sum(),
    })
}

/// The identity that the mark of a destination names.
pub(crate) fn mark_of(path: &str) -> Option<String> {
    let mark = std::path::Path::new(path).join(".caretaker-destination");
    let text = std::fs::read_to_string(mark).ok()?;
    let marked: serde_json::Value = serde_json::from_str(&text).ok()?;
    marked.get("id")?.as_str().map(str::to_owned)
}

/// `Backed up 2 h ago, proven restorable 3 d ago`.
fn sentence(backed_up: Option<Timestamp>, proven: Option<Timestamp>, now: Timestamp) -> String {
    let ago = |at: Timestamp| match now.since(at) {
        age if age < Span::from_minutes(1) => "just now".to_owned(),
        age => format!("{} ago", first_unit(age)),
    };
    match (backed_up, proven) {
        (None, _) => "Not everything is backed up yet".to_owned(),
        (Some(at), None) => format!("Backed up {}, not yet proven restorable", ago(at)),
        (Some(at), Some(proven)) => format!("Backed up {}, proven restorable {}", ago(at), ago(proven)),
    }
}

/// `2 h`, `3 d`: the tray has room for one unit.
fn first_unit(age: Span) -> String {
    let words = age.in_words();
    words.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// The oldest of all; none when one of them is missing.
fn oldest(each: impl Iterator<Item = Option<Timestamp>>) -> Option<Timestamp> {
    each.reduce(|one, other| Some(one?.min(other?))).flatten()
}

const fn rank(state: ProtectionState) -> u8 {
    match state {
        ProtectionState::NotConfigured => 0,
        ProtectionState::Ok => 1,
        ProtectionState::Warning => 2,
        ProtectionState::Critical => 3,
    }
}
