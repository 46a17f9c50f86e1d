//! Linux: the desktop decides; there is nothing to grant beyond it.

use caretaker_core::port::CommandLine;
use caretaker_core::view::{Permission, PermissionView};

/// Why an icon does not show.
pub const HIDDEN_ICON: &str = "Nobody shows tray icons on this desktop. On GNOME, the extension AppIndicator does.";

/// Nothing else is asked for.
pub fn more() -> Vec<PermissionView> {
    Vec::new()
}

/// The settings of the two desktops that have a page for it.
pub fn settings(permission: Permission) -> Option<CommandLine> {
    match permission {
        Permission::Notifications => ["gnome-control-center", "xfce4-notifyd-config"]
            .into_iter()
            .find(|name| crate::readiness::find_program(name).is_some())
            .map(|name| CommandLine::new(name, (name == "gnome-control-center").then_some("notifications"))),
        Permission::TrayIcon | Permission::FullDiskAccess => None,
    }
}
