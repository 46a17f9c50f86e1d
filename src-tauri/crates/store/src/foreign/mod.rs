//! SQLite databases of somebody else, one for each process: a consistent copy, a look into a copy, care where the database lies, and
//! clearing rows that have expired.
//!
//! Nothing of this is called where a database of ours is open: closing a file that SQLite has open drops its locks. Only `tend` and
//! `clear` write where the database lies, when they were asked to. What a refusal means is decided elsewhere.

mod aside;
mod care;
mod check;
mod clear;
mod column;
mod copy;
mod held;
mod holder;
mod indexes;
mod inspect;
mod limit;
mod refused;
mod scan;
mod situation;
mod tend;
mod transfer;

pub use care::care;
pub use check::check;
pub use clear::clear;
pub use copy::copy;

#[cfg(test)]
mod care_tests;
#[cfg(test)]
mod clear_tests;
#[cfg(test)]
mod tests;
