//! The program `caretaker` from outside: a temporary home, real words, real signals, real files.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so by ending")]

mod alerts;
mod api;
mod backups;
mod bad_days;
mod completions;
mod config;
mod databases;
mod doctor;
mod evidence;
mod exit_codes;
mod health;
mod keys;
mod killed;
mod later;
mod maintain;
mod metrics;
mod monitor;
mod muted;
mod notify;
mod offsite;
mod pushed;
mod restoring;
mod run;
mod runbooks;
mod service;
mod status;
mod terminal;
mod world;
