//! Tests that need a process of their own: this very binary, told to run one of its ignored tests.

use std::process::Command;

/// The command that runs the ignored test with this full name.
pub fn myself(test: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", test, "--ignored", "--nocapture"]);
    command
}
