//! What must stay true of the house itself (`docs/architecture.md`, laws), read from its own manifests and sources.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what does not come fails the test")]

mod alerts;
mod crates;
mod deployment;
mod openapi;
mod rules;
mod runbooks;
mod sources;
mod words;
