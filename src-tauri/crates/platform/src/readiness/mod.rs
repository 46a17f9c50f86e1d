//! What this machine offers, as plain data for `doctor`. Nothing is started to find out: no daemon, no program.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::bus::Bus;
use crate::files::free_bytes;
use crate::home::Home;

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "macos")]
mod macos;

#[cfg(target_os = "linux")]
use linux as native;
#[cfg(target_os = "macos")]
use macos as native;

/// Programs that some features call, if they are there.
pub const PROGRAMS: [&str; 6] = ["pg_dump", "sqlite3", "zstd", "age", "smartctl", native::SERVICE_PROGRAM];

/// Everything at once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Readiness {
    /// Windows can be opened.
    pub display: bool,
    /// The desktop, as far as notifications and the tray need it.
    pub desktop: DesktopReadiness,
    /// Bytes that may still be written to the disk of the home folder; none if it cannot be asked.
    pub home_free_bytes: Option<u64>,
    /// Other users cannot look into the home folder.
    pub home_private: bool,
    /// What can keep the engine alive without a login: `systemd`, `launchd`.
    pub service_supervisor: Option<&'static str>,
    /// The kernel tells how long work waited (PSI).
    pub pressure_stalls: bool,
    /// Where each program of [`PROGRAMS`] lies, if anywhere.
    pub programs: BTreeMap<&'static str, Option<PathBuf>>,
}

/// What answers on the desktop.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DesktopReadiness {
    /// There is a session to show something in.
    pub session: bool,
    /// Why not, if not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_error: Option<String>,
    /// Who shows notifications.
    pub notifications: NotificationReadiness,
    /// Somebody shows tray icons.
    pub tray: bool,
}

/// Who shows notifications.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum NotificationReadiness {
    /// Nobody.
    #[default]
    Absent,
    /// Nobody yet; the first notification starts one.
    Startable,
    /// This program.
    Running {
        /// Product: `dunst`, `gnome-shell`.
        name: String,
        /// Who makes it.
        vendor: String,
        /// Its version.
        version: String,
        /// What it can do: `actions`, `body-markup`.
        capabilities: Vec<String>,
    },
    /// Somebody has the place and does not answer.
    Silent {
        /// What was said instead.
        why: String,
    },
    /// The tray app shows them through the system; a program without a window cannot.
    ByTheApp,
}

impl Readiness {
    /// Looks at everything; a few milliseconds, at most a few seconds when the desktop hangs.
    pub async fn check(bus: &Bus, home: &Home) -> Self {
        let path = std::env::var_os("PATH").unwrap_or_default();
        Self {
            display: crate::desktop::has_display(),
            desktop: native::desktop(bus).await,
            home_free_bytes: free_bytes(home.folder()).ok(),
            home_private: home.is_private(),
            service_supervisor: native::service_supervisor(),
            pressure_stalls: Path::new("/proc/pressure/cpu").exists(),
            programs: PROGRAMS.into_iter().map(|name| (name, find_in(&path, name))).collect(),
        }
    }
}

/// What answers on the desktop, asked now.
pub(crate) async fn desktop(bus: &Bus) -> DesktopReadiness {
    native::desktop(bus).await
}

/// What keeps programs alive on this machine without a login, if anything does.
pub fn service_supervisor() -> Option<&'static str> {
    native::service_supervisor()
}

/// Where a program lies on the search path, without running it.
pub fn find_program(name: &str) -> Option<PathBuf> {
    find_in(&std::env::var_os("PATH")?, name)
}

fn find_in(path: &OsStr, name: &str) -> Option<PathBuf> {
    // Administration programs lie where the search path of a plain user does not lead.
    let folders = std::env::split_paths(path).chain(["/usr/sbin", "/sbin"].map(PathBuf::from));
    let runnable = |file: &PathBuf| {
        std::fs::metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
    };
    folders.filter(|folder| folder.is_absolute()).map(|folder| folder.join(name)).find(runnable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_a_file_that_may_be_run() {
        let folder = tempfile::tempdir().unwrap();
        let (program, text) = (folder.path().join("tool-of-this-test"), folder.path().join("text-of-this-test"));
        for (path, mode) in [(&program, 0o755), (&text, 0o644)] {
            crate::files::write_atomic(path, b"", mode).unwrap();
        }
        let path = folder.path().as_os_str();
        assert_eq!(find_in(path, "tool-of-this-test"), Some(program));
        assert_eq!(find_in(path, "text-of-this-test"), None);
        assert_eq!(find_in(OsStr::new("relative:"), "tool-of-this-test"), None);
    }
}
