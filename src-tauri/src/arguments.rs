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
    #[arg(long, value_name = "PAGE", value_parser = page)]
    pub open: Option<String>,
    /// Start without a window, as at login.
    #[arg(long)]
    pub hidden: bool,
    /// Say more on standard error.
    #[arg(short, long)]
    pub verbose: bool,
}

/// The pages of the window; the last three have pages of their own behind a slash.
const PAGES: [&str; 5] = ["overview", "settings", "alerts", "metrics", "rules"];

fn page(typed: &str) -> Result<String, String> {
    let (room, rest) = typed.split_once(['/', '?']).map_or((typed, None), |(room, rest)| (room, Some(rest)));
    let known = PAGES.contains(&room) && (rest.is_none() || !matches!(room, "overview" | "settings"));
    if known { Ok(typed.to_owned()) } else { Err(format!("there is no such page; there are {}", PAGES.join(", "))) }
}

impl Arguments {
    /// What is logged: warnings, or more when asked.
    pub fn log_filter(&self) -> EnvFilter {
        let fallback = if self.verbose { "caretaker=debug,info" } else { "warn" };
        EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(fallback))
    }
}

#[cfg(test)]
mod tests {
    use super::page;

    #[test]
    fn only_pages_that_there_are_can_be_opened() {
        for good in ["overview", "alerts", "alerts/01890", "metrics?series=x", "settings"] {
            assert_eq!(page(good).as_deref(), Ok(good));
        }
        for bad in ["nope", "", "overview/x", "../alerts"] {
            assert!(page(bad).is_err(), "{bad}");
        }
    }
}
