//! `metrics.db`: rounds in, points and rounds out. Hot rows, the inbox, sealed chunks, rollups and retention live
//! behind one handle; where a sample lies is known to [`query`], [`rounds`], [`pushed`] and [`reader`] alone.

mod append;
mod block;
mod figures;
mod gather;
mod layouts;
mod merge;
mod period;
mod points;
#[cfg(test)]
mod properties;
mod push;
mod pushed;
mod query;
mod raw;
mod reader;
mod retain;
mod roll_up;
mod rounds;
mod seal;
mod selection;
mod store;
#[cfg(test)]
mod testing;

pub use retain::{Keep, Removed};
pub use roll_up::RolledUp;
pub use selection::Selection;
pub use store::MetricsStore;
