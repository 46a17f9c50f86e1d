//! The real clock: the only place of the product that reads one. It does not interpret what it reads; sleep, stalls and
//! steps are worked out by `caretaker_core::time::Timeline`.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod system;

#[cfg(target_os = "linux")]
use linux as native;
#[cfg(target_os = "macos")]
use macos as native;

#[cfg(target_os = "linux")]
pub(crate) use linux::boot_identity;
pub use system::SystemClock;
