//! A world for tests: the real engine on simulated time, with stand-ins for everything outside it. Never part of a product.

mod clock;
#[cfg(target_os = "linux")]
pub mod desktop;
mod egress;
mod machine;
mod notifier;
mod replay;
mod world;

pub use clock::SimClock;
pub use egress::MovedEgress;
pub use machine::{Health, ScriptedMachine};
pub use notifier::RecordingNotifier;
pub use replay::{ReplayServer, Reply};
pub use world::World;
