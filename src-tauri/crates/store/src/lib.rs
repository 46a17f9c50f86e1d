//! The only user of SQLite: measured series in `metrics.db`, alerts, notices and settings in `caretaker.db`, archives and what
//! is in them in `catalog.db`.
//!
//! It decides nothing and reads no clock. Every method blocks; one OS thread per database owns the write connection,
//! and up to two read connections are opened on demand. All connections together have a cache budget of 4 MB.

mod catalog;
mod codec;
#[cfg(test)]
mod connections;
mod database;
mod error;
pub mod foreign;
mod metrics;
mod state;
mod table;

pub use catalog::{CatalogStore, TakenOver};
pub use database::Access;
pub use error::StoreError;
pub use metrics::{Keep, MetricsStore, Removed, RolledUp, Selection};
pub use state::{Committed, Decision, StateStore};
pub use table::alert::{AlertFilter, Found};
pub use table::archive::{KnownArchive, Presence, Run};
pub use table::configuration::SavedConfiguration;
pub use table::epoch::EpochReason;
pub use table::inside::Inside;
pub use table::notice::ChannelHistory;
pub use table::operation::Operation;
pub use table::runbook::{RunFilter, SavedRunbook};
pub use table::version::KnownVersion;
