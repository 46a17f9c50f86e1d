//! The real engine on simulated time: days in milliseconds, sleeps, clock steps, restarts, failing parts.
#![expect(clippy::unwrap_used, reason = "what does not come fails the test")]

mod alerts;
mod collectors;
mod configuration;
mod days;
mod doors;
mod full_disk;
mod health;
mod history;
mod models;
mod reserve;
mod restart;
mod small_disk;
