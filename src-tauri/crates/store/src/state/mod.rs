//! `caretaker.db`: decisions with what follows from them, and the few values that must survive a restart. Every commit
//! survives a power cut.

mod decision;
mod notices;
mod reserve;
mod runbooks;
mod store;
mod tasks;
#[cfg(test)]
mod testing;
mod values;

pub use decision::{Committed, Decision};
pub use store::StateStore;
