//! Backups as series: everything that can alarm is a sample. What is known changes seldom and is read then; ages grow by
//! themselves.

use std::sync::PoisonError;

use caretaker_core::backup::VerifyResult;
use caretaker_core::metric::{Reading, SeriesKey, Unit, names};
use caretaker_core::problem::Problem;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{BackupsSummary, VerificationView};

use crate::engine::{Engine, Mode};

/// What changes while nothing is done here, like a proof that somebody made with another program, is seen after this.
const LONGEST: Span = Span::from_minutes(5);

/// One job.
#[derive(Clone, Debug, PartialEq)]
struct Figures {
    job: String,
    /// Its newest good backup; before the first, since when it is known.
    good: Timestamp,
    /// Its newest proof; before the first, since when it has something to prove.
    proven: Option<Timestamp>,
    failing: bool,
    mass_change: bool,
    /// Of its newest archive that was looked at.
    intact: Option<bool>,
    /// Of its newest drill.
    proof: Option<bool>,
}

/// What was read last, and when in awake time.
#[derive(Debug, Default)]
pub(crate) struct Known {
    read: Option<Span>,
    jobs: Vec<Figures>,
    /// When the oldest archive without a copy was made, by store.
    uncopied: Vec<(String, Option<Timestamp>)>,
    /// What was known to have changed of copies then.
    copies_changes: Option<u64>,
    summary: BackupsSummary,
}

impl Engine {
    /// Something about backups changed: it is read again at the next look.
    pub(crate) fn backups_changed(&self) {
        self.copies_changed();
        self.0.backups.known.lock().unwrap_or_else(PoisonError::into_inner).read = None;
    }

    /// Reads what is known, if it may have changed.
    pub(super) async fn refresh_backup_figures(&self) -> Result<(), Problem> {
        let awake = self.0.clock.moment().awake;
        {
            let known = self.0.backups.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.read.is_some_and(|read| awake - read < LONGEST) {
                return Ok(());
            }
        }
        let now = self.now();
        let mut figures = Vec::new();
        for job in self.jobs() {
            let memory = self.job_memory(&job.id).await?;
            let Some(since) = memory.since.or(memory.last_good) else { continue };
            // The own job needs no catalog as long as nobody asks.
            let (checks, proof) = if job.is_own() {
                (Vec::new(), None)
            } else {
                let id = job.id.clone();
                self.catalog(move |catalog| {
                    let mut checks = Vec::new();
                    for archive in catalog.archives(Some(&id), 1_000)? {
                        // One that could not be looked into says nothing about the bytes.
                        let checked = catalog.verifications(&archive.facts.id)?.into_iter();
                        checks.extend(checked.filter(|check| check.result != VerifyResult::Locked).take(1));
                    }
                    Ok((checks, catalog.proofs(&id)?.into_iter().next()))
                })
                .await?
            };
            let is_intact = |check: &VerificationView| check.result == VerifyResult::Intact;
            figures.push(Figures {
                good: memory.last_good.unwrap_or(since),
                proven: (!job.is_own())
                    .then(|| proof.as_ref().filter(|proof| proof.outcome.is_proven).map_or(since, |proof| proof.at)),
                failing: memory.is_failing(),
                mass_change: memory.mass_change.is_some(),
                intact: (!checks.is_empty()).then(|| checks.iter().all(is_intact)),
                proof: proof.map(|proof| proof.outcome.is_proven),
                job: job.id,
            });
        }
        // Nobody else writes the catalog: copies change by what is done here alone.
        let changes = self.copies_changes();
        let known = {
            let known = self.0.backups.known.lock().unwrap_or_else(PoisonError::into_inner);
            (known.copies_changes == Some(changes)).then(|| known.uncopied.clone())
        };
        let uncopied = match known {
            Some(known) => known,
            None => self.uncopied().await?,
        };
        // What goes on is asked for anew each time; the one that just ended must not go on here.
        let summary = BackupsSummary { running: None, running_percent: None, ..self.fresh_summary(now).await? };
        let mut known = self.0.backups.known.lock().unwrap_or_else(PoisonError::into_inner);
        (known.read, known.jobs, known.uncopied, known.summary) = (Some(awake), figures, uncopied, summary);
        known.copies_changes = Some(changes);
        Ok(())
    }

    /// The series of this round.
    pub(crate) fn backup_readings(&self, now: Timestamp) -> Vec<Reading> {
        let known = self.0.backups.known.lock().unwrap_or_else(PoisonError::into_inner);
        let sightings = self.0.backups.sightings.lock().unwrap_or_else(PoisonError::into_inner);
        let mut readings = Vec::new();
        for job in &known.jobs {
            let mut put = |name: &str, unit: Unit, value: f64| {
                readings.push(Reading::gauge(SeriesKey::labelled(name, "job", &job.job), unit, value));
            };
            put(names::BACKUP_AGE, Unit::Seconds, now.since(job.good).or_zero().as_seconds());
            put(names::BACKUP_FAILING, Unit::Count, f64::from(u8::from(job.failing)));
            put(names::BACKUP_MASS_CHANGE, Unit::Count, f64::from(u8::from(job.mass_change)));
            if let Some(proven) = job.proven {
                put(names::BACKUP_PROOF_AGE, Unit::Seconds, now.since(proven).or_zero().as_seconds());
            }
            if let Some(intact) = job.intact {
                put(names::BACKUP_VERIFICATION, Unit::Count, f64::from(u8::from(intact)));
            }
            if let Some(proof) = job.proof {
                put(names::BACKUP_PROOF, Unit::Count, f64::from(u8::from(proof)));
            }
        }
        for (id, oldest) in &known.uncopied {
            let key = SeriesKey::labelled(names::REPLICA_PENDING, "destination", id);
            let age = oldest.map_or(0.0, |oldest| now.since(oldest).or_zero().as_seconds());
            readings.push(Reading::gauge(key, Unit::Seconds, age));
        }
        for (id, seen) in &sightings.seen {
            let mut put = |name: &str, unit: Unit, value: f64| {
                readings.push(Reading::gauge(SeriesKey::labelled(name, "destination", id), unit, value));
            };
            if let Some(present) = seen.present {
                put(names::DESTINATION_PRESENT, Unit::Count, f64::from(u8::from(present)));
            }
            if let (Some(free), Some(total)) = (seen.free, seen.total.filter(|total| *total > 0)) {
                put(names::DESTINATION_FREE, Unit::Bytes, free as f64);
                let used = total.saturating_sub(free) as f64;
                put(names::DESTINATION_USAGE, Unit::Percent, used * 100.0 / total as f64);
            }
        }
        readings
    }

    /// The owner's data at a glance, for the status.
    pub(crate) async fn summary_for_status(&self) -> BackupsSummary {
        if self.settings().jobs.iter().all(caretaker_core::backup::Job::is_own) {
            return Self::backups_summary(&[], self.now());
        }
        // While something goes on, its progress is part of it.
        let is_busy = self.settings().jobs.iter().any(|job| self.activity_of(&job.id).is_some());
        if self.0.mode == Mode::Live && !is_busy {
            let known = self.0.backups.known.lock().unwrap_or_else(PoisonError::into_inner);
            if known.read.is_some() && known.summary.jobs > 0 {
                return Self::retold(&known.summary, self.now());
            }
        }
        let now = self.now();
        match self.fresh_summary(now).await {
            Ok(summary) => summary,
            Err(problem) => BackupsSummary {
                state: caretaker_core::view::ProtectionState::Warning,
                sentence: format!("It cannot be told how your data is kept: {problem}"),
                ..BackupsSummary::default()
            },
        }
    }

    async fn fresh_summary(&self, now: Timestamp) -> Result<BackupsSummary, Problem> {
        if self.settings().jobs.iter().all(caretaker_core::backup::Job::is_own) {
            return Ok(Self::backups_summary(&[], now));
        }
        Ok(Self::backups_summary(&self.job_views(now).await?, now))
    }
}
