//! What belongs to the tray app alone: the window and starting at login.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The tray app as the Settings page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DesktopView {
    /// Whether it starts at login; null when that cannot be told.
    pub start_at_login: Option<bool>,
    /// Whether the tray icon shows.
    pub tray: bool,
    /// What a person should know of it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// Switches starting at login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StartAtLoginRequest {
    /// On or off.
    pub enabled: bool,
}

/// Opens the window, or brings it to the front.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenWindowRequest {
    /// Where: `overview`, `alerts/<id>`; empty for where it is.
    #[serde(default)]
    pub route: String,
}

/// Whether somebody could open it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenWindowView {
    /// False when no tray app is attached.
    pub opened: bool,
}
