//! Backups as long work: what goes on, what the catalog knows, what is remembered of jobs and destinations. Archives are read
//! and written by workers, never here.

mod accept;
mod activities;
mod catalog;
mod create;
mod destinations;
mod drill;
mod figures;
mod interrupted;
mod jobs;
mod keys;
mod memory;
mod offsite;
mod prune;
mod rebuild;
mod reconcile;
mod restore;
mod running;
mod schedule;
mod staging;
mod standing;
mod upkeep;
mod verify;

pub(crate) use activities::{Activities, Begun};
pub(crate) use catalog::Catalog;
pub(crate) use offsite::{Standing, allow_stores, root_of};
pub(crate) use running::Running;
pub(crate) use schedule::Woken;

/// What the engine holds for backups.
#[derive(Default)]
pub(crate) struct Backups {
    pub activities: Activities,
    pub catalog: Catalog,
    /// How often the catalog was asked since the start.
    pub catalog_asked: std::sync::atomic::AtomicU64,
    pub sightings: std::sync::Mutex<destinations::Sightings>,
    pub known: std::sync::Mutex<figures::Known>,
    pub woken: std::sync::Mutex<schedule::Woken>,
    pub looked: std::sync::Mutex<offsite::Looked>,
    /// Whether the engine is ending: what it cancels then was cancelled by nobody.
    pub is_ending: std::sync::atomic::AtomicBool,
    /// Held while what is remembered is changed.
    pub remembering: std::sync::Mutex<()>,
}
