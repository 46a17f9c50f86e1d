//! PostgreSQL databases, through the programs that come with the server: dumps for archives, the proof that a dump can be
//! restored, and a look at how it stands. A password goes to them through their environment, never through their arguments.

mod address;
mod care;
#[cfg(test)]
mod care_tests;
mod counting;
mod dumps;
mod programs;
mod proof;
#[cfg(test)]
mod server;
#[cfg(test)]
mod tests;

pub(crate) use care::care;
pub(crate) use dumps::Dumps;
pub(crate) use proof::prove;
