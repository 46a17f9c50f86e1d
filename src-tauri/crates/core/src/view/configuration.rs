//! The configuration as doors show it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::config::{ConfigNote, ConfigProblem, Settings};
use crate::time::Timestamp;

/// Where a value in force comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OriginView {
    /// Dotted key.
    pub key: String,
    /// The value as text.
    pub value: String,
    /// `default`, `file line 3` or `environment CARETAKER_COLLECT__INTERVAL`.
    pub origin: String,
}

/// What is in force and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ConfigurationView {
    /// The file.
    pub path: String,
    /// Whether the file exists.
    pub exists: bool,
    /// Its text without credentials, empty when there is none.
    pub text: String,
    /// Everything in force, defaults filled in.
    pub settings: Settings,
    /// Key by key.
    pub origins: Vec<OriginView>,
    /// Mistakes in the file; while there are any, the last good version is in force.
    pub problems: Vec<ConfigProblem>,
    /// When the version in force was taken over.
    pub in_force_since: Option<Timestamp>,
    /// Sections that this version reads but does not act upon.
    pub unused: Vec<String>,
    /// What is written without a mistake and does not work as a person may expect.
    #[serde(default)]
    pub notes: Vec<ConfigNote>,
}

/// Text to check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ValidateRequest {
    /// A whole file.
    pub text: String,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ValidationView {
    /// Whether there is nothing wrong.
    pub valid: bool,
    /// All mistakes.
    pub problems: Vec<ConfigProblem>,
    /// Sections that this version reads but does not act upon.
    pub unused: Vec<String>,
    /// What is written without a mistake and does not work as a person may expect.
    #[serde(default)]
    pub notes: Vec<ConfigNote>,
}

/// Changes one key; comments in the file survive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SetRequest {
    /// Dotted key: `collect.interval`, `rule.cpu-high.warning.above`.
    pub key: String,
    /// The value as text; null removes the key.
    pub value: Option<String>,
}
