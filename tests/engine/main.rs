//! The real engine on simulated time: days in milliseconds, sleeps, clock steps, restarts, failing parts.

mod alerts;
mod collectors;
mod configuration;
mod days;
mod doors;
mod restart;
