//! Brings archives from a store to a folder of this machine, for whoever wants to read them: a restore, a check, a drill. The folder looks
//! like that of a destination, and is removed when the work is over.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use caretaker_core::backup::{Destination, FetchOrder, StoreTask, parts_of};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{CopyState, CopyView};
use caretaker_platform::files;
use caretaker_store::{KnownArchive, Presence};

use super::access::root_of;
use super::hearing::{StoreHearing, perform};
use crate::backups::running::Running;
use crate::backups::staging::Staged;
use crate::backups::verify::{Hurry, path_of};
use crate::engine::Engine;

/// What is left free on the disk beside what is fetched.
const LEFT: u64 = 256 << 20;
/// How the folder of an archive begins that lies at a store.
const AT_STORE: &str = "s3://";

/// Whether an archive is known from a store, and not from a folder.
pub(crate) fn is_stored(archive: &KnownArchive) -> bool {
    archive.folder.starts_with(AT_STORE)
}

/// A folder in which fetched archives lie. Dropping it removes it.
pub(crate) struct Spool {
    engine: Engine,
    staged: Staged,
}

impl Spool {
    /// Where the object of a key lies.
    pub fn file(&self, key: &str) -> PathBuf {
        self.path().join(key)
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        Path::new(&self.staged.path)
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(self.path())
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!(%error, "fetched archives could not be cleared away");
        }
        if let Err(problem) = self.staged.forget(&self.engine) {
            tracing::warn!(%problem, "a folder of fetched archives is still written down");
        }
    }
}

/// An archive that was brought here, with what it needs.
pub(crate) struct Brought {
    /// Its file.
    pub archive: String,
    /// The folder of its set.
    pub shelf: String,
    _spool: Spool,
}

impl Engine {
    /// A folder of one work alone, written down before it is made, so that a start clears it after a kill.
    pub(super) async fn spool(&self) -> Result<Spool, Problem> {
        Ok(Spool { engine: self.clone(), staged: self.staged("fetched-").await? })
    }

    /// Whether a store that is configured has an archive, as far as is known.
    pub(crate) async fn has_copy(&self, archive: &KnownArchive) -> Result<bool, Problem> {
        for store in self.stores() {
            let copy = self.copy_at(&archive.facts.id, &store.id).await?;
            if copy.is_some_and(|copy| copy.state == CopyState::Replicated) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Fetches objects; those that are not what was copied there are named, and not there.
    pub(super) async fn fetch_objects(
        &self,
        running: &mut Running,
        store: &Destination,
        objects: &[(CopyView, String)],
        hurry: Hurry,
    ) -> Result<(Spool, BTreeMap<String, String>), Problem> {
        let spool = self.spool().await?;
        let needed: u64 = objects.iter().map(|(copy, _)| copy.bytes).sum();
        let home = self.0.home.folder().to_owned();
        let free = self.blocking(move |_| Ok(files::space(&home).ok())).await?;
        if let Some(space) = free.filter(|space| space.free < needed.saturating_add(LEFT)) {
            let message = format!(
                "failed to fetch archives from `{}`: they need {needed} bytes, and {} are free",
                store.id, space.free
            );
            return Err(Problem::new(Code::DiskFull, message).hint("free some space on the disk of Caretaker's home"));
        }
        let orders = objects.iter().map(|(copy, sha256)| FetchOrder {
            key: copy.key.clone(),
            to: spool.file(&copy.key).display().to_string(),
            bytes: copy.bytes,
            sha256: sha256.clone(),
        });
        let task = self.store_work(store, StoreTask::Fetch(orders.collect()), hurry).await?;
        let mut hearing = StoreHearing::new(self.clone(), &store.id);
        perform(running, &task, &mut hearing).await?;
        Ok((spool, hearing.wrong))
    }

    /// Whether an archive has to be fetched before it can be read: it lies in no folder of this machine.
    pub(crate) async fn is_elsewhere(&self, archive: &KnownArchive) -> Result<bool, Problem> {
        if is_stored(archive) {
            return Ok(true);
        }
        let path = path_of(archive);
        self.blocking(move |_| Ok(!Path::new(&path).is_file())).await
    }

    /// Brings an archive, with those that it needs, from a store; none when it lies in a folder here.
    pub(crate) async fn bring(
        &self,
        running: &mut Running,
        archive: &KnownArchive,
    ) -> Result<Option<Brought>, Problem> {
        if !self.is_elsewhere(archive).await? {
            return Ok(None);
        }
        let set = self.with_needs(archive).await?;
        let mut found = None;
        for store in self.stores() {
            let objects = self.objects_of(&store, &set).await?;
            if objects.len() == set.len() {
                found = Some((store, objects));
                break;
            }
        }
        let Some((store, objects)) = found else {
            // Whoever opens it in vain says so best.
            return if is_stored(archive) { Err(nowhere(archive)) } else { Ok(None) };
        };
        let (spool, wrong) = self.fetch_objects(running, &store, &objects, Hurry::Yes).await?;
        for (archive, (copy, _)) in set.iter().zip(&objects) {
            if let Some(why) = wrong.get(&copy.key) {
                self.is_wrong_at(&archive.facts.id, &store.id, why).await?;
            }
        }
        let key = objects.first().map(|(copy, _)| copy.key.clone()).unwrap_or_default();
        if let Some(why) = wrong.get(&key) {
            return Err(Problem::new(
                Code::NotFound,
                format!("failed to fetch the archive from `{}`: {why}", store.id),
            )
            .hint("`caretaker backup list` shows other restore points"));
        }
        let file = spool.file(&key);
        let shelf = file.parent().unwrap_or(spool.path()).display().to_string();
        Ok(Some(Brought { archive: file.display().to_string(), shelf, _spool: spool }))
    }

    /// An archive, and those of its line that hold something of its tree.
    async fn with_needs(&self, archive: &KnownArchive) -> Result<Vec<KnownArchive>, Problem> {
        let (set, destination) = (archive.facts.set.clone(), archive.destination.clone());
        let needs: BTreeSet<u32> = archive.facts.needs.iter().copied().collect();
        let mut all = self
            .catalog(move |catalog| {
                let mut all = catalog.archives(Some(&set), usize::MAX)?;
                all.retain(|one| one.destination == destination && needs.contains(&one.facts.sequence));
                Ok(all)
            })
            .await?;
        all.insert(0, archive.clone());
        Ok(all)
    }

    /// The objects of archives at a store, as far as they lie there.
    async fn objects_of(
        &self,
        store: &Destination,
        archives: &[KnownArchive],
    ) -> Result<Vec<(CopyView, String)>, Problem> {
        let mut objects = Vec::new();
        for archive in archives {
            let copy = self.copy_at(&archive.facts.id, &store.id).await?;
            let there = copy.filter(|copy| copy.state == CopyState::Replicated && parts_of(&copy.key).is_some());
            objects.extend(there.map(|copy| (copy, archive.facts.sha256.clone())));
        }
        Ok(objects)
    }

    /// Whether an archive that was known from a store lies in a folder as well.
    pub(super) async fn is_known_here(&self, id: &str) -> Result<bool, Problem> {
        let id = id.to_owned();
        self.catalog(move |catalog| {
            Ok(catalog.find_archive(&id)?.iter().any(|one| !is_stored(one) && one.presence == Presence::There))
        })
        .await
    }

    /// What paths at a store begin with.
    pub(super) fn root(store: &Destination) -> String {
        root_of(&store.place).unwrap_or_default()
    }
}

fn nowhere(archive: &KnownArchive) -> Problem {
    Problem::new(Code::NotFound, format!("the archive {} lies at no store that is configured", archive.facts.id))
        .hint("name its store under `[[destination]]`, and take it over: `caretaker backup adopt`")
}
