//! The machine and Caretaker's own set-up, checked.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How a check came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CheckState {
    /// As it should be.
    Ok,
    /// Works, but not as well as it could.
    Warning,
    /// Does not work.
    Failed,
    /// This machine does not have it, or it is not set up: no fault.
    Absent,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CheckView {
    /// Group: `engine`, `home`, `network`, `desktop`, `sensors`, `programs`, `server`, `degraded`.
    pub group: String,
    /// What was checked.
    pub name: String,
    /// How it came out.
    pub state: CheckState,
    /// What was found.
    pub detail: String,
    /// Why that matters; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why: String,
    /// What to do; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

/// All checks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DoctorView {
    /// The worst of the checks.
    pub state: CheckState,
    /// In groups.
    pub checks: Vec<CheckView>,
}
