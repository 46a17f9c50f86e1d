//! The few variables that every program gets. Credentials and switches of whoever started Caretaker are not among them.

use std::ffi::OsString;

/// Where programs lie when this process has no search path of its own, as under launchd.
const SEARCH_PATH: &str = "/usr/local/bin:/opt/homebrew/bin:/usr/bin:/bin:/usr/sbin:/sbin";
/// Passed on as they are: who, where, which language, and the way to the session.
const PASSED_ON: [&str; 9] =
    ["PATH", "HOME", "USER", "LOGNAME", "LANG", "TZ", "TMPDIR", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"];

/// The environment of a program.
pub(super) fn clean() -> Vec<(&'static str, OsString)> {
    let mut variables: Vec<_> =
        PASSED_ON.into_iter().filter_map(|name| Some((name, std::env::var_os(name)?))).collect();
    if !variables.iter().any(|(name, _)| *name == "PATH") {
        variables.push(("PATH", SEARCH_PATH.into()));
    }
    // Numbers and dates are read by parsers.
    variables.push(("LC_ALL", "C".into()));
    variables
}
