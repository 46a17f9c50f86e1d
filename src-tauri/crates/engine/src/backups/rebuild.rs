//! Makes the catalog of a destination anew from the archives that lie there, and takes over a destination of another home or an
//! earlier life.

use std::collections::BTreeSet;

use caretaker_core::backup::{Destination, Place, ReadOrder, Report, Work};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::{ActivityKind, ActivityResult, ActivityView, RebuildView};
use caretaker_store::{KnownArchive, Presence};

use super::activities::Begun;
use super::catalog::{DATABASE, Intake};
use super::running::Running;
use super::standing::mark_of;
use crate::engine::Engine;

/// More than anybody keeps.
const ALL: usize = 100_000;

/// A destination that is there.
pub(super) struct Found {
    pub id: String,
    pub path: String,
    pub identity: String,
}

impl Engine {
    /// Makes the catalog anew from the archives of a destination. Answers at once.
    pub async fn rebuild_catalog(&self, id: &str) -> Result<ActivityView, Problem> {
        self.writable()?;
        let destination = self.destination(id)?;
        if matches!(destination.place, Place::Bucket { .. }) {
            return self.read_store(destination, "Reading the archives of");
        }
        let found = self.found(&destination).await?;
        let memory = self.destination_memory(id).await?;
        let is_other =
            memory.identity.as_ref().is_some_and(|known| memory.path == found.path && *known != found.identity);
        if is_other {
            let message = format!("another destination than before lies at `{}`", found.path);
            return Err(Problem::new(Code::DestinationMissing, message)
                .hint(format!("connect the right disk, or take this one over: `caretaker backup adopt {id}`")));
        }
        Ok(self.begin_reading(found, "Reading the archives of"))
    }

    /// Takes over a destination as it is: its identity, and its archives into the catalog. Answers at once.
    pub async fn adopt(&self, id: &str) -> Result<ActivityView, Problem> {
        self.writable()?;
        let destination = self.destination(id)?;
        if matches!(destination.place, Place::Bucket { .. }) {
            return self.adopt_store(destination).await;
        }
        let found = self.found(&destination).await?;
        let (identity, path, now) = (found.identity.clone(), found.path.clone(), self.now());
        self.remember_destination(id, move |memory| {
            (memory.identity, memory.path, memory.seen) = (Some(identity), path, Some(now));
        })
        .await?;
        Ok(self.begin_reading(found, "Taking over"))
    }

    async fn found(&self, destination: &Destination) -> Result<Found, Problem> {
        let Place::Folder { path } = &destination.place else {
            let message = format!("the archives of `{}` cannot be read from here: it is no folder", destination.id);
            return Err(Problem::new(Code::Usage, message).hint("name a destination with a `path`"));
        };
        let (id, path) = (destination.id.clone(), path.clone());
        self.blocking(move |_| {
            if let Some(identity) = mark_of(&path) {
                return Ok(Found { id, path, identity });
            }
            let message = format!("there is no destination at `{path}`");
            Err(Problem::new(Code::DestinationMissing, message)
                .hint("is its disk connected? A folder becomes a destination with its first backup"))
        })
        .await
    }

    pub(super) fn begin_reading(&self, found: Found, doing: &str) -> ActivityView {
        let begun = Begun {
            kind: ActivityKind::Rebuild,
            job: None,
            title: format!("{doing} {}", found.id),
            place: Some(found.id.clone()),
        };
        self.begin(begun, move |running| read(running, found))
    }
}

async fn read(mut running: Running, found: Found) -> Result<ActivityResult, Problem> {
    let engine = running.engine.clone();
    let begun = engine.now();
    let before = engine.archives_at(&found.identity).await?;
    let order = ReadOrder { folder: found.path.clone(), only: Vec::new(), identities: engine.identities().await? };
    let mut intake = Intake::new(engine.clone(), found.identity.clone(), found.path.clone());
    match running.perform(&Work::Read(order), Some(&mut intake)).await? {
        Report::Read => {}
        other => return Err(Problem::new(Code::Internal, format!("a worker that reads archives told {other:?}"))),
    }
    let told: BTreeSet<String> = intake.told.into_iter().collect();
    let known: BTreeSet<&String> = before.iter().map(|archive| &archive.facts.id).collect();
    let missing: Vec<String> = known.iter().filter(|id| !told.contains(**id)).map(|id| (*id).clone()).collect();
    let view = RebuildView {
        destination: found.id,
        archives: count(told.len()),
        added: count(told.iter().filter(|id| !known.contains(id)).count()),
        missing: count(missing.len()),
        unreadable: intake.unreadable,
        took_ms: u64::try_from(engine.now().since(begun).as_millis()).unwrap_or(0),
    };
    let identity = found.identity;
    engine
        .catalog(move |catalog| {
            for id in &missing {
                catalog.set_presence(&identity, id, Presence::Missing)?;
            }
            Ok(())
        })
        .await?;
    engine.0.degraded.recovered(DATABASE);
    Ok(ActivityResult::Rebuilt(view))
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Engine {
    pub(super) async fn archives_at(&self, identity: &str) -> Result<Vec<KnownArchive>, Problem> {
        let identity = identity.to_owned();
        self.catalog(move |catalog| {
            let mut archives = catalog.archives(None, ALL)?;
            archives.retain(|archive| archive.destination == identity);
            Ok(archives)
        })
        .await
    }
}
