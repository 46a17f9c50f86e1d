//! Words on the command line of the tray app; few, because it is started by a click.

use std::path::PathBuf;

use clap::Parser;
use tracing_subscriber::EnvFilter;

/// Looks after a small always-on computer from its tray.
#[derive(Debug, Clone, Parser)]
#[command(name = "caretaker-app", version)]
pub struct Arguments {
    /// Data folder.
    #[arg(long, env = "CARETAKER_HOME", value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Configuration file; default `caretaker.toml` in the data folder.
    #[arg(long, env = "CARETAKER_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Open the window on a page: `overview`, `alerts`, `metrics`, `settings`.
    #[arg(long, value_name = "PAGE")]
    pub open: Option<String>,
    /// Start without a window, as at login.
    #[arg(long)]
    pub hidden: bool,
    /// Say more on standard error.
    #[arg(short, long)]
    pub verbose: bool,
}

impl Arguments {
    /// What is logged: warnings, or more when asked.
    pub fn log_filter(&self) -> EnvFilter {
        let fallback = if self.verbose { "caretaker=debug,info" } else { "warn" };
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(fallback))
    }
}
