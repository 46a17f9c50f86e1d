//! Which jobs and destinations there are: those of the configuration, and the job for Caretaker's own home, which exists without
//! one and says nothing about the owner's data.

use caretaker_core::backup::{Compression, Destination, Job, OWN_JOB, Place};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::retention::{Keep, Policy};

use crate::engine::Engine;

/// The destination inside the home, where the own job goes when there is no other.
pub(crate) const OWN_DESTINATION: &str = "home";
/// When Caretaker saves its own home: before the hour that most people choose for theirs.
const OWN_FULL: &str = "weekly sun 02:40";
const OWN_INCREMENTAL: &str = "daily 02:40";
/// It lies on the same disk when there is no other destination, so it stays small.
const OWN_KEEP: Policy = Policy {
    full: Keep::Newest(2),
    incremental: Keep::Newest(14),
    configuration: Keep::Newest(7),
    database: Keep::Newest(2),
};

/// A folder of archives, with the id of its destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shelf {
    /// The destination.
    pub id: String,
    /// From `/`.
    pub path: String,
}

impl Engine {
    /// The owner's jobs in the order of the file, then the one for Caretaker's own home.
    pub(crate) fn jobs(&self) -> Vec<Job> {
        let settings = self.settings();
        let mut jobs = settings.jobs.clone();
        if !jobs.iter().any(Job::is_own) {
            jobs.push(self.own_job(&settings.destinations));
        }
        jobs
    }

    fn own_job(&self, destinations: &[Destination]) -> Job {
        let folder = destinations.iter().find(|destination| matches!(destination.place, Place::Folder { .. }));
        let path = |path: &std::path::Path| path.display().to_string();
        let home = &self.0.home;
        Job {
            id: OWN_JOB.to_owned(),
            folders: self.0.configuration.is_file().then(|| path(&self.0.configuration)).into_iter().collect(),
            // What the catalog holds is made anew from the archives.
            sqlite: vec![path(&home.caretaker_database()), path(&home.metrics_database())],
            postgres: Vec::new(),
            exclude: Vec::new(),
            to: vec![folder.map_or(OWN_DESTINATION, |destination| &destination.id).to_owned()],
            full: OWN_FULL.parse().ok(),
            incremental: OWN_INCREMENTAL.parse().ok(),
            database: None,
            configuration: None,
            keep: OWN_KEEP,
            compression: Compression::Zstd,
            encrypt: false,
        }
    }

    /// The destinations of the configuration, and that inside the home if the own job goes there.
    pub(crate) fn destinations(&self) -> Vec<Destination> {
        let mut destinations = self.settings().destinations.clone();
        let is_used = self.jobs().iter().any(|job| job.to.iter().any(|id| id == OWN_DESTINATION));
        if is_used && !destinations.iter().any(|destination| destination.id == OWN_DESTINATION) {
            let path = self.0.home.folder().join("archives").display().to_string();
            destinations.push(Destination { id: OWN_DESTINATION.to_owned(), place: Place::Folder { path } });
        }
        destinations
    }

    /// The job with this id.
    pub(crate) fn job(&self, id: &str) -> Result<Job, Problem> {
        let mut jobs = self.jobs();
        if let Some(at) = jobs.iter().position(|job| job.id == id) {
            return Ok(jobs.swap_remove(at));
        }
        let known: Vec<&str> = jobs.iter().map(|job| job.id.as_str()).collect();
        Err(Problem::new(Code::NotFound, format!("there is no backup job `{id}`"))
            .hint(format!("there are: {}; `[[backup]]` in the configuration adds one", known.join(", "))))
    }

    /// The destination with this id.
    pub(crate) fn destination(&self, id: &str) -> Result<Destination, Problem> {
        let mut destinations = self.destinations();
        if let Some(at) = destinations.iter().position(|destination| destination.id == id) {
            return Ok(destinations.swap_remove(at));
        }
        let known: Vec<&str> = destinations.iter().map(|destination| destination.id.as_str()).collect();
        let known = if known.is_empty() { "none yet".to_owned() } else { known.join(", ") };
        Err(Problem::new(Code::NotFound, format!("there is no destination `{id}`")).hint(format!("there are: {known}")))
    }

    /// The folder that a job's archives go to: the first of its destinations that is one.
    pub(crate) fn shelf(&self, job: &Job) -> Result<Shelf, Problem> {
        let destinations = self.destinations();
        let mut first = None;
        for id in &job.to {
            let found = destinations.iter().find(|destination| destination.id == *id).ok_or_else(|| {
                Problem::new(
                    Code::InvalidConfiguration,
                    format!("the job {} goes to `{id}`, which is no destination", job.id),
                )
                .hint("name it under `[[destination]]`, or take it out of `to`")
            })?;
            if let (None, Place::Folder { path }) = (&first, &found.place) {
                first = Some(Shelf { id: id.clone(), path: path.clone() });
            }
        }
        first.ok_or_else(|| {
            Problem::new(Code::InvalidConfiguration, format!("the job {} names no folder to keep archives in", job.id))
                .hint("add a `[[destination]]` with a `path` and name it first in `to`; copies elsewhere are made from there")
        })
    }
}
