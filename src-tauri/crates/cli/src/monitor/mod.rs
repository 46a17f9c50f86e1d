//! `monitor`: everything at a glance on a whole terminal, kept up to date.
//!
//! `snapshot` is what was asked for, `state` what a person pressed, `page` turns both into rows of text without knowing a
//! terminal, and `screen` alone knows one. `live` is the loop between them. Nothing in here decides what is well.

mod detail;
mod graph;
mod help;
mod live;
mod page;
mod panels;
mod row;
mod screen;
mod snapshot;
mod state;
mod tiles;

pub use live::watch;
pub use page::once;
pub use snapshot::{Range, Snapshot};
pub use state::Link;

#[cfg(test)]
mod tests;
