//! `run`.

use caretaker_core::time::Span;
use clap::Args;

use super::value::span;

/// How long to run.
#[derive(Debug, Args)]
pub struct Run {
    /// One round (measure, store, judge, notify), then end
    #[arg(long, conflicts_with = "length")]
    pub once: bool,
    /// End by itself after this time
    #[arg(id = "length", long = "for", value_name = "TIME", value_parser = span)]
    pub length: Option<Span>,
}
