//! `status`.

use caretaker_core::time::Span;
use clap::Args;

use super::value::span;

/// What counts as current.
#[derive(Debug, Args)]
pub struct Status {
    /// Samples older than this say nothing; default three intervals while an engine should run
    #[arg(long, value_name = "TIME", value_parser = span)]
    pub max_age: Option<Span>,
    /// Caretaker's own cost; not part of this version yet
    #[arg(long = "self", hide = true)]
    pub own: bool,
}
