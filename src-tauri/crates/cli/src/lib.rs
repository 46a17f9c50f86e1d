//! The command line: words to one request, an answer to text or JSON, an outcome to an exit code.
//!
//! A verb decides nothing: it calls the engine that runs, or one that is opened for it alone, and shows what comes back.
//! `arguments` describes what may be typed, `verbs` has one verb a file, `render` is the only place that prints.

mod arguments;
mod context;
mod log;
mod outcome;
mod program;
mod render;
mod request;
mod verbs;

pub use arguments::command;
pub use program::main;
