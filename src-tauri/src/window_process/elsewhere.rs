//! Where the tray app shows its window itself.

use std::process::ExitCode;

/// Says so.
#[expect(clippy::print_stderr, reason = "there is nobody else to tell")]
pub fn run() -> ExitCode {
    eprintln!("On this system `caretaker-app` shows the window itself.");
    ExitCode::FAILURE
}
