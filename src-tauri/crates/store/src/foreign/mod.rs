//! SQLite databases of somebody else, one for each process: a consistent copy, and a look into a copy.
//!
//! Nothing of this is called where a database of ours is open: closing a file that SQLite has open drops its locks. It writes
//! nothing where the database lies, and decides nothing about what a refusal means.

mod aside;
mod check;
mod copy;
mod holder;
mod limit;
mod refused;
mod situation;
mod transfer;

pub use check::check;
pub use copy::copy;

#[cfg(test)]
mod tests;
