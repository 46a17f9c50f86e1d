//! `caretaker-window`: the window of the tray app as a program of its own, so that everything a web engine brings along
//! ends with it. The tray app starts it, and nobody else has a use for it.

#[cfg(target_os = "macos")]
#[path = "window_process/elsewhere.rs"]
mod process;
#[cfg(target_os = "linux")]
#[path = "window_process/mod.rs"]
mod process;
#[cfg(target_os = "linux")]
mod words;

use std::process::ExitCode;

fn main() -> ExitCode {
    process::run()
}
