//! The way out: stdout for answers, stderr for everything else. A reader that went away is no error.

use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write};

use caretaker_core::problem::{Code, Problem};
use serde::Serialize;

use super::colour::{Colour, Sign};

/// Where the output goes and what it may contain.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    json: bool,
    colours: bool,
    note_colours: bool,
    interactive: bool,
    width: Option<usize>,
}

/// What decides about colours beside the terminal itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// Wherever a person looks.
    Automatic,
    /// Nowhere.
    Never,
}

impl Terminal {
    /// Looks at stdout, stderr and the environment (`NO_COLOR`, `TERM`, `COLUMNS`).
    pub fn detect(json: bool, colours: Colours) -> Self {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let allowed = colours == Colours::Automatic && !dumb && !set("NO_COLOR");
        let interactive = io::stdout().is_terminal();
        let width = interactive.then(|| {
            let asked = rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
            let told = || std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
            asked.filter(|columns| *columns > 0).or_else(told).unwrap_or(80).max(40)
        });
        Self {
            json,
            colours: allowed && interactive,
            note_colours: allowed && io::stderr().is_terminal(),
            interactive: interactive && !dumb,
            width,
        }
    }

    /// A screen of so many columns that a person looks at, for text that gets its colours elsewhere.
    pub const fn of_width(width: usize) -> Self {
        Self { json: false, colours: false, note_colours: false, interactive: true, width: Some(width) }
    }

    /// Whether one JSON document is wanted.
    pub const fn json(&self) -> bool {
        self.json
    }

    /// Whether a person looks at stdout, on something that can show charts.
    pub const fn interactive(&self) -> bool {
        self.interactive
    }

    /// Columns of the terminal; none where lines may be as long as they like.
    pub const fn width(&self) -> Option<usize> {
        self.width
    }

    /// Whether stdout shows colours.
    pub const fn colours(&self) -> bool {
        self.colours
    }

    /// Whether stderr shows colours.
    pub const fn colours_notes(&self) -> bool {
        self.note_colours
    }

    /// The text in a colour, where colours are shown.
    pub fn paint(&self, colour: Colour, text: &str) -> String {
        if self.colours { colour.paint(text) } else { text.to_owned() }
    }

    /// Shape and word of a state.
    pub fn sign(&self, sign: Sign) -> String {
        self.paint(sign.colour, &format!("{} {}", sign.shape, sign.word))
    }

    /// Words on as many lines as the width asks for; every line but the first begins with `indent` blanks, and the first
    /// stands after as many columns.
    pub fn wrap(&self, text: &str, indent: usize) -> String {
        let Some(width) = self.width else { return text.to_owned() };
        let mut wrapped = String::new();
        let mut column = indent;
        for word in text.split_whitespace() {
            let length = word.chars().count();
            if column > indent && column + 1 + length > width {
                wrapped.push('\n');
                wrapped.push_str(&" ".repeat(indent));
                column = indent;
            } else if column > indent {
                wrapped.push(' ');
                column += 1;
            }
            wrapped.push_str(word);
            column += length;
        }
        wrapped
    }

    /// Prints text as it is.
    #[expect(clippy::unused_self, reason = "only who holds the terminal may print")]
    pub fn text(&self, text: &str) -> Result<(), Problem> {
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).or_else(|error| forgive(&error))
    }

    /// Prints one JSON document: indented for people, on one line for programs.
    pub fn document(&self, document: &impl Serialize) -> Result<(), Problem> {
        let text =
            if self.interactive { serde_json::to_string_pretty(document) } else { serde_json::to_string(document) };
        let text = text.map_err(|error| Problem::new(Code::Internal, format!("write a document: {error}")))?;
        self.text(&format!("{text}\n"))
    }

    /// Prints the document if one is wanted, else the text that `words` makes.
    pub fn show(&self, document: &impl Serialize, words: impl FnOnce() -> String) -> Result<(), Problem> {
        if self.json { self.document(document) } else { self.text(&words()) }
    }

    /// Says what failed, and why, and what to do; with `--json` also as a document.
    pub fn problem(&self, problem: &Problem) {
        let error = if self.note_colours { Colour::Red.paint("error:") } else { "error:".to_owned() };
        let mut words = format!("{error} {}\n", problem.message);
        if !problem.hint.is_empty() {
            // Writing into a text cannot fail.
            let _ = writeln!(words, "  hint: {}", problem.hint);
        }
        self.note(&words);
        if self.json {
            // There is nobody left to tell that this failed too.
            let _ = self.error(problem);
        }
    }

    /// Prints a problem as a document; unlike in the API, every key is always there.
    pub fn error(&self, problem: &Problem) -> Result<(), Problem> {
        let Problem { code, message, hint } = problem;
        self.document(&serde_json::json!({ "error": { "code": code, "message": message, "hint": hint } }))
    }

    /// Says something on stderr.
    #[expect(clippy::unused_self, reason = "only who holds the terminal may print")]
    pub fn note(&self, words: &str) {
        let mut out = io::stderr().lock();
        let _ = out.write_all(words.as_bytes()).and_then(|()| out.flush());
    }
}

/// Whoever read along may stop reading; a full disk behind a redirection is another matter.
fn forgive(error: &io::Error) -> Result<(), Problem> {
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Ok(());
    }
    Err(Problem::new(Code::Internal, format!("print the answer: {error}")))
}
