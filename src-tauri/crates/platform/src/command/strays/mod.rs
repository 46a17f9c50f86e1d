//! Programs that carry the mark of a run and left its process group: they are found by their environment, which they inherited, and
//! ended. Only a program that hides its environment on purpose stays.

#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(not(target_os = "macos"), path = "linux.rs")]
mod system;

pub(super) use system::end;

/// The variable that holds the mark.
pub(super) const MARK: &str = "CARETAKER_RUN";
