//! What is to be kept alive.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who keeps programs alive on this system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Supervisor {
    /// Linux.
    Systemd,
    /// macOS.
    Launchd,
}

impl Supervisor {
    /// As people know it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Systemd => "systemd",
            Self::Launchd => "launchd",
        }
    }

    /// The program that speaks to it.
    pub const fn program(self) -> &'static str {
        match self {
            Self::Systemd => "systemctl",
            Self::Launchd => "launchctl",
        }
    }
}

/// Whose supervisor is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The user's own; needs no rights.
    User,
    /// The machine's; needs root, and starts at boot whoever logs in.
    System,
}

/// An engine to be kept alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The program `caretaker`, absolute.
    pub program: PathBuf,
    /// The home folder, absolute.
    pub home: PathBuf,
    /// A configuration file other than the home's.
    pub configuration: Option<PathBuf>,
    /// Whose supervisor.
    pub scope: Scope,
    /// As whom it runs, with [`Scope::System`]; root if nobody is named.
    pub user: Option<String>,
}

impl Definition {
    /// The words behind the program.
    pub fn arguments(&self) -> Vec<String> {
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        let mut words = vec!["run".to_owned(), "--home".to_owned(), text(&self.home)];
        if let Some(file) = &self.configuration {
            words.extend(["--config".to_owned(), text(file)]);
        }
        words
    }
}
