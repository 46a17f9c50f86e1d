//! A world for tests: the real engine on simulated time, with stand-ins for everything outside it. Never part of a product.

mod clock;
#[cfg(target_os = "linux")]
pub mod desktop;
mod egress;
mod fault_proxy;
mod folders;
mod hook;
mod machine;
mod notifier;
mod object_store;
mod records;
mod replay;
mod world;

pub use clock::SimClock;
pub use egress::MovedEgress;
pub use fault_proxy::{Fault, FaultProxy};
pub use folders::MovedFolders;
pub use hook::{HookAnswer, HookServer, Received};
pub use machine::{Health, ScriptedMachine};
pub use notifier::RecordingNotifier;
pub use object_store::{Answer, BUCKET, ObjectStore};
pub use records::WrittenRecords;
pub use replay::{ReplayServer, Reply};
pub use world::{TestVariables, World};
