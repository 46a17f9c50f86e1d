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

/// A sensor of this machine: where it is read, what stood there, and what becomes of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SensorView {
    /// What it measures: `gpu`, `power`, `fan`, `temperature`, `throttling`, `disk`, `memory`.
    pub part: String,
    /// Its own name; empty for a part that is absent as a whole.
    pub name: String,
    /// The file, key or call that it is read from.
    pub source: String,
    /// What stood there, as it stood there; null where it could not be read.
    pub raw: Option<String>,
    /// What that means, with its unit; null where it means nothing.
    pub value: Option<String>,
    /// The series that it fills, or has a part in; null where it is left out.
    pub series: Option<String>,
    /// Why it is absent, refused or left out; empty for one that fills a series.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What to do about that; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hint: String,
}

/// Every sensor that was looked for, read at this moment. Holds no serial numbers and no names of people or machines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SensorsView {
    /// `macOS 26.1, Apple M4, arm64`.
    pub machine: String,
    /// By part.
    pub sensors: Vec<SensorView>,
}
