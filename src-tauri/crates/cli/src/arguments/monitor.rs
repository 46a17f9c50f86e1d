//! `monitor`.

use caretaker_core::time::Span;
use clap::Args;

use super::value::span;

/// How it is shown.
#[derive(Debug, Args)]
#[command(after_help = KEYS)]
pub struct Monitor {
    /// Print one frame and end; the exit code is that of `status`
    #[arg(long)]
    pub once: bool,
    /// Look again at least this often, 1s or more; by default whenever the engine has measured
    #[arg(long, value_name = "TIME", value_parser = least_a_second, conflicts_with = "once")]
    pub interval: Option<Span>,
}

const KEYS: &str = "Keys: q leave, arrows or j and k choose an alert, Enter shows it, a acknowledges, s silences for 1 h, \
    r range of the graphs, p pause, ? help.";

fn least_a_second(text: &str) -> Result<Span, String> {
    let span = span(text)?;
    if span < Span::from_seconds(1) { Err("look again after 1s at the soonest".to_owned()) } else { Ok(span) }
}
