//! `config validate`: every mistake at once, each with its line. Needs no engine and no home.

use std::fmt::Write;
use std::io::Read;
use std::path::{Path, PathBuf};

use caretaker_core::config::{ConfigProblem, Document, Platform, Settings};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::view::ValidationView;

use crate::arguments::Validate;
use crate::context::Context;
use crate::outcome::Outcome;
use crate::render::{Colour, Terminal};

/// Checks a file, stdin, or what would be in force.
pub fn validate(context: &Context, wanted: &Validate) -> Result<Outcome, Problem> {
    let (path, text) = match &wanted.file {
        Some(path) if path.as_os_str() == "-" => (PathBuf::from("stdin"), stdin()?),
        Some(path) => (path.clone(), existing(path)?),
        None => in_use(context)?,
    };
    let view = check(&text);
    context.terminal.show(&view, || words(&context.terminal, &path, &text, &view))?;
    Ok(if view.valid { Outcome::Done } else { Outcome::Invalid })
}

/// Mistakes of the text and of the variables that go before it.
fn check(text: &str) -> ValidationView {
    let document = Document::parse(text);
    let unused = document.as_ref().map(Document::unused_sections).unwrap_or_default();
    let notes = document.as_ref().map(|document| document.notes().to_vec()).unwrap_or_default();
    let problems = document
        .and_then(|document| Settings::resolve(Some(&document), Context::environment(), Platform::CURRENT))
        .err()
        .unwrap_or_default();
    ValidationView { valid: problems.is_empty(), problems, unused, notes }
}

/// The file in use. Without one everything runs on defaults, which have no mistakes.
fn in_use(context: &Context) -> Result<(PathBuf, String), Problem> {
    if let Some(chosen) = context.chosen_configuration() {
        return Ok((chosen.to_path_buf(), existing(chosen)?));
    }
    let path = context.home()?.configuration();
    let text = if path.exists() { existing(&path)? } else { String::new() };
    Ok((path, text))
}

fn existing(path: &Path) -> Result<String, Problem> {
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => Problem::new(Code::NotFound, format!("there is no file {}", path.display()))
            .hint("name the file, `-` for stdin, or nothing for the file in use"),
        std::io::ErrorKind::InvalidData => {
            Problem::new(Code::InvalidConfiguration, format!("{} is no UTF-8 text", path.display()))
                .hint("save it as UTF-8")
        }
        _ => Problem::new(Code::InvalidConfiguration, format!("read {}: {error}", path.display()))
            .hint("check that it is a file that you may read"),
    })
}

fn stdin() -> Result<String, Problem> {
    let mut text = String::new();
    match std::io::stdin().read_to_string(&mut text) {
        Ok(_) => Ok(text),
        Err(error) => Err(Problem::new(Code::InvalidConfiguration, format!("read stdin: {error}"))),
    }
}

/// `file:line:column: what is wrong`, with the line itself and a mark below the place.
fn words(terminal: &Terminal, path: &Path, text: &str, view: &ValidationView) -> String {
    let mut out = String::new();
    for problem in &view.problems {
        // Writing into a text cannot fail, here and below.
        let _ = describe(&mut out, terminal, path, text, problem);
    }
    for note in &view.notes {
        let place = format!("{}:{}:{}:", path.display(), note.line, note.column);
        let _ = writeln!(out, "{} note: {}\n  hint: {}", terminal.paint(Colour::Bold, &place), note.message, note.hint);
    }
    // A channel has a note of its own that says why.
    for section in view.unused.iter().filter(|section| !section.starts_with("notify.channel.")) {
        let _ = writeln!(out, "note: `{section}` is correct, but this version does not act upon it");
    }
    let count = view.problems.len();
    let _ = match (count, text.is_empty()) {
        (0, true) if !path.exists() => writeln!(out, "There is no {}; everything runs on defaults.", path.display()),
        (0, _) => writeln!(out, "{} has no mistakes.", path.display()),
        (1, _) => writeln!(out, "{} has 1 mistake.", path.display()),
        _ => writeln!(out, "{} has {count} mistakes.", path.display()),
    };
    out
}

fn describe(
    out: &mut String,
    terminal: &Terminal,
    path: &Path,
    text: &str,
    problem: &ConfigProblem,
) -> std::fmt::Result {
    let line = text.lines().nth(problem.line.saturating_sub(1) as usize).filter(|_| problem.line > 0);
    match line {
        Some(line) => {
            let place = format!("{}:{}:{}:", path.display(), problem.line, problem.column);
            writeln!(out, "{} {}", terminal.paint(Colour::Bold, &place), problem.message)?;
            let gutter = problem.line.to_string();
            let before = line.chars().take(problem.column.saturating_sub(1) as usize);
            let blanks: String = before.map(|c| if c == '\t' { '\t' } else { ' ' }).collect();
            writeln!(out, "  {gutter} | {line}")?;
            writeln!(out, "  {:1$} | {blanks}{2}", "", gutter.len(), terminal.paint(Colour::Red, "^"))?;
        }
        None => writeln!(out, "{} {}", terminal.paint(Colour::Bold, &format!("{}:", problem.key)), problem.message)?,
    }
    problem.hint.as_ref().map_or(Ok(()), |hint| writeln!(out, "  hint: {hint}"))
}
