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
    /// What the system must let Caretaker do, as it stands now. Only what this system asks for.
    pub permissions: Vec<PermissionView>,
}

/// Something that the system or the desktop lets a program do, or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Permission {
    /// Show notifications.
    Notifications,
    /// Stand in the menu bar or tray.
    TrayIcon,
    /// Read files that the system keeps from programs (macOS).
    FullDiskAccess,
}

impl Permission {
    /// As people know it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Notifications => "Notifications",
            Self::TrayIcon => "Tray icon",
            Self::FullDiskAccess => "Full Disk Access",
        }
    }
}

/// How a permission stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PermissionState {
    /// It works.
    Granted,
    /// It does not.
    Missing,
    /// The system does not tell programs.
    Unknown,
}

/// One permission as the window shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PermissionView {
    /// Which.
    pub permission: Permission,
    /// As people know it.
    pub title: String,
    /// How it stands.
    pub state: PermissionState,
    /// What is so, or what to do.
    pub detail: String,
    /// Whether the system has a page for it that can be opened from here.
    pub has_settings: bool,
}

/// Opens the system's page for a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OpenSettingsRequest {
    /// Which.
    pub permission: Permission,
}

/// Shows a folder in the desktop's own file manager.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ShowFolderRequest {
    /// From `/`.
    pub path: String,
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
