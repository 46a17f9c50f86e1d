//! The systems that Caretaker runs on, as far as defaults differ between them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An operating system. An argument wherever a default depends on it, so that both are tested on either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Any Linux.
    Linux,
    /// macOS.
    MacOs,
}

impl Platform {
    /// The one that this program was built for.
    pub const CURRENT: Self = if cfg!(target_os = "macos") { Self::MacOs } else { Self::Linux };
}
