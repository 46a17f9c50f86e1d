//! The project's own tools: `generate [--check]` writes what is derived from the code, `bench` measures the figures.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for a terminal")]

mod bench;
mod command_reference;
mod generate;
mod root;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["generate"] => generate::write(),
        ["generate", "--check"] => generate::check(),
        ["bench", words @ ..] => bench::run(words),
        _ => Err("usage: xtask generate [--check] | bench [--programs DIR] [--quick]".to_owned()),
    };
    match done {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}
