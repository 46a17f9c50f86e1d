//! How a command that did its work came out. What failed is a `Problem` and has an exit code of its own.

use std::process::ExitCode;

use caretaker_core::view::{CheckState, HealthState, OverallState, SupervisionState};

/// The exit codes of `cli.md` that are no failure of the command itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or healthy.
    Done,
    /// What was asked about is critical, damaged or unknown.
    Unhealthy,
    /// What was checked is no valid configuration.
    Invalid,
    /// Warnings only.
    Warnings,
    /// What was asked about is not there.
    NotFound,
    /// Ended by SIGINT.
    Interrupted,
}

impl Outcome {
    /// The number that a script sees.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Unhealthy => 1,
            Self::Invalid => 2,
            Self::Warnings => 3,
            Self::NotFound => 4,
            Self::Interrupted => 130,
        }
    }
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(outcome.code())
    }
}

impl From<OverallState> for Outcome {
    fn from(state: OverallState) -> Self {
        match state {
            OverallState::Ok => Self::Done,
            OverallState::Warning => Self::Warnings,
            OverallState::Critical | OverallState::Unknown => Self::Unhealthy,
        }
    }
}

/// What is not set up is not unhealthy; what cannot be told is.
impl From<HealthState> for Outcome {
    fn from(state: HealthState) -> Self {
        match state {
            HealthState::Ok | HealthState::NotConfigured => Self::Done,
            HealthState::Warning => Self::Warnings,
            HealthState::Critical | HealthState::Unknown => Self::Unhealthy,
        }
    }
}

/// `doctor` fails only over what does not work; what could be better, and what this machine lacks, is no failure.
impl From<CheckState> for Outcome {
    fn from(state: CheckState) -> Self {
        match state {
            CheckState::Ok | CheckState::Warning | CheckState::Absent => Self::Done,
            CheckState::Failed => Self::Unhealthy,
        }
    }
}

impl From<SupervisionState> for Outcome {
    fn from(state: SupervisionState) -> Self {
        match state {
            SupervisionState::Running => Self::Done,
            SupervisionState::Attention => Self::Warnings,
            SupervisionState::Stopped => Self::Unhealthy,
            SupervisionState::NotInstalled => Self::NotFound,
        }
    }
}
