//! `runbook`.

use clap::builder::NonEmptyStringValueParser;
use clap::{Args, Subcommand};

/// What about runbooks.
#[derive(Debug, Subcommand)]
pub enum Runbook {
    /// Runbooks, or those that hold every word
    List(ListRunbooks),
    /// One runbook with its steps and the exact commands
    Show(OneRunbook),
    /// Run the commands of a runbook: each is shown and asked about first
    Run(RunRunbook),
    /// Begin a runbook of your own, or a changed one in place of a shipped one
    New(OneRunbook),
    /// What was run, by whom, and what came of it
    History(RunHistory),
    /// Versions of a runbook of your own
    Versions(OneRunbook),
    /// How two versions of a runbook differ
    Diff(DiffRunbook),
    /// Put an earlier version of a runbook in place
    Rollback(RollBackRunbook),
}

/// Which runbooks.
#[derive(Debug, Args)]
pub struct ListRunbooks {
    /// Words to look for
    #[arg(value_name = "TERM")]
    pub terms: Vec<String>,
}

/// Which runbook.
#[derive(Debug, Args)]
pub struct OneRunbook {
    /// Its id; the id of a rule leads to the runbook that answers it
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub id: String,
}

/// What to run.
#[derive(Debug, Args)]
pub struct RunRunbook {
    /// Its id; the id of a rule leads to the runbook that answers it
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub id: String,
    /// Only this step
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub step: Option<u32>,
    /// The alert that it answers; by default the only open one that this runbook answers
    #[arg(long, value_name = "ALERT-ID", value_parser = NonEmptyStringValueParser::new())]
    pub alert: Option<String>,
    /// Agree to every command that is run, without being asked
    #[arg(long)]
    pub yes: bool,
}

/// Which runs.
#[derive(Debug, Args)]
pub struct RunHistory {
    /// Only of this runbook
    #[arg(value_name = "RUNBOOK")]
    pub runbook: Option<String>,
    /// Only those that answer this alert
    #[arg(long, value_name = "ALERT-ID")]
    pub alert: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub limit: usize,
    /// One run with everything that it printed, by its id or a unique beginning of it
    #[arg(long, value_name = "RUN-ID", conflicts_with_all = ["runbook", "alert"])]
    pub run: Option<String>,
}

/// Which versions.
#[derive(Debug, Args)]
pub struct DiffRunbook {
    /// The runbook
    pub id: String,
    /// The older version; 0 is the shipped text
    pub from: u32,
    /// The newer version
    pub to: u32,
}

/// Which version.
#[derive(Debug, Args)]
pub struct RollBackRunbook {
    /// The runbook
    pub id: String,
    /// The version to put in place
    #[arg(value_name = "VERSION")]
    pub number: u32,
}
