//! Whether Caretaker itself works, as load balancers, supervisors and scripts ask it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::time::Timestamp;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// As it should be.
    Ok,
    /// Works, but not as well as it could.
    Warning,
    /// Does not work.
    Failed,
    /// Not set up; never an invented ok, and no fault.
    NotConfigured,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HealthCheck {
    /// What was checked: `rounds`, `samples`, `state`, `space`, `configuration`, `models`.
    pub name: String,
    /// How it came out.
    pub state: HealthState,
    /// How long it took, in milliseconds.
    pub took_ms: f64,
    /// What was found.
    pub detail: String,
}

/// All checks of a question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct HealthView {
    /// The worst of the checks; `not_configured` only when nothing else was asked about.
    pub state: HealthState,
    /// When they were made.
    pub at: Timestamp,
    /// How long all of them took, in milliseconds.
    pub took_ms: f64,
    /// One after another.
    pub checks: Vec<HealthCheck>,
}

impl HealthView {
    /// The view over these checks.
    pub fn of(at: Timestamp, checks: Vec<HealthCheck>) -> Self {
        let some = |state| checks.iter().any(|check| check.state == state);
        let worst = [HealthState::Failed, HealthState::Warning, HealthState::Ok];
        let state = worst.into_iter().find(|state| some(*state)).unwrap_or(HealthState::NotConfigured);
        let took_ms = checks.iter().map(|check| check.took_ms).sum();
        Self { state, at, took_ms, checks }
    }

    /// The HTTP status: 503 as soon as a check failed.
    pub fn http_status(&self) -> u16 {
        if self.state == HealthState::Failed { 503 } else { 200 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_counts_and_what_is_not_set_up_spoils_nothing() {
        use HealthState::{Failed, NotConfigured, Ok, Warning};
        for (states, expected, status) in [
            (vec![Ok, NotConfigured], Ok, 200),
            (vec![Ok, Warning], Warning, 200),
            (vec![Warning, Failed, Ok], Failed, 503),
            (vec![NotConfigured], NotConfigured, 200),
        ] {
            let check = |state| HealthCheck { name: String::new(), state, took_ms: 0.5, detail: String::new() };
            let view = HealthView::of(Timestamp::from_millis(0), states.into_iter().map(check).collect());
            assert_eq!((view.state, view.http_status()), (expected, status));
        }
    }
}
