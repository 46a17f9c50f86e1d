//! `maintain`, `export` and `validate`.

use std::path::PathBuf;

use caretaker_core::time::Span;
use clap::{Args, Subcommand};

use super::value::{self, When};

/// What of maintenance.
#[derive(Debug, Subcommand)]
pub enum Maintain {
    /// All tasks: when each runs, how it came out
    List,
    /// Run a task now, whatever its schedule and the load say, or see what it would do
    Run(RunTask),
    /// Change when a task runs, and whether by itself
    Schedule(ScheduleTask),
    /// What ran, the newest first; with --run everything about one run
    History(TaskRuns),
    /// What will run
    Calendar(Ahead),
    /// Hold back everything that would begin by itself
    Pause(PauseMaintenance),
}

/// Which task, how.
#[derive(Debug, Args)]
pub struct RunTask {
    /// The task; the beginning of its name is enough
    #[arg(value_name = "TASK")]
    pub task: String,
    /// Only tell what it would do
    #[arg(long)]
    pub dry_run: bool,
}

/// Which task, when.
#[derive(Debug, Args)]
pub struct ScheduleTask {
    /// The task
    #[arg(value_name = "TASK")]
    pub task: String,
    /// Once: `03:00`, `2h` from now, `2026-11-29 03:00`
    #[arg(long, value_name = "T", value_parser = value::when, required_unless_present_any = ["every", "on", "off"])]
    pub at: Option<When>,
    /// Again and again: `daily 03:00`, `weekly sun 03:00`, `every 6h`, `monthly last sunday 04:00`, cron text
    #[arg(long, value_name = "SCHEDULE")]
    pub every: Option<String>,
    /// By itself from now on
    #[arg(long, conflicts_with = "off")]
    pub on: bool,
    /// Not by itself any more
    #[arg(long)]
    pub off: bool,
}

/// Which runs.
#[derive(Debug, Args)]
pub struct TaskRuns {
    /// Only those of this task
    #[arg(value_name = "TASK")]
    pub task: Option<String>,
    /// One run with its findings and its output
    #[arg(long, value_name = "ID")]
    pub run: Option<i64>,
    /// So many at most
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub limit: usize,
}

/// How far ahead.
#[derive(Debug, Args)]
pub struct Ahead {
    /// How far
    #[arg(long = "for", value_name = "SPAN", value_parser = value::span, default_value = "7d")]
    pub length: Span,
}

/// For how long.
#[derive(Debug, Args)]
pub struct PauseMaintenance {
    /// How long: 2h
    #[arg(long = "for", value_name = "SPAN", value_parser = value::span, required_unless_present = "off")]
    pub length: Option<Span>,
    /// Go on at once
    #[arg(long, conflicts_with = "length")]
    pub off: bool,
}

/// Where to.
#[derive(Debug, Args)]
pub struct WriteOut {
    /// A folder that is empty or not there yet
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
}
