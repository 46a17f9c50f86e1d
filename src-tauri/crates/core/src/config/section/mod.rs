//! One file per section of `caretaker.toml`: its type as it stands in the file, everything optional, and its validator.
//! The doc comments of the types are the text of the schema and of the reference. Filling in defaults is `settings`' work.

pub(super) mod api;
pub(super) mod approval;
pub(super) mod backup;
pub(super) mod channel;
pub(super) mod collect;
pub(super) mod destination;
pub(super) mod export;
mod flag;
pub(super) mod keep;
pub(super) mod maintenance;
pub(super) mod models;
pub(super) mod notify;
pub(super) mod rule;
mod sections;
mod service;
pub(super) mod task;
mod threshold;

pub(super) use sections::Sections;
