//! What the owner was last told of an alert on one channel.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rule::Level;
use crate::time::Span;

/// The last thing that a channel said of an alert.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Told {
    /// The level that it was told at.
    pub level: Level,
    /// How long the alert had been up when it was raised there, or told again.
    pub up: Span,
    /// Whether it was told as one of several.
    #[serde(default)]
    pub in_digest: bool,
    /// Whether it was told that it goes up and down.
    #[serde(default)]
    pub flapping: bool,
    /// Whether it was made to stay on the screen.
    #[serde(default)]
    pub persistent: bool,
}
