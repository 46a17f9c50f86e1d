//! The program `caretaker` from outside: a temporary home, real words, real signals, real files.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by ending")]

mod alerts;
mod api;
mod bad_days;
mod completions;
mod config;
mod doctor;
mod exit_codes;
mod health;
mod later;
mod metrics;
mod muted;
mod run;
mod service;
mod status;
mod terminal;
mod world;
