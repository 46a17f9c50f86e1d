//! "Look again": hints that a door pushes. They carry no facts; who misses one misses nothing.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A hint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "topic", rename_all = "snake_case")]
pub enum Hint {
    /// The first message on every stream.
    Hello,
    /// A round was made: values changed.
    Round,
    /// Alerts, quiet, degraded parts or operations changed.
    Status,
    /// The configuration changed.
    Configuration,
    /// Backups, or work on archives, went on.
    Backups,
    /// A tray app is asked to open its window.
    OpenWindow {
        /// Where.
        route: String,
    },
}
