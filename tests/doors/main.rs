//! The loopback door as a client on this machine meets it, and who may do what through which door.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what does not come fails the test")]

mod configured;
mod dashboard;
mod every_route;
mod http;
mod limits;
mod lists;
mod offline;
mod open;
mod program;
mod prometheus;
mod pushed;
mod refusals;
