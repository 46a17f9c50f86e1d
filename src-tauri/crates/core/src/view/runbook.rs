//! Runbooks as doors show them: the list, one with its steps, what was run, versions.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::alert::AlertState;
use crate::runbook::{ActionKind, Block, Origin, RunbookProblem, Sha256};
use crate::time::{Span, Timestamp};

/// A runbook in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunbookSummary {
    /// Its id.
    pub id: String,
    /// For people.
    pub title: String,
    /// The beginning of its first paragraph.
    pub summary: String,
    /// Whose it is.
    pub origin: Origin,
    /// Rules whose alerts it answers.
    pub alerts: Vec<String>,
    /// Services that it is about.
    pub services: Vec<String>,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// How many steps it has.
    pub steps: u32,
    /// How many of them can be run on this machine.
    pub commands: u32,
    /// How many mistakes its text has.
    pub problems: u32,
    /// Open alerts that it answers.
    pub open: Vec<RunbookAlert>,
}

/// An alert that a runbook answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunbookAlert {
    /// Its id.
    pub id: String,
    /// In one sentence.
    pub summary: String,
}

/// Runbooks, the best first where something was looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunbookList {
    /// The list.
    pub runbooks: Vec<RunbookSummary>,
    /// The folder of the owner's own.
    pub folder: String,
    /// Files in it that are no runbooks, and why.
    pub unusable: Vec<String>,
}

/// A runbook of an alert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunbookLink {
    /// Its id.
    pub id: String,
    /// For people.
    pub title: String,
    /// Titles of its steps.
    pub steps: Vec<String>,
}

/// A step, and whether it can be run here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepView {
    /// Counted from 1.
    pub number: u32,
    /// The text of its heading.
    pub title: String,
    /// What stands below it.
    pub blocks: Vec<Block>,
    /// Its command on this machine, if it has one.
    pub command: Option<StepCommand>,
}

/// The command of a step on this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepCommand {
    /// What kind.
    pub kind: ActionKind,
    /// The exact text that runs.
    pub text: String,
    /// The hash of the text: who agrees to run it sends it.
    pub sha256: Sha256,
    /// How long it may take.
    pub limit: Span,
    /// Whether the configuration agrees to it, so that it runs without being asked about.
    pub is_approved: bool,
}

/// One runbook with everything about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunbookView {
    /// What stands in the list.
    #[serde(flatten)]
    pub summary: RunbookSummary,
    /// The file of the owner's own, whether it is there or not.
    pub path: String,
    /// What stands before the first step.
    pub intro: Vec<Block>,
    /// Its steps.
    pub procedure: Vec<StepView>,
    /// What is wrong with its text.
    pub mistakes: Vec<RunbookProblem>,
    /// What was run of it lately, the newest first.
    pub runs: Vec<RunView>,
}

/// Through which door somebody came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Door {
    /// The command line.
    CommandLine,
    /// The window.
    Window,
    /// Another program, over the socket.
    #[default]
    Program,
}

/// Runs a step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunRequest {
    /// Which step, counted from 1.
    pub step: u32,
    /// The hash of the command that was shown and agreed to. Without it only what the configuration agrees to runs.
    #[serde(default)]
    pub sha256: Option<Sha256>,
    /// The alert that it answers, by its id or a unique beginning; without it the only open one that this runbook answers.
    #[serde(default)]
    pub alert: Option<String>,
    /// Who asks.
    #[serde(default)]
    pub door: Door,
}

/// Where a run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    /// It goes on.
    Running,
    /// The command ended and says that all went well.
    Done,
    /// The command says that it failed, or could not be started.
    Failed,
    /// It took too long and was ended.
    TimedOut,
    /// Somebody ended it.
    Cancelled,
    /// Caretaker ended meanwhile.
    Interrupted,
}

impl RunState {
    /// In a word, for people.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::TimedOut => "took too long",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

/// The alert of a run as it stood after the command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AlertAfter {
    /// When it was judged.
    pub at: Timestamp,
    /// Where it stands.
    pub state: AlertState,
    /// In one sentence.
    pub summary: String,
}

/// A command of a runbook that was run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunView {
    /// Its identity; the activity has the same.
    pub id: String,
    /// The runbook.
    pub runbook: String,
    /// Which step.
    pub step: u32,
    /// The title of the step.
    pub title: String,
    /// The exact text that ran.
    pub command: String,
    /// Its hash.
    pub sha256: Sha256,
    /// Whether somebody said yes to it then, or the configuration had.
    pub consent: Consent,
    /// Who asked.
    pub door: Door,
    /// The user of the machine under whom it ran.
    pub user: String,
    /// The alert that it answers.
    pub alert: Option<String>,
    /// When it began.
    pub started: Timestamp,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// Where it stands.
    pub state: RunState,
    /// Its exit code, if it ended by itself.
    pub exit_code: Option<i32>,
    /// Why it is not done, in a sentence; empty when it is.
    pub reason: String,
    /// What it printed, errors included, in the order in which it came.
    pub output: String,
    /// Whether the middle of what it printed was left out.
    pub is_cut: bool,
    /// The alert afterwards.
    pub after: Option<AlertAfter>,
}

/// How a command came to be agreed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Consent {
    /// Somebody said yes to the command as it was shown.
    Given,
    /// The configuration agrees to it.
    Configured,
}

/// What was run, the newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunList {
    /// The list.
    pub runs: Vec<RunView>,
}

/// A version of a runbook of the owner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunbookVersion {
    /// Its number, rising.
    pub version: u32,
    /// When it was seen.
    pub at: Timestamp,
    /// Whether the file was gone then.
    pub is_removed: bool,
    /// Lines of its text.
    pub lines: u32,
}

/// Versions of a runbook, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunbookVersions {
    /// The runbook.
    pub id: String,
    /// The list; empty for one that the owner never wrote.
    pub versions: Vec<RunbookVersion>,
}

/// How two versions differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunbookDifference {
    /// The older one; 0 is the shipped text.
    pub from: u32,
    /// The newer one.
    pub to: u32,
    /// As `diff -u` writes it; empty when they are the same.
    pub text: String,
}

/// Puts an earlier version in place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RollbackRequest {
    /// Its number.
    pub version: u32,
}
