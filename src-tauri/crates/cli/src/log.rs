//! Log lines on stderr. What people are told about a command goes through `render` and never through here.

use std::io;

use caretaker_platform::own_warnings::OwnWarnings;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

/// Starts logging: warnings, with `-v` also what is done, with `-vv` also how; `RUST_LOG` goes before both.
pub fn start(verbosity: u8) {
    let level = match verbosity {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let format = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false);
    let lines = format.with_target(verbosity > 1).with_filter(filter);
    // Only a second start in one process fails, and then the first one's lines are good enough.
    let _ =
        tracing_subscriber::registry().with(lines).with(OwnWarnings::layer().with_filter(LevelFilter::WARN)).try_init();
}
