//! macOS: pages of System Settings, and a look at a file that only programs with Full Disk Access may open.

use std::io::ErrorKind;

use caretaker_core::port::CommandLine;
use caretaker_core::view::{Permission, PermissionState, PermissionView};

use super::view;

/// Why an icon does not show. macOS 26 can switch off icons one by one.
pub const HIDDEN_ICON: &str =
    "The menu bar does not show it: look at Menu Bar in System Settings, and make room in the bar.";

/// The database of permissions is the one file that every Mac has and that nobody else may open.
const GUARDED: &str = "/Library/Application Support/com.apple.TCC/TCC.db";

/// Full Disk Access, which has no call that tells.
pub fn more() -> Vec<PermissionView> {
    let (state, detail) = match std::fs::File::open(GUARDED) {
        Ok(_) => (PermissionState::Granted, "Every folder can be read.".to_owned()),
        Err(error) if error.kind() == ErrorKind::PermissionDenied => {
            (PermissionState::Missing, "Mail, Photos and other guarded folders cannot be read.".to_owned())
        }
        Err(_) => (PermissionState::Unknown, "This system does not tell.".to_owned()),
    };
    vec![view(Permission::FullDiskAccess, state, detail)]
}

/// Addresses of panes, as System Settings of macOS 13 and later knows them.
pub fn settings(permission: Permission) -> Option<CommandLine> {
    let pane = match permission {
        Permission::Notifications => "x-apple.systempreferences:com.apple.Notifications-Settings.extension",
        Permission::TrayIcon => "x-apple.systempreferences:com.apple.ControlCenter-Settings.extension",
        Permission::FullDiskAccess => "x-apple.systempreferences:com.apple.preference.security?Privacy_AllFiles",
    };
    Some(CommandLine::new("/usr/bin/open", [pane]))
}
