//! Where an exported text goes: to stdout, or complete into a file that only its owner reads. What it says is not decided here.

use std::fmt::Display;
use std::path::Path;

use caretaker_core::problem::{Code, Problem};
use caretaker_platform::files::write_atomic;
use serde::Serialize;

use crate::context::Context;

/// Mode of the file: measurements, names of processes and lines of logs are nobody else's business.
const PRIVATE: u32 = 0o600;

/// What was written, for `--json`.
#[derive(Debug, Serialize)]
struct Written<'a, F> {
    output: &'a Path,
    format: F,
    bytes: usize,
}

/// With `--json`, stdout takes one JSON document and no other format; asked before anything is fetched.
pub fn fits_stdout(
    context: &Context,
    output: Option<&Path>,
    format: impl Display,
    is_json: bool,
) -> Result<(), Problem> {
    if !context.terminal.json() || output.is_some() || is_json {
        return Ok(());
    }
    let message = format!("`--json` prints one JSON document, and {format} is none");
    let hint = "leave out --json, choose --format json, or name a file with --output";
    Err(Problem::new(Code::Usage, message).hint(hint))
}

/// Prints the text, or writes it into the file and says so.
pub fn hand_out(context: &Context, output: Option<&Path>, format: impl Serialize, text: &str) -> Result<(), Problem> {
    let Some(output) = output else { return context.terminal.text(text) };
    // A device or a pipe would be replaced by a file.
    if output.exists() && !output.is_file() {
        return Err(Problem::new(Code::Usage, format!("{} is no file", output.display()))
            .hint("leave out --output to write to stdout"));
    }
    write_atomic(output, text.as_bytes(), PRIVATE)?;
    let written = Written { output, format, bytes: text.len() };
    context.terminal.show(&written, || format!("Written: {}\n", output.display()))
}
