//! Archives end to end: real trees, real archives, real faults. Tests of the list of faults are named after their numbers.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests, which fail by panicking"
)]

mod amounts;
mod damage;
mod destination;
mod encrypted;
mod faults;
mod increments;
mod journey;
mod kit;
mod names;
mod power;
mod program;
mod reading;
mod restoring;
mod scene;
mod slice;
mod soak;
