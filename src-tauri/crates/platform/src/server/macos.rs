//! macOS: asks the programs that the system brings for this.

use caretaker_core::port::{CommandLine, Commands};
use caretaker_core::server::{listeners, macos};
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::CheckView;

use crate::command::SystemCommands;

/// Each of them answers at once or hangs.
const LIMIT: Span = Span::from_seconds(10);
const LOGIN_WINDOW: &str = "/Library/Preferences/com.apple.loginwindow";
const SOFTWARE_UPDATE: &str = "/Library/Preferences/com.apple.SoftwareUpdate";

/// All checks.
pub async fn checks(now: Timestamp, machine_service: bool) -> Vec<CheckView> {
    let (pmset, vault, login, updates, destinations, latest, open) = tokio::join!(
        ask("/usr/bin/pmset", &["-g", "custom"]),
        ask("/usr/bin/fdesetup", &["status"]),
        ask("/usr/bin/defaults", &["read", LOGIN_WINDOW, "autoLoginUser"]),
        ask("/usr/bin/defaults", &["read", SOFTWARE_UPDATE, "LastRecommendedUpdatesAvailable"]),
        ask("/usr/bin/tmutil", &["destinationinfo"]),
        ask("/usr/bin/tmutil", &["latestbackup"]),
        ask("/usr/sbin/lsof", &["-nP", "-iTCP", "-sTCP:LISTEN", "-Fcn"]),
    );
    let pmset = pmset.unwrap_or_default();
    let mut checks = vec![
        macos::sleep(&pmset),
        macos::power_failure(&pmset),
        macos::unattended_restart(vault.as_deref(), login.as_deref(), machine_service),
        macos::updates(updates.as_deref()),
        macos::time_machine(destinations.as_deref(), latest.as_deref(), now),
    ];
    checks.extend(listeners::judge(&listeners::parse_lsof(&open.unwrap_or_default())));
    checks
}

/// What it prints; none if it fails, for example because there is no such setting.
async fn ask(program: &str, arguments: &[&str]) -> Option<String> {
    let line = CommandLine::new(program, arguments.iter().copied()).within(LIMIT);
    let result = SystemCommands.run(&line).await.ok()?;
    result.succeeded().then_some(result.output)
}
