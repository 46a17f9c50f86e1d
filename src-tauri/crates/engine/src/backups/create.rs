//! Makes a backup of a job: the order for the worker, what is remembered of its end, and what retention may remove afterwards.

use caretaker_core::backup::{
    CreateOrder, CreateOutcome, DueBackup, Job, ReadOrder, Report, Source, VerifyDepth, VerifyResult, Work, mass_change,
};
use caretaker_core::metric::{Mark, MarkKind};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::retention::ArchiveType;
use caretaker_core::time::Timestamp;
use caretaker_core::view::{ActivityKind, ActivityResult, ActivityView, CreateRequest, VerificationView};

use super::activities::Begun;
use super::catalog::Intake;
use super::jobs::Shelf;
use super::running::Running;
use crate::engine::Engine;
use crate::maintenance::COPIES;

impl Engine {
    /// Backs up a job. Answers at once; the activity tells how it goes.
    pub fn create_backup(&self, id: &str, request: CreateRequest) -> Result<ActivityView, Problem> {
        self.create_for(id, request, None)
    }

    /// The same for an occasion of a schedule, which is over when the backup is made.
    pub(super) fn create_due(&self, id: &str, request: CreateRequest, due: DueBackup) -> Result<ActivityView, Problem> {
        self.create_for(id, request, Some(due))
    }

    fn create_for(&self, id: &str, request: CreateRequest, due: Option<DueBackup>) -> Result<ActivityView, Problem> {
        self.writable()?;
        let job = self.job(id)?;
        let shelf = self.shelf(&job)?;
        Self::refuse_inside(&job, &shelf)?;
        let title = if request.dry_run { "Looking what a backup would save of" } else { "Backing up" };
        let begun = Begun {
            kind: ActivityKind::Create,
            job: Some(job.id.clone()),
            title: format!("{title} {}", job.id),
            place: Some(shelf.id.clone()),
        };
        Ok(self.begin(begun, move |running| make(running, job, shelf, request, due)))
    }

    /// A destination inside of what is saved would grow without end.
    fn refuse_inside(job: &Job, shelf: &Shelf) -> Result<(), Problem> {
        let destination = std::path::Path::new(&shelf.path);
        let inside = job.folders.iter().find(|folder| destination.starts_with(folder));
        let Some(folder) = inside else { return Ok(()) };
        let message = format!("the job {} saves `{folder}` to `{}`, which lies inside it", job.id, shelf.path);
        Err(Problem::new(Code::InvalidConfiguration, message)
            .hint("keep archives on another disk, or at least outside of what they save"))
    }

    /// What a job is about.
    pub(super) fn source_of(&self, job: &Job) -> Source {
        let inside = |name: &str| self.0.home.folder().join(name).display().to_string();
        Source {
            folders: job.folders.clone(),
            sqlite: job.sqlite.clone(),
            postgres: job.postgres.clone(),
            exclude: job.exclude.clone(),
            // Private keys do not lie with what they open.
            never: ["archives", "staging", "pages", "engine.socket", "keys", COPIES].map(inside).into(),
        }
    }

    fn order(&self, job: &Job, shelf: &Shelf, request: &CreateRequest, now: Timestamp) -> CreateOrder {
        let home = self.0.home.folder();
        let inside = |name: &str| home.join(name).display().to_string();
        CreateOrder {
            set: job.id.clone(),
            kind: request.r#type.unwrap_or(ArchiveType::Incremental),
            source: self.source_of(job),
            destination: shelf.path.clone(),
            identity: None,
            compression: job.compression,
            recipients: Vec::new(),
            identities: Vec::new(),
            staging: String::new(),
            host: self.0.known_facts.get_or_init(|| (self.0.facts)()).name.clone(),
            now,
            hurry: request.now,
            dry_run: request.dry_run,
            is_strict: request.r#type == Some(ArchiveType::Incremental),
            own_configuration: Some(self.0.configuration.display().to_string()),
            cache: Some(inside(&format!("pages/{}", job.id))),
            is_full_due: false,
            accept_empty: false,
            accept_lost_key: false,
        }
    }
}

async fn make(
    mut running: Running,
    job: Job,
    shelf: Shelf,
    request: CreateRequest,
    due: Option<DueBackup>,
) -> Result<ActivityResult, Problem> {
    let engine = running.engine.clone();
    let now = engine.now();
    engine.note_clock_at_start(&job.id).await?;
    let result = attempt(&mut running, &job, &shelf, &request, now).await;
    if request.dry_run {
        return result.map(|outcome| ActivityResult::Created(Box::new(outcome)));
    }
    if let Some(due) = due {
        let ended = result.as_ref().map(drop).map_err(|problem| problem.code);
        engine.occasion_over(&job.id, due, ended).await?;
    }
    engine.mark_backup(&job, &result, now).await;
    match result {
        Ok(outcome) => {
            engine.succeeded(&job, &shelf, &outcome, now).await?;
            Ok(ActivityResult::Created(Box::new(outcome)))
        }
        Err(problem) => {
            // What a person ended says nothing about the job.
            if problem.code != Code::Interrupted {
                engine.failed(&job, &problem, now).await?;
            }
            Err(problem)
        }
    }
}

async fn attempt(
    running: &mut Running,
    job: &Job,
    shelf: &Shelf,
    request: &CreateRequest,
    now: Timestamp,
) -> Result<CreateOutcome, Problem> {
    let engine = running.engine.clone();
    let memory = engine.job_memory(&job.id).await?;
    let place = engine.destination_memory(&shelf.id).await?;
    let recipients = engine.recipients(job, shelf, &place).await?;
    let identities = engine.identities().await?;
    let staging = engine.staged("").await?;
    let order = CreateOrder {
        staging: staging.path.clone(),
        // One that was moved by the configuration is looked at anew.
        identity: place.identity.filter(|_| place.path == shelf.path),
        is_full_due: memory.is_full_due,
        accept_empty: memory.accept_empty,
        accept_lost_key: memory.accept_lost_key,
        recipients,
        identities: identities.clone(),
        ..engine.order(job, shelf, request, now)
    };
    let identity = order.identity.clone().unwrap_or_default();
    let mut intake = Intake::new(engine.clone(), identity, shelf.path.clone());
    let created = running.perform(&Work::Create(order), Some(&mut intake)).await;
    engine.unstaged(&staging).await?;
    let outcome = match created? {
        Report::Created(outcome) => *outcome,
        other => return Err(Problem::new(Code::Internal, format!("a worker that makes archives told {other:?}"))),
    };
    // The catalog does not know the tree that this one was compared with: it was lost, or the archives are older than it.
    let unread = intake.unread();
    if !unread.is_empty() {
        let order = ReadOrder { folder: format!("{}/{}", shelf.path, job.id), only: unread, identities };
        let mut intake = Intake::new(engine.clone(), outcome.destination.clone(), shelf.path.clone());
        if let Err(problem) = running.perform(&Work::Read(order), Some(&mut intake)).await {
            tracing::warn!(%problem, "a new archive could not be read for the catalog");
        }
    }
    Ok(outcome)
}

impl Engine {
    async fn succeeded(
        &self,
        job: &Job,
        shelf: &Shelf,
        outcome: &CreateOutcome,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let (path, identity, free) = (shelf.path.clone(), outcome.destination.clone(), outcome.free_bytes);
        self.remember_destination(&shelf.id, move |memory| {
            memory.identity = Some(identity);
            memory.path = path;
            memory.seen = Some(now);
            memory.free_bytes = free;
        })
        .await?;
        // Every byte was read back before it got its name.
        let (id, check) = (
            outcome.archive.id.clone(),
            VerificationView { at: now, depth: VerifyDepth::Deep, result: VerifyResult::Intact, detail: String::new() },
        );
        self.catalog(move |catalog| catalog.put_verification(&id, &check)).await?;
        let (kind, mass) = (outcome.archive.kind.unwrap_or(ArchiveType::Full), mass_change(outcome, now));
        let (has_bad_database, is_key_missing) = (outcome.has_bad_database(), outcome.is_key_missing);
        self.remember_job(&job.id, move |memory| {
            memory.good.insert(kind, now);
            memory.last_good = Some(now);
            (memory.failures, memory.failed_at, memory.failure) = (0, None, None);
            (memory.is_source_missing, memory.accept_empty, memory.is_key_missing) = (false, false, false);
            // What can be read again can be compared again.
            memory.accept_lost_key &= is_key_missing;
            // Configuration alone says nothing about databases.
            if kind != ArchiveType::Configuration {
                memory.has_bad_database = has_bad_database;
            }
            if kind == ArchiveType::Full {
                memory.is_full_due = false;
            }
            memory.mass_change = memory.mass_change.take().or(mass);
        })
        .await?;
        // What is to be copied stays until it is.
        self.ask_for_copies(job).await?;
        self.prune_after(job).await
    }

    /// A mark on the charts, so that the load of a backup has a name. Caretaker's own is too small to be seen.
    async fn mark_backup(&self, job: &Job, result: &Result<CreateOutcome, Problem>, began: Timestamp) {
        let (kind, text) = match result {
            Ok(_) if job.is_own() => return,
            Ok(outcome) => {
                let files = outcome.archive.kind.unwrap_or(ArchiveType::Full).word();
                (MarkKind::Backup, format!("Backed up {} ({files})", job.id))
            }
            Err(problem) if problem.code == Code::Interrupted => return,
            Err(problem) => (MarkKind::BackupFailed, format!("The backup of {} failed: {}", job.id, problem.message)),
        };
        self.put_mark(Mark { kind, at: began, until: Some(self.now()), text }).await;
    }

    async fn failed(&self, job: &Job, problem: &Problem, now: Timestamp) -> Result<(), Problem> {
        let (why, code) = (problem.message.clone(), problem.code);
        self.remember_job(&job.id, move |memory| {
            memory.is_source_missing = code == Code::SourceMissing;
            memory.is_key_missing = code == Code::KeyMissing;
            memory.failures += 1;
            memory.failed_at = Some(now);
            memory.failure = Some(why);
        })
        .await?;
        Ok(())
    }
}
