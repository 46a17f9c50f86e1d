//! `notify`.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

/// What about channels.
#[derive(Debug, Subcommand)]
pub enum Notify {
    /// Every channel: where it leads, when something last arrived, what does not work
    List,
    /// Send a test notice now and say what the other side answers
    Test(TestChannel),
}

/// Which channel.
#[derive(Debug, Args)]
pub struct TestChannel {
    /// Its id (`caretaker notify list`); without one every channel that is switched on
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub channel: Option<String>,
}
