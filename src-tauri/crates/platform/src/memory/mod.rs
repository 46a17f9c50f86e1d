//! The system allocator, told to give memory back. Which allocator is used stays the system's choice.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

#[cfg(target_os = "linux")]
use linux as native;
#[cfg(target_os = "macos")]
use macos as native;

/// Sets what must be set before the first threads start: call it first in `main`.
pub fn tune_allocator() {
    native::tune_allocator();
}

/// Gives free memory back to the system: after a window closed, after a backup. Takes milliseconds.
pub fn trim_memory() {
    native::trim_memory();
}
