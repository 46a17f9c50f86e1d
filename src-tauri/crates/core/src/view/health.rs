//! Checks run at the moment they are asked for: `caretaker health`.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Timestamp;

/// What can be checked by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthPart {
    /// Whether an engine answers.
    Live,
    /// Whether it measures, and everything is there that rounds and answers need.
    Ready,
    /// Servers of local models.
    Models,
    /// Databases and room on the disk.
    Storage,
    /// The configuration file.
    Config,
}

impl HealthPart {
    /// Every part, in the order in which they are checked and shown.
    pub const ALL: [Self; 5] = [Self::Live, Self::Ready, Self::Models, Self::Storage, Self::Config];

    /// The word on the command line and in a request.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Ready => "ready",
            Self::Models => "models",
            Self::Storage => "storage",
            Self::Config => "config",
        }
    }

    /// The part of a word.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|part| part.as_str() == word)
    }
}

/// How a check came out. The order is from good to bad, so that the worst is the largest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// There is nothing to check; never an invented ok.
    #[default]
    NotConfigured,
    /// As it should be.
    Ok,
    /// Works, but somebody should look.
    Warning,
    /// It cannot be told.
    Unknown,
    /// Does not work.
    Critical,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HealthCheck {
    /// What was checked: `engine`, `databases`, `Ollama 127.0.0.1:11434`.
    pub name: String,
    /// How it came out.
    pub state: HealthState,
    /// How long the check took, in milliseconds.
    pub took_ms: f64,
    /// What was found, in a sentence.
    pub detail: String,
}

/// Checks and the worst of them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HealthView {
    /// The worst of the checks; `not_configured` when none had anything to check.
    pub state: HealthState,
    /// When they were run.
    pub at: Timestamp,
    /// How long all of them took, in milliseconds.
    pub took_ms: f64,
    /// In the order in which they were run.
    pub checks: Vec<HealthCheck>,
}

impl HealthView {
    /// The checks with the state that follows from them.
    pub fn of(checks: Vec<HealthCheck>, at: Timestamp) -> Self {
        let state = checks.iter().map(|check| check.state).max().unwrap_or_default();
        let whole: f64 = checks.iter().map(|check| check.took_ms).sum();
        // A microsecond is what a clock tells; more digits come from adding.
        let took_ms = (whole * 1_000.0).round() / 1_000.0;
        Self { state, at, took_ms, checks }
    }

    /// The HTTP status: 503 as soon as something does not work, or cannot be told.
    pub fn http_status(&self) -> u16 {
        if self.state >= HealthState::Unknown { 503 } else { 200 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_check_is_the_state_and_what_is_not_set_up_is_no_fault() {
        let check = |state| HealthCheck { name: "x".to_owned(), state, took_ms: 1.0, detail: String::new() };
        let state = |states: &[HealthState]| {
            HealthView::of(states.iter().copied().map(check).collect(), Timestamp::default()).state
        };
        assert_eq!(state(&[]), HealthState::NotConfigured);
        assert_eq!(state(&[HealthState::NotConfigured, HealthState::Ok]), HealthState::Ok);
        assert_eq!(state(&[HealthState::Warning, HealthState::Ok]), HealthState::Warning);
        assert_eq!(state(&[HealthState::Critical, HealthState::Unknown]), HealthState::Critical);
    }

    #[test]
    fn supervisors_get_503_only_for_what_does_not_work() {
        let status = |state| HealthView { state, ..HealthView::default() }.http_status();
        assert_eq!([HealthState::NotConfigured, HealthState::Ok, HealthState::Warning].map(status), [200; 3]);
        assert_eq!([HealthState::Unknown, HealthState::Critical].map(status), [503; 2]);
    }

    #[test]
    fn every_part_has_its_word() {
        for part in HealthPart::ALL {
            assert_eq!(HealthPart::named(part.as_str()), Some(part));
        }
        assert_eq!(HealthPart::named("board"), None);
    }
}
