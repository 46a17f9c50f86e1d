//! The catalog, opened when it is first needed; and what workers tell of archives on its way into it.

use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use caretaker_core::backup::{ArchiveFacts, CreateOutcome, CreateResult, ExceptionView, Report};
use caretaker_core::problem::Problem;
use caretaker_core::time::Timestamp;
use caretaker_platform::files;
use caretaker_store::{Access, CatalogStore, KnownArchive, Run, StoreError, TakenOver};

use crate::engine::{Engine, Inner, Mode};

/// How long a damaged catalog may take to close.
const CLOSING: Duration = Duration::from_secs(1);
/// Its name among the parts that may not work.
pub(super) const DATABASE: &str = "catalog database";

/// `catalog.db`. The lock is held while it is opened.
#[derive(Default)]
pub(crate) struct Catalog(Mutex<Option<CatalogStore>>);

impl Catalog {
    /// The open catalog. One that is damaged is set aside: it can be made anew from the archives.
    pub fn open(&self, inner: &Inner, now: Timestamp) -> Result<CatalogStore, Problem> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(catalog) = &*open {
            return Ok(catalog.clone());
        }
        let path = inner.home.catalog_database();
        let catalog = if inner.mode == Mode::ReadOnly {
            match CatalogStore::open(&path, Access::ReadOnly) {
                Err(StoreError::Absent { .. }) => CatalogStore::empty(&path),
                other => other?,
            }
        } else {
            files::create_private(&path).map_err(|error| {
                Problem::new(caretaker_core::problem::Code::HomeUnusable, format!("create {}: {error}", path.display()))
            })?;
            match CatalogStore::open(&path, Access::ReadWrite) {
                Err(StoreError::Damaged { .. }) => {
                    let kept = CatalogStore::set_aside(&path, now)?;
                    let hint = format!(
                        "it is made anew from the archives when their disks are there; the damaged file is kept in {}",
                        kept.display()
                    );
                    inner.degraded.report(DATABASE, "it was damaged and was set aside".to_owned(), &hint, now);
                    CatalogStore::open(&path, Access::ReadWrite)?
                }
                other => other?,
            }
        };
        *open = Some(catalog.clone());
        Ok(catalog)
    }

    /// Closes it, if it was ever opened.
    pub fn close(&self, within: Duration) -> Result<(), Problem> {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        open.map_or(Ok(()), |catalog| Ok(catalog.close(within)?))
    }
}

impl Engine {
    /// How often the catalog was asked since the start: what is idle asks seldom.
    pub fn catalog_asked(&self) -> u64 {
        self.0.backups.catalog_asked.load(Relaxed)
    }

    /// Asks the catalog, off the async threads.
    pub(crate) async fn catalog<T: Send + 'static>(
        &self,
        work: impl FnOnce(&CatalogStore) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, Problem> {
        let now = self.now();
        self.0.backups.catalog_asked.fetch_add(1, Relaxed);
        self.blocking(move |inner| {
            let result = work(&inner.backups.catalog.open(inner, now)?);
            if matches!(result, Err(StoreError::Damaged { .. })) && inner.mode != Mode::ReadOnly {
                // The next to ask opens it, finds what is wrong, and sets it aside; then every archive is unknown.
                let _ = inner.backups.catalog.close(CLOSING);
                inner.backups.sightings.lock().unwrap_or_else(PoisonError::into_inner).forget();
            }
            Ok(result?)
        })
        .await
    }
}

/// Hears what a worker tells of archives, and writes it into the catalog.
pub(crate) struct Intake {
    engine: Engine,
    /// The identity of the destination.
    destination: String,
    /// The folder that holds the sets, from `/`.
    folder: String,
    current: Option<ArchiveFacts>,
    /// Archives whose tree could not be taken over from differences.
    unread: Vec<String>,
    /// What an archive that was found says of its run.
    found: (Run, Vec<ExceptionView>),
    /// Archives that were told.
    pub(super) told: Vec<String>,
    /// Files that may be archives and cannot be read, and why.
    pub(super) unreadable: Vec<(String, String)>,
}

impl Intake {
    pub fn new(engine: Engine, destination: String, folder: String) -> Self {
        Self {
            engine,
            destination,
            folder,
            current: None,
            unread: Vec::new(),
            found: (Run::default(), Vec::new()),
            told: Vec::new(),
            unreadable: Vec::new(),
        }
    }

    /// The identity is known only when the worker tells what it made, for a destination that was prepared just now.
    pub fn is_at(&mut self, destination: &str) {
        destination.clone_into(&mut self.destination);
    }

    /// Takes a report; true when it was about an archive's tree.
    pub async fn take(&mut self, report: Report) -> Result<Option<Report>, Problem> {
        match report {
            Report::Archive(facts) => {
                // An archive that was read ends where the next one begins.
                self.finish_found().await?;
                let id = facts.id.clone();
                self.told.push(id.clone());
                self.current = Some(facts);
                self.engine.catalog(move |catalog| catalog.begin(&id)).await?;
            }
            Report::Entries(entries) => {
                if let Some(id) = self.id() {
                    self.engine.catalog(move |catalog| catalog.stage(&id, entries)).await?;
                }
            }
            Report::Gone(paths) => {
                if let Some(id) = self.id() {
                    self.engine.catalog(move |catalog| catalog.stage_gone(&id, paths)).await?;
                }
            }
            Report::Created(outcome) => {
                self.is_at(&outcome.destination);
                self.finish(run_of(&outcome), outcome.exceptions.clone()).await?;
                return Ok(Some(Report::Created(outcome)));
            }
            Report::Stored { files, bytes, exceptions } => {
                let count = u32::try_from(exceptions.len()).unwrap_or(u32::MAX);
                let result = if count == 0 { CreateResult::Complete } else { CreateResult::CompleteWithExceptions };
                let run = Run { result, exceptions: count, stored_files: files, stored_bytes: bytes, took_ms: 0 };
                self.found = (run, exceptions);
            }
            Report::Unreadable { file, reason } => self.unreadable.push((file, reason)),
            Report::Read => {
                self.finish_found().await?;
                return Ok(Some(Report::Read));
            }
            other => return Ok(Some(other)),
        }
        Ok(None)
    }

    /// Archives that are to be read, because their tree is not known.
    pub fn unread(self) -> Vec<String> {
        self.unread
    }

    fn id(&self) -> Option<String> {
        self.current.as_ref().map(|facts| facts.id.clone())
    }

    async fn finish_found(&mut self) -> Result<(), Problem> {
        let (run, exceptions) = std::mem::take(&mut self.found);
        self.finish(run, exceptions).await
    }

    async fn finish(&mut self, run: Run, exceptions: Vec<ExceptionView>) -> Result<(), Problem> {
        let Some(mut facts) = self.current.take() else { return Ok(()) };
        let against = facts.against.take();
        let id = facts.id.clone();
        let folder = format!("{}/{}", self.folder.trim_end_matches('/'), facts.set);
        let archive =
            KnownArchive { facts, destination: self.destination.clone(), folder, run, ..KnownArchive::default() };
        let taken = self.engine.catalog(move |catalog| catalog.take_over(archive, exceptions, against)).await?;
        if taken == TakenOver::WithoutTree {
            self.unread.push(id);
        }
        Ok(())
    }
}

fn run_of(outcome: &CreateOutcome) -> Run {
    Run {
        result: outcome.result,
        exceptions: u32::try_from(outcome.exceptions.len()).unwrap_or(u32::MAX),
        took_ms: outcome.took_ms.max(1),
        stored_files: outcome.stored_files,
        stored_bytes: outcome.stored_bytes,
    }
}
