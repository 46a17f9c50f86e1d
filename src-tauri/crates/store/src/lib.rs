//! The only user of SQLite: measured series in `metrics.db`, alerts, notices and settings in `caretaker.db`.
//!
//! It decides nothing and reads no clock. Every method blocks; one OS thread per database owns the write connection,
//! and up to two read connections are opened on demand. All connections together have a cache budget of 4 MB.

mod codec;
mod database;
mod error;
mod metrics;
mod state;
mod table;

pub use database::Access;
pub use error::StoreError;
pub use metrics::{Keep, MetricsStore, Removed, RolledUp, Selection};
pub use state::{Committed, Decision, StateStore};
pub use table::alert::{AlertFilter, Found};
pub use table::configuration::SavedConfiguration;
pub use table::epoch::EpochReason;
pub use table::operation::Operation;
