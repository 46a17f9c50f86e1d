//! A world for tests: the real engine on simulated time, with stand-ins for everything outside it. Never part of a product.

mod clock;
#[cfg(target_os = "linux")]
pub mod desktop;
mod machine;
mod notifier;
mod world;

pub use clock::SimClock;
pub use machine::{Health, ScriptedMachine};
pub use notifier::RecordingNotifier;
pub use world::World;
