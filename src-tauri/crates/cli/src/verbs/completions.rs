//! `completions`: the script for a shell, made from the tree of verbs that work.

use caretaker_core::problem::Problem;
use clap_complete::generate;

use crate::arguments::{self, Completions};
use crate::context::{Context, PROGRAM};
use crate::outcome::Outcome;

/// Prints the script.
pub fn print(context: &Context, wanted: &Completions) -> Result<Outcome, Problem> {
    let mut script = Vec::new();
    generate(wanted.shell, &mut arguments::command(), PROGRAM, &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    let document = serde_json::json!({ "shell": wanted.shell.to_string(), "script": script });
    context.terminal.show(&document, || script.clone())?;
    Ok(Outcome::Done)
}
