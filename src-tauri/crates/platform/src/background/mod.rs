//! A process that stands back: low priority for processor and disk, and how busy the machine is without it. What to do about
//! that is decided by who asks.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

#[cfg(target_os = "linux")]
use linux as system;
#[cfg(target_os = "macos")]
use macos as system;

/// Lets every other program go before this process. Must be called before it starts threads, which inherit it. What the
/// system refuses is no fault.
pub fn stand_back() {
    system::stand_back();
}

/// Whether the machine runs on a battery, as far as the system tells.
pub fn is_on_battery() -> bool {
    system::is_on_battery()
}

/// How much other programs are held up now, from 0 (not at all) to 1 (all of the time), as far as the system tells.
pub fn contention() -> f64 {
    system::contention()
}
