//! `status`.

use caretaker_core::time::Span;
use clap::Args;

use super::value::span;

/// What counts as current.
#[derive(Debug, Args)]
pub struct Status {
    /// Samples older than this say nothing; default three intervals while an engine should run
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = span)]
    pub max_age: Option<Span>,
    /// What Caretaker itself costs, over 24 hours and beside its targets
    #[arg(long = "self", conflicts_with = "max_age")]
    pub own: bool,
}
