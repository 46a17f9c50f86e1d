//! `config`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// What about the configuration.
#[derive(Debug, Subcommand)]
pub enum Configuration {
    /// Everything that is in force
    Show(ShowConfiguration),
    /// Check a file and list every mistake
    Validate(Validate),
    /// The JSON Schema of the file
    Schema,
    /// Change one key; comments in the file survive
    Set(SetKey),
    /// Remove one key, so that its default is in force
    Unset(UnsetKey),
}

/// How much to say.
#[derive(Debug, Args)]
pub struct ShowConfiguration {
    /// Say where each value comes from
    #[arg(long)]
    pub origin: bool,
}

/// What to check.
#[derive(Debug, Args)]
pub struct Validate {
    /// The file, or `-` for stdin; default is the file in use
    pub file: Option<PathBuf>,
}

/// What to change.
#[derive(Debug, Args)]
pub struct SetKey {
    /// Dotted key: collect.interval, rule.cpu-high.warning.above
    pub key: String,
    /// Its value as in the file; quotes around a text may be left out
    #[arg(allow_negative_numbers = true)]
    pub value: String,
}

/// What to remove.
#[derive(Debug, Args)]
pub struct UnsetKey {
    /// Dotted key: collect.interval, rule.cpu-high.warning.above
    pub key: String,
}
