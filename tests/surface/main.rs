//! What must stay true of the house itself (`docs/architecture.md`, laws), read from its own manifests and sources.

mod crates;
mod openapi;
mod rules;
mod sources;
