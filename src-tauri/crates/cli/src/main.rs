//! The program `caretaker`; everything lies in the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    caretaker_cli::main()
}
