//! The engine as systemd or launchd keeps it alive.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::supervision::{Scope, Supervisor};

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SupervisionState {
    /// It runs, and will run after a restart of the machine.
    Running,
    /// It runs, and something about it needs a look.
    Attention,
    /// It is installed and does not run.
    Stopped,
    /// Nothing is installed.
    NotInstalled,
}

/// What is installed and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SupervisionView {
    /// The whole in one word.
    pub state: SupervisionState,
    /// Who could keep it alive here.
    pub supervisor: Supervisor,
    /// Whether that one runs this machine at all; a container often has none.
    pub supervisor_runs: bool,
    /// For the user or for the machine.
    pub scope: Scope,
    /// Its unit or property list is there.
    pub installed: bool,
    /// It starts by itself; null when nobody can be asked.
    pub enabled: Option<bool>,
    /// It runs now; null when nobody can be asked.
    pub running: Option<bool>,
    /// It starts without anybody logging in.
    pub starts_without_login: bool,
    /// Its process.
    pub pid: Option<u32>,
    /// How often it was started anew since it was installed or the machine started.
    pub restarts: Option<u32>,
    /// The unit or property list.
    pub file: String,
    /// The program that it starts.
    pub program: Option<String>,
    /// What that program says its version is.
    pub version: Option<String>,
    /// What the supervisor says about it.
    pub detail: String,
    /// What a person should know or do.
    pub notes: Vec<String>,
}

/// What was done, or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SupervisionChange {
    /// Who keeps it alive.
    pub supervisor: Supervisor,
    /// For the user or for the machine.
    pub scope: Scope,
    /// Whether it was done; false for a preview.
    pub done: bool,
    /// Whether anything was, or would be, changed.
    pub changes: bool,
    /// The unit or property list.
    pub file: String,
    /// What it holds afterwards; empty when it goes.
    pub text: String,
    /// The commands, as a shell would take them.
    pub commands: Vec<String>,
    /// Why it would be refused; only in a preview, otherwise that is the error.
    pub obstacles: Vec<String>,
    /// What a person should know or do.
    pub notes: Vec<String>,
}
