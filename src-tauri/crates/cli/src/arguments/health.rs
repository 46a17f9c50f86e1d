//! `health`.

use caretaker_core::time::Span;
use clap::Args;

use super::value::span;

/// What to check, and what counts as current.
#[derive(Debug, Args)]
pub struct Health {
    /// Only this: live, ready, models, storage, config, or the id of a service
    #[arg(value_name = "PART")]
    pub part: Option<String>,
    /// Samples older than this are too old; default three intervals while an engine should run
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = span)]
    pub max_age: Option<Span>,
}
