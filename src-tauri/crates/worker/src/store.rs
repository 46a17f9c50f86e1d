//! Work at a store beyond this machine: archives go there, or come back. What is copied when is decided elsewhere; here it is carried out,
//! one archive after the other, and told as it happens.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use caretaker_backup::encryption::Keys;
use caretaker_backup::kit;
use caretaker_backup::read::list_start;
use caretaker_backup::write::{Cancel, DestinationId, Progress};
use caretaker_core::backup::{
    FetchOrder, MARK, Report, StoreNews, StoreOrder, StoreOutcome, StoreTask, StoredObject, UploadArchive, UploadOrder,
    key_of, parts_of,
};
use caretaker_core::egress::{Allowance, Egress};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Clock as _;
use caretaker_core::web_address::WebAddress;
use caretaker_offsite::{Pieces, Sent, Store, StoreError, Upload};
use caretaker_platform::clock::SystemClock;
use caretaker_platform::egress::SystemEgress;

use crate::opening;
use crate::speech::Voice;
use crate::telling::telling;

/// The section of the configuration that allows what is reached here.
const SECTION: &str = "destination";

/// Carries out the order; whatever comes of it, says which targets were reached for.
pub(crate) fn at_store(order: &StoreOrder, voice: &Voice, cancel: &Cancel) -> Result<(), Problem> {
    let egress = SystemEgress::new();
    if let Ok(address) = order.store.endpoint.parse::<WebAddress>() {
        let by = format!("{SECTION}.{}", order.store.id);
        egress.allow(SECTION, vec![Allowance { target: address.target, by }]);
    }
    let egress: Arc<dyn Egress> = Arc::new(egress);
    let is_cancelled = || cancel.is_cancelled();
    let outcome = Store::new(&order.store, Arc::clone(&egress), &is_cancelled)
        .and_then(|store| AtStore { order, store, voice, progress: Progress::default() }.perform());
    voice.say(&Report::Reached(egress.reached().into_iter().map(Into::into).collect()));
    voice.say(&Report::AtStore(Box::new(outcome.map_err(|error| problem(error, &order.store.id))?)));
    Ok(())
}

struct AtStore<'a> {
    order: &'a StoreOrder,
    store: Store<'a>,
    voice: &'a Voice,
    progress: Progress,
}

impl AtStore<'_> {
    fn perform(&self) -> Result<StoreOutcome, StoreError> {
        let fresh = DestinationId::random().map_err(|error| StoreError::Local(format!("name the store: {error}")))?;
        if self.order.task == StoreTask::Try {
            let clock = SystemClock::new();
            let trial = self.store.try_out(self.order.identity.as_deref(), &|| clock.moment().wall)?;
            let identity = trial.identity.clone().unwrap_or_default();
            return Ok(StoreOutcome { identity, trial: Some(trial), ..StoreOutcome::default() });
        }
        let identity = match &self.order.task {
            // Whoever only looks makes nothing a destination.
            StoreTask::Try | StoreTask::Survey | StoreTask::Fetch(_) | StoreTask::FetchEnds { .. } => {
                match (self.store.identity()?, &self.order.identity) {
                    (found, None) => found.unwrap_or_default(),
                    (_, Some(expected)) => self.store.recognise(Some(expected), "")?,
                }
            }
            StoreTask::Upload(_) | StoreTask::Remove(_) => {
                self.store.recognise(self.order.identity.as_deref(), &fresh.to_string())?
            }
        };
        let mut outcome = StoreOutcome { identity, ..StoreOutcome::default() };
        match &self.order.task {
            StoreTask::Try => {}
            StoreTask::Upload(order) => telling(self.voice, &self.progress, "copying", || self.upload(order))?,
            StoreTask::Survey => outcome.objects = self.store.survey()?,
            StoreTask::Fetch(objects) => telling(self.voice, &self.progress, "fetching", || self.fetch(objects))?,
            StoreTask::FetchEnds { to, identities } => {
                outcome.objects = self.store.survey()?;
                let (objects, keys) = (&outcome.objects, opening::keys(identities));
                telling(self.voice, &self.progress, "reading what lies there", || {
                    self.ends(objects, Path::new(to), &keys)
                })?;
            }
            StoreTask::Remove(keys) => keys.iter().try_for_each(|key| self.store.remove(key))?,
        }
        Ok(outcome)
    }

    fn news(&self, news: StoreNews) {
        self.voice.say(&Report::News(news));
    }

    fn expect(&self, files: usize, bytes: u64) {
        self.progress.files_expected.store(files as u64, Relaxed);
        self.progress.bytes_expected.store(bytes, Relaxed);
    }

    fn upload(&self, order: &UploadOrder) -> Result<(), StoreError> {
        self.expect(order.archives.len(), order.archives.iter().map(|archive| archive.bytes).sum());
        let mut unfinished = order.unfinished.clone();
        if let Some(other) = unfinished.take_if(|one| order.archives.iter().all(|archive| archive.id != one.archive)) {
            // Nobody will finish it, and some stores ask money for its parts.
            self.store.abandon(&other)?;
        }
        self.beside(order)?;
        for archive in &order.archives {
            let own = unfinished.take_if(|one| one.archive == archive.id);
            match self.copy(order, archive, own) {
                Ok(object) => self.news(StoreNews::Copied { archive: archive.id.clone(), object }),
                // What is wrong with one archive says nothing about the next.
                Err(error @ (StoreError::Local(_) | StoreError::Wrong(_))) => {
                    let is_wrong = matches!(error, StoreError::Wrong(_));
                    self.news(StoreNews::NotCopied { archive: archive.id.clone(), why: error.to_string(), is_wrong });
                }
                Err(error) => return Err(error),
            }
            self.progress.files.fetch_add(1, Relaxed);
        }
        Ok(())
    }

    fn copy(
        &self,
        order: &UploadOrder,
        archive: &UploadArchive,
        unfinished: Option<caretaker_core::backup::Unfinished>,
    ) -> Result<StoredObject, StoreError> {
        let file = Path::new(&order.folder).join(&archive.set).join(&archive.file);
        let key = key_of(&order.origin, &archive.set, &archive.file);
        let upload =
            Upload { archive: &archive.id, file: &file, key: &key, sha256: &archive.sha256, replace: archive.replace };
        let object = self.store.upload(&upload, unfinished, &mut |sent| match sent {
            Sent::Parts(unfinished) => self.news(StoreNews::Unfinished(unfinished.clone())),
            Sent::Bytes(bytes) => drop(self.progress.bytes.fetch_add(bytes, Relaxed)),
        })?;
        let line = format!("{}  {}\n", archive.sha256, archive.file);
        if !archive.sha256.is_empty() {
            self.store.put_beside(&format!("{key}.sha256"), line.as_bytes())?;
        }
        Ok(object)
    }

    /// What makes the copies of a folder a whole destination for whoever downloads them.
    fn beside(&self, order: &UploadOrder) -> Result<(), StoreError> {
        let mark = Path::new(&order.folder).join(MARK);
        let bytes =
            std::fs::read(&mark).map_err(|error| StoreError::Local(format!("read `{}`: {error}", mark.display())))?;
        self.store.put_beside(&format!("{}/{MARK}", order.origin), &bytes)?;
        for (name, text) in kit::FILES {
            self.store.put_beside(&format!("{}/{name}", order.origin), text.as_bytes())?;
        }
        Ok(())
    }

    fn fetch(&self, objects: &[FetchOrder]) -> Result<(), StoreError> {
        self.expect(objects.len(), objects.iter().map(|object| object.bytes).sum());
        for object in objects {
            let digest = Some(object.sha256.as_str()).filter(|digest| !digest.is_empty());
            let fetched =
                self.store.fetch(&object.key, object.bytes, Path::new(&object.to), Pieces::All(digest), &mut |bytes| {
                    self.progress.bytes.fetch_add(bytes, Relaxed);
                });
            match fetched {
                Ok(()) => {}
                Err(error @ (StoreError::Wrong(_) | StoreError::Absent(_))) => {
                    self.news(StoreNews::Wrong { key: object.key.clone(), why: error.to_string() });
                }
                Err(error) => return Err(error),
            }
            self.progress.files.fetch_add(1, Relaxed);
        }
        Ok(())
    }

    /// Without its key nothing in an encrypted archive can be told, and no more of it is fetched.
    fn ends(&self, objects: &[StoredObject], to: &Path, keys: &Keys) -> Result<(), StoreError> {
        let is_file = |object: &&StoredObject| parts_of(&object.key).is_some();
        let files: Vec<&StoredObject> = objects.iter().filter(is_file).collect();
        self.expect(files.len(), 0);
        for object in files {
            let file = to.join(&object.key);
            let list = |file: &Path| list_start(file, keys).ok();
            let is_whole = object.key.ends_with(".sha256");
            let pieces = if is_whole { Pieces::All(None) } else { Pieces::Ends(&list) };
            let got = self.store.fetch(&object.key, object.bytes, &file, pieces, &mut |bytes| {
                self.progress.bytes.fetch_add(bytes, Relaxed);
            });
            match got {
                // It may have gone meanwhile, or be too short for what it is called.
                Ok(()) | Err(StoreError::Wrong(_) | StoreError::Absent(_)) => {}
                Err(error) => return Err(error),
            }
            self.progress.files.fetch_add(1, Relaxed);
        }
        Ok(())
    }
}

/// What the crate `offsite` says, as a problem for people.
fn problem(error: StoreError, id: &str) -> Problem {
    let (code, hint) = match &error {
        StoreError::Unreachable(_) => {
            (Code::TimedOut, "it is tried again; check the network, `endpoint`, and whether the store runs")
        }
        StoreError::Refused(_) => {
            (Code::InvalidConfiguration, "check `access_key` and `secret_key`, and what they may do")
        }
        StoreError::Clock(_) => (Code::InvalidConfiguration, "set the clock of this machine right"),
        StoreError::NoBucket(_) => (Code::DestinationMissing, "make the bucket, or name another one in `s3`"),
        StoreError::Other(_) => (
            Code::DestinationMissing,
            "check `s3` and `endpoint`; if it is meant to be this one now, `caretaker backup adopt` takes it over",
        ),
        StoreError::Absent(_) | StoreError::Wrong(_) => {
            (Code::NotFound, "the archive is copied again from here, if it is here")
        }
        StoreError::Local(_) => (Code::Internal, "check the disk and the rights of this user"),
        StoreError::Full(_) => (Code::DiskFull, "free some space there"),
        StoreError::Cancelled => (Code::Interrupted, "what the store has of it is not sent again"),
    };
    Problem::new(code, format!("failed to work at the store `{id}`: {error}")).hint(hint)
}
