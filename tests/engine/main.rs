//! The real engine on simulated time: days in milliseconds, sleeps, clock steps, restarts, failing parts.
#![expect(clippy::unwrap_used, clippy::panic, reason = "what does not come fails the test")]

mod alerts;
mod backup_faults;
mod backup_scene;
mod backups;
#[cfg(target_os = "linux")]
mod building;
mod channels;
mod clock_change;
mod collectors;
mod configuration;
mod cost;
mod damaged;
mod databases;
mod days;
mod doors;
mod evidence;
mod exports;
mod full_disk;
mod growth;
mod handed_over;
mod health;
mod history;
mod keys;
mod maintenance;
mod models;
mod mutes;
mod offsite;
mod one_moment;
mod pushed;
mod reserve;
mod restart;
mod runbooks;
mod sealed_copies;
mod small_disk;
mod store_scene;
mod store_setup;
mod unusual;
