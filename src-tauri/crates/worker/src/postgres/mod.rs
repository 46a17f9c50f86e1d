//! PostgreSQL databases, through the programs that come with the server: dumps for archives, and the proof that a dump can be
//! restored. A password goes to them through their environment, never through their arguments.

mod address;
mod counting;
mod dumps;
mod programs;
mod proof;
#[cfg(test)]
mod tests;

pub(crate) use dumps::Dumps;
pub(crate) use proof::prove;
