//! Which copies a job wants, and how they stand.

use caretaker_core::backup::{Destination, Job, Place, key_of};
use caretaker_core::problem::Problem;
use caretaker_core::time::Timestamp;
use caretaker_core::view::{CopyState, CopyView};
use caretaker_store::{KnownArchive, Presence};

use super::bring::is_stored;
use crate::engine::Engine;

/// More than anybody keeps.
const ALL: usize = 100_000;

/// An archive with its copy at one store.
#[derive(Clone, Debug)]
pub(super) struct Wanted {
    pub archive: KnownArchive,
    pub copy: CopyView,
}

/// How the copies at one store stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Copies that are there.
    pub copies: u32,
    /// Bytes of them.
    pub bytes: u64,
    /// Copies that are still to be made.
    pub pending: u32,
    /// When the oldest archive without a copy was made.
    pub oldest: Option<Timestamp>,
    /// When one was last read to the last byte.
    pub fetched: Option<Timestamp>,
}

impl Engine {
    /// Stores that the configuration names.
    pub(super) fn stores(&self) -> Vec<Destination> {
        let mut destinations = self.destinations();
        destinations.retain(|destination| matches!(destination.place, Place::Bucket { .. }));
        destinations
    }

    pub(super) async fn copy_at(&self, archive: &str, destination: &str) -> Result<Option<CopyView>, Problem> {
        let (archive, destination) = (archive.to_owned(), destination.to_owned());
        self.catalog(move |catalog| {
            Ok(catalog.copies(&archive)?.into_iter().find(|copy| copy.destination == destination))
        })
        .await
    }

    pub(super) async fn put_copy(&self, archive: String, copy: CopyView) -> Result<(), Problem> {
        self.catalog(move |catalog| catalog.put_copy(&archive, &copy)).await
    }

    /// All copies at a store, by archive.
    pub(super) async fn copies_at(&self, destination: &str) -> Result<Vec<(String, CopyView)>, Problem> {
        let destination = destination.to_owned();
        self.catalog(move |catalog| catalog.copies_at(&destination)).await
    }

    /// Asks for the copies that a job wants and that nobody asked for yet.
    pub(crate) async fn ask_for_copies(&self, job: &Job) -> Result<(), Problem> {
        let stores: Vec<String> = self.stores().into_iter().map(|store| store.id).collect();
        let wanted: Vec<String> = job.to.iter().filter(|id| stores.contains(id)).cloned().collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let Some(origin) = self.destination_memory(&self.shelf(job)?.id).await?.identity else { return Ok(()) };
        let (id, at) = (job.id.clone(), self.now());
        self.catalog(move |catalog| {
            for archive in catalog.archives(Some(&id), ALL)? {
                if archive.destination != origin || archive.presence != Presence::There {
                    continue;
                }
                let known = catalog.copies(&archive.facts.id)?;
                for destination in wanted.iter().filter(|id| !known.iter().any(|copy| copy.destination == **id)) {
                    let key = key_of(&origin, &archive.facts.set, &archive.facts.file);
                    let bytes = archive.facts.bytes_stored;
                    let copy = CopyView { destination: destination.clone(), at, key, bytes, ..CopyView::default() };
                    catalog.put_copy(&archive.facts.id, &copy)?;
                }
            }
            Ok(())
        })
        .await
    }

    /// Archives that lie on this machine and have no copy at a store yet, though one is wanted; bases before what needs them.
    pub(super) async fn to_be_copied(&self, destination: &str) -> Result<Vec<Wanted>, Problem> {
        let destination = destination.to_owned();
        self.catalog(move |catalog| {
            let mut wanted = Vec::new();
            for (id, copy) in catalog.copies_at(&destination)? {
                if !matches!(copy.state, CopyState::Pending | CopyState::Failed) {
                    continue;
                }
                let found = catalog.find_archive(&id)?.into_iter();
                let mut here = found.filter(|one| one.presence == Presence::There && !is_stored(one));
                wanted.extend(here.next().map(|archive| Wanted { archive, copy }));
            }
            wanted.sort_by_key(|one| (one.archive.facts.set.clone(), one.archive.facts.sequence));
            Ok(wanted)
        })
        .await
    }

    /// When the oldest archive without a copy was made, by store.
    pub(crate) async fn uncopied(&self) -> Result<Vec<(String, Option<Timestamp>)>, Problem> {
        let mut all = Vec::new();
        for store in self.stores() {
            let pending = self.to_be_copied(&store.id).await?;
            all.push((store.id, pending.iter().map(|one| one.archive.facts.at).min()));
        }
        Ok(all)
    }

    /// How the copies at a store stand.
    pub(crate) async fn standing_at(&self, destination: &str) -> Result<Standing, Problem> {
        let pending = self.to_be_copied(destination).await?;
        let copies = self.copies_at(destination).await?;
        let there = || copies.iter().map(|(_, copy)| copy).filter(|copy| copy.state == CopyState::Replicated);
        Ok(Standing {
            copies: u32::try_from(there().count()).unwrap_or(u32::MAX),
            bytes: there().map(|copy| copy.bytes).sum(),
            pending: u32::try_from(pending.len()).unwrap_or(u32::MAX),
            oldest: pending.iter().map(|one| one.archive.facts.at).min(),
            fetched: there().filter_map(|copy| copy.fetched).max(),
        })
    }

    /// The copies of an archive that retention removed here go too, where they are; those that were never made are not made.
    pub(crate) async fn copies_go(&self, archive: &str) -> Result<(), Problem> {
        let (archive, at) = (archive.to_owned(), self.now());
        self.catalog(move |catalog| {
            for copy in catalog.copies(&archive)? {
                catalog.put_copy(&archive, &CopyView { state: CopyState::Going, at, ..copy })?;
            }
            Ok(())
        })
        .await
    }
}
