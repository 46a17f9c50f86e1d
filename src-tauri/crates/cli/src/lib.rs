//! The command line: words to one request, an answer to text or JSON, an outcome to an exit code.
//!
//! A verb decides nothing: it calls the engine that runs, or one that is opened for it alone, and shows what comes back.
//! `arguments` describes what may be typed, `verbs` has one verb a file, `render` is the only place that prints, and
//! `monitor` has the terminal to itself.

mod arguments;
mod context;
mod exported;
mod hidden;
mod log;
mod monitor;
mod outcome;
mod program;
mod render;
mod request;
mod verbs;

pub use arguments::command;
pub use program::main;

/// Whether the program understands these words as a verb of this version; the words that it refuses come back with the reason.
pub fn understands(words: &[&str]) -> Result<(), String> {
    let line = std::iter::once("caretaker").chain(words.iter().copied());
    match arguments::parse(line) {
        Ok(arguments::Typed::Verb(_)) => Ok(()),
        Ok(arguments::Typed::Later { verb, .. }) => Err(format!("`{verb}` is not part of this version")),
        Err(error) if !error.use_stderr() => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}
