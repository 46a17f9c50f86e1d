//! `caretaker-app`: the tray application. It decides nothing; without a display it goes on as `caretaker run` does.
//!
//! On Linux the window is a program of its own (`caretaker-window`), so that the icon costs no web engine.

mod arguments;
mod backing_up;
mod headless;
mod link;
#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;
mod menu;
mod options;
mod pictures;
mod quiet;
mod single;
#[cfg(target_os = "macos")]
mod window;
#[cfg(target_os = "linux")]
mod words;

use std::process::ExitCode;

use caretaker_core::problem::Problem;
use caretaker_core::time::Timestamp;
use caretaker_platform::own_warnings::OwnWarnings;
use clap::Parser;
#[cfg(target_os = "linux")]
use linux as native;
#[cfg(target_os = "macos")]
use macos as native;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    caretaker_platform::memory::tune_allocator();
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(arguments.log_filter());
    tracing_subscriber::registry().with(lines).with(OwnWarnings::layer().with_filter(LevelFilter::WARN)).init();
    match start(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            tell(&problem);
            ExitCode::from(problem.code.exit_code())
        }
    }
}

fn start(arguments: &Arguments) -> Result<(), Problem> {
    if caretaker_platform::desktop::has_display() {
        native::run(arguments)
    } else {
        say("No display: Caretaker runs without a tray icon. Ctrl+C ends it.");
        headless::run(arguments)
    }
}

/// One line for whoever started the program.
#[expect(clippy::print_stderr, reason = "the one place where the shell speaks to a terminal")]
pub fn say(line: &str) {
    eprintln!("{line}");
}

fn tell(problem: &Problem) {
    say(&format!("error: {problem}"));
    if !problem.hint.is_empty() {
        say(&format!("  hint: {}", problem.hint));
    }
}

/// `15:04`, in local time.
fn time_of_day(at: Timestamp) -> String {
    at.to_utc().with_timezone(&chrono::Local).format("%H:%M").to_string()
}
