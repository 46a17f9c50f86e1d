//! macOS: what `pmset`, `fdesetup`, `defaults` and `tmutil` print.

use chrono::NaiveDateTime;

use super::check::{absent, count, ok, warning};
use crate::time::{Span, Timestamp};
use crate::view::CheckView;

/// Time Machine works every hour; after so long something is wrong.
const OLD_BACKUP: Span = Span::from_days(2);

/// `pmset -g custom`: the settings on mains power, of which each line is a name and a number.
fn setting(text: &str, name: &str) -> Option<i64> {
    let mains = text.split_once("AC Power:").map_or(text, |(_, rest)| rest);
    let of_mains = mains.lines().take_while(|line| !line.ends_with("Power:"));
    of_mains.map(str::trim).find_map(|line| {
        let rest = line.strip_prefix(name)?.strip_prefix([' ', '\t'])?;
        rest.split_whitespace().next()?.parse().ok()
    })
}

/// Whether it sleeps when nobody uses it.
pub fn sleep(pmset: &str) -> CheckView {
    const NAME: &str = "sleep";
    match setting(pmset, "sleep") {
        Some(0) => ok(NAME, "it does not sleep on mains power"),
        Some(minutes) => warning(
            NAME,
            format!("it sleeps after {minutes} min without a user"),
            "a Mac that sleeps serves nobody, measures nothing and runs no backup",
            "System Settings, Energy, \"Prevent automatic sleeping when the display is off\"; or `sudo pmset -c sleep 0`",
        ),
        None => absent(NAME, "pmset does not tell"),
    }
}

/// Whether it starts by itself when power returns.
pub fn power_failure(pmset: &str) -> CheckView {
    const NAME: &str = "power failure";
    match setting(pmset, "autorestart") {
        Some(0) => warning(
            NAME,
            "it stays off after a power failure",
            "everything that it serves is away until somebody presses the button",
            "System Settings, Energy, \"Start up automatically after a power failure\"; or `sudo pmset -a autorestart 1`",
        ),
        Some(_) => ok(NAME, "it starts again after a power failure"),
        None => absent(NAME, "this Mac has no such setting"),
    }
}

/// FileVault and automatic login, from `fdesetup status` and the loginwindow's `autoLoginUser`: either way a restart may
/// need somebody.
pub fn unattended_restart(fdesetup: Option<&str>, auto_login: Option<&str>, machine_service: bool) -> CheckView {
    const NAME: &str = "unattended restart";
    let Some(status) = fdesetup else { return absent(NAME, "fdesetup does not tell whether FileVault is on") };
    if status.contains("FileVault is On") {
        return warning(
            NAME,
            "FileVault is on: after a restart nothing runs until somebody types the password",
            "after a power failure at night the machine stays away until the morning",
            "accept it knowingly, or switch FileVault off on a Mac that nobody can carry away; `sudo fdesetup authrestart` \
             restarts once without asking",
        );
    }
    match auto_login.map(str::trim).filter(|user| !user.is_empty()) {
        _ if machine_service => ok(NAME, "FileVault is off, and the engine starts with the machine"),
        Some(user) => ok(NAME, format!("FileVault is off, and {user} is logged in by itself")),
        None => warning(
            NAME,
            "FileVault is off, but nobody is logged in after a restart",
            "apps of a user, Ollama's among them, start only when that user logs in",
            "have services installed for the machine (`sudo caretaker service install --system`), or switch automatic login on",
        ),
    }
}

/// Updates that macOS itself found, `LastRecommendedUpdatesAvailable` of com.apple.SoftwareUpdate; nothing is asked over
/// the network.
pub fn updates(recommended: Option<&str>) -> CheckView {
    const NAME: &str = "updates";
    match recommended.and_then(|text| text.trim().parse::<usize>().ok()) {
        Some(0) => ok(NAME, "macOS knows of no pending update"),
        Some(number) => warning(
            NAME,
            format!("{} of macOS pending", count(number, "update")),
            "most break-ins use holes for which a correction exists already",
            "System Settings, General, Software Update, at a quiet hour: most of them restart the Mac",
        ),
        None => absent(NAME, "macOS left no record of a search for updates"),
    }
}

/// Time Machine, from `tmutil destinationinfo` and `tmutil latestbackup`; the local time there is taken as UTC, half a day
/// does not matter.
pub fn time_machine(destinations: Option<&str>, latest: Option<&str>, now: Timestamp) -> CheckView {
    const NAME: &str = "Time Machine";
    const WHY: &str = "a disk that dies takes with it whatever no backup holds";
    if destinations.is_none_or(|text| !text.lines().any(|line| line.starts_with("ID") || line.contains("Mount Point")))
    {
        let hint = "System Settings, General, Time Machine; Caretaker's own backups are another way";
        return warning(NAME, "no disk for backups is set up", WHY, hint);
    }
    let Some(at) = latest.and_then(stamp) else {
        let hint = "`tmutil latestbackup` needs Full Disk Access: System Settings, Privacy & Security";
        let mut found = absent(NAME, "it is set up, and when it last ran cannot be read");
        hint.clone_into(&mut found.hint);
        return found;
    };
    let age = now.since(at).or_zero();
    if age > OLD_BACKUP {
        let hint = "see that its disk is connected and has room; `tmutil startbackup` begins one";
        return warning(NAME, format!("the last backup is {} old", age.in_words()), WHY, hint);
    }
    ok(NAME, format!("the last backup is {} old", age.in_words()))
}

/// The time in the name of the newest backup: `2026-11-20-093012.backup`.
fn stamp(path: &str) -> Option<Timestamp> {
    let name = path.trim().rsplit('/').next()?;
    let time = NaiveDateTime::parse_from_str(name.get(..17)?, "%Y-%m-%d-%H%M%S").ok()?;
    Some(Timestamp::from_millis(time.and_utc().timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::CheckState::{self, Absent, Ok, Warning};

    const MINI: &str = "AC Power:\n Sleep On Power Button 1\n autorestart          0\n powernap             1\n \
        networkoversleep     0\n disksleep            10\n sleep                0\n ttyskeepawake        1\n \
        hibernatemode        0\n womp                 1\n displaysleep         10\n tcpkeepalive         1\n";
    const BOOK: &str = "Battery Power:\n sleep                1\n disksleep            10\nAC Power:\n sleep                \
        15 (sleep prevented by powerd)\n disksleep            10\n";

    #[test]
    fn energy_settings_are_those_on_mains_power() {
        assert_eq!((sleep(MINI).state, power_failure(MINI).state), (Ok, Warning));
        assert_eq!((sleep(BOOK).state, power_failure(BOOK).state), (Warning, Absent));
        assert!(sleep(BOOK).detail.contains("15 min"));
        assert_eq!(power_failure(&MINI.replace("autorestart          0", "autorestart          1")).state, Ok);
        assert_eq!(sleep("").state, Absent);
    }

    #[test]
    fn a_restart_that_needs_somebody_is_found() {
        let state = |vault, login, machine| unattended_restart(vault, login, machine).state;
        assert_eq!(state(Some("FileVault is On.\n"), Some("ann"), true), Warning);
        assert_eq!(state(Some("FileVault is Off.\n"), Some("ann\n"), false), Ok);
        assert_eq!(state(Some("FileVault is Off.\n"), None, false), Warning);
        assert_eq!(state(Some("FileVault is Off.\n"), None, true), Ok);
        assert_eq!(state(None, None, true), Absent);
    }

    #[test]
    fn updates_are_what_macos_found_itself() {
        let state = |text| -> CheckState { updates(text).state };
        assert_eq!([state(Some("0\n")), state(Some("2\n")), state(None)], [Ok, Warning, Absent]);
    }

    #[test]
    fn the_age_of_the_newest_backup_counts() {
        let now = stamp("2026-11-21-080000").unwrap();
        let there = Some(
            "====\n> Name          : Backup\nKind          : Local\nMount Point   : /Volumes/Backup\nID            : A\n",
        );
        let path = |name: &str| Some(format!("/Volumes/.timemachine/A/{name}.backup/{name}.backup\n"));
        let judged = |latest: Option<String>| time_machine(there, latest.as_deref(), now);
        assert_eq!(judged(path("2026-11-21-070000")).state, Ok);
        let old = judged(path("2026-11-11-080000"));
        assert!(old.state == Warning && old.detail.contains("10 d"), "{old:?}");
        assert_eq!(judged(None).state, Absent);
        assert_eq!(time_machine(Some("tmutil: No destinations configured.\n"), None, now).state, Warning);
    }
}
