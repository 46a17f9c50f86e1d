//! `caretaker.db`: decisions with what follows from them, and the few values that must survive a restart. Every commit
//! survives a power cut.

mod decision;
mod reserve;
mod notices;
mod store;
mod values;
#[cfg(test)]
mod testing;

pub use decision::{Committed, Decision};
pub use store::StateStore;
