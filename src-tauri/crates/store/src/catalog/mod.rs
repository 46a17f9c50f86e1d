//! `catalog.db`: archives and what is in them. A cache: it can be deleted at any time, and is made anew from the archives.

mod changes;
mod store;
#[cfg(test)]
mod tests;

pub use store::{CatalogStore, TakenOver};
