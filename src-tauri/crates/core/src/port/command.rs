//! The one way to start another program: what to start, within which bounds, and what came of it. Nothing in here starts
//! anything; the platform does.

use std::path::PathBuf;

use super::PortFuture;
use crate::time::Span;

/// How much of each stream is kept when nothing else is said. What lies beyond is read and dropped.
pub const OUTPUT_BOUND: usize = 256 * 1024;
/// How long a program may take when nothing else is said.
pub const TIME_LIMIT: Span = Span::from_seconds(30);

/// A program to start: a list of words, never a line for a shell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// A path, or a name that is looked for in the search path.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<String>,
    /// Variables beyond the few that every program gets (`PATH`, `HOME`, `USER`, `LANG`, the session's bus).
    pub environment: Vec<(String, String)>,
    /// What it reads on its standard input; nothing if nothing is given.
    pub input: Vec<u8>,
    /// Where it starts; the root folder if none is named, so that no folder is kept busy.
    pub folder: Option<PathBuf>,
    /// After this time the program and everything that it started is ended.
    pub limit: Span,
    /// Bytes of each stream that are kept.
    pub output_bound: usize,
    /// Its mark, which it gets as the variable `CARETAKER_RUN`. What has it when the program is over is ended too, even if it left
    /// the process group.
    pub mark: Option<String>,
}

impl CommandLine {
    /// A program with arguments and the usual bounds.
    pub fn new(program: impl Into<PathBuf>, arguments: impl IntoIterator<Item: Into<String>>) -> Self {
        Self {
            program: program.into(),
            arguments: arguments.into_iter().map(Into::into).collect(),
            environment: Vec::new(),
            input: Vec::new(),
            folder: None,
            limit: TIME_LIMIT,
            output_bound: OUTPUT_BOUND,
            mark: None,
        }
    }

    /// The same with another time limit.
    pub fn within(mut self, limit: Span) -> Self {
        self.limit = limit;
        self
    }
}

/// As a person would type it in a shell.
impl std::fmt::Display for CommandLine {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}", quoted(&self.program.to_string_lossy()))?;
        self.arguments.iter().try_for_each(|word| write!(out, " {}", quoted(word)))
    }
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@+,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// How a program ended by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// With this exit code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// What came of a program that ended by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandResult {
    /// How it ended.
    pub ended: Ended,
    /// What it printed, up to the bound; bytes that are no UTF-8 are replaced.
    pub output: String,
    /// What it complained about, up to the bound.
    pub errors: String,
    /// Something was printed beyond the bound.
    pub cut: bool,
    /// How long it took.
    pub took: Span,
}

impl CommandResult {
    /// Whether it says that all went well.
    pub fn succeeded(&self) -> bool {
        self.ended == Ended::Code(0)
    }

    /// Why it failed, in its own words where it has any.
    pub fn complaint(&self) -> String {
        let said = [&self.errors, &self.output]
            .into_iter()
            .find_map(|text| text.lines().rfind(|line| !line.trim().is_empty()));
        match (said, self.ended) {
            (Some(line), _) => line.trim().to_owned(),
            (None, Ended::Code(code)) => format!("it ended with exit code {code}"),
            (None, Ended::Signal(signal)) => format!("signal {signal} ended it"),
        }
    }
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// There is no such program.
    #[error("`{0}` is not installed, or not in the search path")]
    Missing(String),
    /// The system did not start it.
    #[error("`{program}` could not be started: {why}")]
    NotStarted {
        /// The program.
        program: String,
        /// What the system said.
        why: String,
    },
    /// It took too long and was ended, with everything that it had started.
    #[error("`{program}` was ended after {limit}")]
    TimedOut {
        /// The program.
        program: String,
        /// The limit.
        limit: Span,
    },
}

/// Hears what a program prints while it runs, piece by piece.
pub type Hearing<'a> = &'a (dyn Fn(&[u8]) + Send + Sync);

/// Starts programs: each in a process group of its own, with a time limit, a clean environment and bounded output. A
/// dropped future ends its program.
pub trait Commands: Send + Sync + 'static {
    /// Runs to the end.
    fn run<'a>(&'a self, command: &'a CommandLine) -> PortFuture<'a, Result<CommandResult, CommandError>>;
    /// The same, and tells what the program prints as soon as it does, on both streams.
    fn run_heard<'a>(
        &'a self,
        command: &'a CommandLine,
        heard: Hearing<'a>,
    ) -> PortFuture<'a, Result<CommandResult, CommandError>>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_shown_as_a_shell_would_take_it() {
        let line = CommandLine::new("systemctl", ["--user", "a b", "it's", ""]);
        assert_eq!(line.to_string(), r"systemctl --user 'a b' 'it'\''s' ''");
    }

    #[test]
    fn a_failure_is_told_in_the_words_of_the_program() {
        let mut result = CommandResult {
            ended: Ended::Code(4),
            output: String::new(),
            errors: String::new(),
            cut: false,
            took: Span::ZERO,
        };
        assert_eq!(result.complaint(), "it ended with exit code 4");
        result.errors = "Failed to connect to bus\n\n".to_owned();
        assert_eq!(result.complaint(), "Failed to connect to bus");
    }
}
