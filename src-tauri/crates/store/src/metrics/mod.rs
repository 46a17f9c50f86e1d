//! `metrics.db`: rounds in, points out. Raw rows, rollups and retention live behind one handle; what is asked of the
//! tables of samples goes through [`query`] alone, so that a further tier changes nothing for readers.

mod append;
mod layouts;
mod period;
mod points;
mod query;
mod reader;
mod retain;
mod roll_up;
mod rounds;
mod store;
#[cfg(test)]
mod testing;

pub use query::Selection;
pub use retain::{Keep, Removed};
pub use roll_up::RolledUp;
pub use store::MetricsStore;
