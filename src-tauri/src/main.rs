//! `caretaker-app`: the tray application. Everything that needs Tauri is here and decides nothing; without a display it
//! goes on as `caretaker run` does.

mod app;
mod arguments;
mod commands;
mod desktop;
mod ending;
mod headless;
mod link;
#[cfg(target_os = "macos")]
mod macos;
mod options;
mod single;
mod tray;
mod window;

use std::process::ExitCode;

use caretaker_core::problem::Problem;
use clap::Parser;

use crate::arguments::Arguments;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    #[cfg(target_os = "linux")]
    avoid_blank_windows();
    caretaker_platform::memory::tune_allocator();
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_env_filter(arguments.log_filter()).init();
    match start(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            tell(&problem);
            ExitCode::from(problem.code.exit_code())
        }
    }
}

/// WebKit's DMA-BUF renderer shows white windows on many drivers; a chart needs no such speed.
#[cfg(target_os = "linux")]
fn avoid_blank_windows() {
    const RENDERER: &str = "WEBKIT_DISABLE_DMABUF_RENDERER";
    if std::env::var_os(RENDERER).is_none() {
        // SAFETY: the first statement of the program; there is no other thread that could read the environment.
        unsafe { std::env::set_var(RENDERER, "1") };
    }
}

fn start(arguments: &Arguments) -> Result<(), Problem> {
    if caretaker_platform::desktop::has_display() {
        app::run(arguments)
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
