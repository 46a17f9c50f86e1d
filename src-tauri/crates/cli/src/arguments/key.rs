//! `backup key`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::OneDestination;

/// What of the keys of encrypted backups.
#[derive(Debug, Subcommand)]
pub enum Key {
    /// How the key of a destination stands: its public part, and whether it is confirmed
    Show(OneDestination),
    /// The recovery sheet to print; makes the key when there is none
    Sheet(KeySheet),
    /// Type a part of the printed sheet again; nothing is encrypted before that
    Confirm(OneDestination),
    /// Type in a key from its sheet, or pipe it in: on a new machine, or when it was lost
    Import(OneDestination),
}

/// Whose sheet, and where it goes.
#[derive(Debug, Args)]
pub struct KeySheet {
    /// The destination, as the configuration names it
    #[arg(value_name = "DESTINATION")]
    pub destination: String,
    /// A file for the page; only you may read it, and one that is there is not replaced
    #[arg(long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
