//! Flags that every verb takes, before or after it.

use std::path::PathBuf;

use clap::Args;

/// Where, in which form, how loud.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Folder with Caretaker's data; also `CARETAKER_HOME`
    #[arg(long, global = true, value_name = "DIR")]
    pub home: Option<PathBuf>,
    /// Configuration file; also `CARETAKER_CONFIG`; default `caretaker.toml` in the home folder
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print one JSON document
    #[arg(long, global = true)]
    pub json: bool,
    /// Print without colours; also `NO_COLOR`
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Log more to stderr; twice for even more
    #[arg(short, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}
