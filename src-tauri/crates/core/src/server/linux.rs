//! Linux: systemd's sleep targets, logind, crypttab, and what the package tools left as records.

use super::check::{absent, count, ok, warning};
use super::debian;
use crate::time::{Span, Timestamp};
use crate::view::CheckView;

const SLEEP_WHY: &str = "a machine that sleeps serves nobody, measures nothing and runs no backup";
const UPDATES_WHY: &str = "most break-ins use holes for which a correction exists already";
/// Lists of packages older than this say little about what is pending.
const OLD_LISTS: Span = Span::from_days(14);

/// What was read about sleep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SleepRecords {
    /// `/sys/power/state`: the ways to sleep that the kernel knows.
    pub kernel: Option<String>,
    /// Those of `sleep`, `suspend`, `hibernate` and `hybrid-sleep` whose targets are masked.
    pub masked: Vec<String>,
    /// The files of logind's configuration, in the order in which they count.
    pub logind: Vec<String>,
    /// It has a lid.
    pub lid: bool,
}

/// Whether something sends it to sleep.
pub fn sleep(records: &SleepRecords) -> CheckView {
    const NAME: &str = "sleep";
    let hint = "`sudo systemctl mask sleep.target suspend.target hibernate.target hybrid-sleep.target`";
    let way = |way: &&str| matches!(*way, "mem" | "disk" | "standby" | "freeze");
    if records.kernel.as_ref().is_none_or(|kernel| kernel.split_whitespace().find(way).is_none()) {
        return ok(NAME, "this machine cannot sleep");
    }
    if ["sleep", "suspend"].iter().any(|target| records.masked.iter().any(|masked| masked == target)) {
        return ok(NAME, "sleep is switched off: its targets are masked");
    }
    let idle = last_value(&records.logind, "IdleAction").unwrap_or("ignore");
    if !matches!(idle, "ignore" | "lock") {
        return warning(NAME, format!("logind does `{idle}` when nobody uses it (IdleAction)"), SLEEP_WHY, hint);
    }
    let lid = last_value(&records.logind, "HandleLidSwitch").unwrap_or("suspend");
    if records.lid && !matches!(lid, "ignore" | "lock") {
        let fix = "`HandleLidSwitch=ignore` in a file in /etc/systemd/logind.conf.d/, then restart systemd-logind";
        return warning(NAME, format!("closing the lid does `{lid}`"), SLEEP_WHY, fix);
    }
    let mut found = ok(NAME, "nothing sends it to sleep by itself; a desktop's own energy settings are not looked at");
    hint.clone_into(&mut found.hint);
    found
}

/// The last assignment of a key in files that count in this order.
fn last_value<'a>(files: &'a [String], key: &str) -> Option<&'a str> {
    let lines = files.iter().flat_map(|file| file.lines());
    let values = lines.filter_map(|line| line.trim().strip_prefix(key)?.trim_start().strip_prefix('='));
    values.map(str::trim).rfind(|value| !value.is_empty())
}

/// Whether it comes back after a power failure: only the firmware knows.
pub fn power_failure(virtual_machine: bool) -> CheckView {
    const NAME: &str = "power failure";
    if virtual_machine {
        return absent(NAME, "a virtual machine or container comes back with its host");
    }
    let mut found = absent(NAME, "whether it starts again by itself is a setting of the firmware that cannot be read");
    "look for \"Restore on AC power loss\" in the firmware's setup and set it to on".clone_into(&mut found.hint);
    found
}

/// Whether a start waits for somebody to type a passphrase: `/etc/crypttab`, see crypttab(5).
pub fn encryption(crypttab: Option<&str>) -> CheckView {
    const NAME: &str = "disk encryption";
    let typed = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let key = fields.get(2).copied().unwrap_or("none");
        let options = fields.get(3).copied().unwrap_or_default();
        let by_itself = ["tpm2-device=", "fido2-device=", "pkcs11-uri=", "keyscript=", "noauto"];
        let asked = matches!(key, "none" | "-") && !by_itself.iter().any(|option| options.contains(option));
        asked.then(|| fields.first().copied().unwrap_or_default().to_owned())
    };
    let lines = crypttab.unwrap_or_default().lines().map(str::trim);
    let asked: Vec<String> =
        lines.filter(|line| !line.is_empty() && !line.starts_with('#')).filter_map(typed).collect();
    if asked.is_empty() {
        return ok(NAME, "no disk waits for a passphrase at the start");
    }
    warning(
        NAME,
        format!("a start waits for the passphrase of {}", asked.join(", ")),
        "after a power failure the machine stays away until somebody comes by and types it",
        "bind the key to the machine with `systemd-cryptenroll --tpm2-device=auto`, or accept it knowingly",
    )
}

/// What the package tools left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UpdateRecords {
    /// Ubuntu's own count, `/var/lib/update-notifier/updates-available`.
    pub notifier: Option<String>,
    /// What is installed, `/var/lib/dpkg/status`; none where there is no dpkg.
    pub installed: Option<String>,
    /// The lists of packages with security updates, as last fetched.
    pub security_lists: Vec<String>,
    /// When lists were last fetched.
    pub lists_at: Option<Timestamp>,
    /// The files of apt's configuration, in the order in which they count.
    pub apt: Vec<String>,
}

/// Pending updates, and whether the lists that say so are fresh.
pub fn updates(records: &UpdateRecords, now: Timestamp) -> CheckView {
    const NAME: &str = "updates";
    let Some(installed) = &records.installed else {
        return absent(NAME, "only the records of apt are known here");
    };
    let automatic = automatic_updates(&records.apt);
    let hint = if automatic {
        "they install by themselves (unattended-upgrades); `sudo apt upgrade` does it now"
    } else {
        "`sudo apt update && sudo apt upgrade`; the package unattended-upgrades does it by itself"
    };
    if let Some(number) = records.notifier.as_deref().and_then(security_of_notifier).filter(|number| *number > 0) {
        return warning(NAME, count(number, "security update") + " pending", UPDATES_WHY, hint);
    }
    let pending = debian::pending(installed, &records.security_lists);
    if !pending.is_empty() {
        let some = pending.iter().take(4).cloned().collect::<Vec<_>>().join(", ");
        let more = if pending.len() > 4 { ", …" } else { "" };
        let text = format!("{} pending: {some}{more}", count(pending.len(), "security update"));
        return warning(NAME, text, UPDATES_WHY, hint);
    }
    match records.lists_at {
        Some(at)
            if now.since(at) <= OLD_LISTS && !(records.security_lists.is_empty() && records.notifier.is_none()) =>
        {
            let by = if automatic { ", and later ones install by themselves" } else { "" };
            ok(NAME, format!("no security update is pending{by}"))
        }
        Some(at) if now.since(at) > OLD_LISTS => {
            let age = now.since(at).in_words();
            warning(NAME, format!("nobody looked for updates for {age}"), UPDATES_WHY, hint)
        }
        Some(_) | None => absent(NAME, "there are no lists of security updates to compare with"),
    }
}

/// `12 updates can be applied immediately.\n5 of these updates are standard security updates.`
fn security_of_notifier(text: &str) -> Option<usize> {
    let line = text.lines().find(|line| line.contains("security"))?;
    line.split_whitespace().find_map(|word| word.parse().ok())
}

fn automatic_updates(files: &[String]) -> bool {
    let setting = |line: &str| {
        let value = line.trim().strip_prefix("APT::Periodic::Unattended-Upgrade")?;
        Some(value.trim().trim_end_matches(';').trim_matches('"') != "0")
    };
    files.iter().flat_map(|file| file.lines()).filter_map(setting).next_back().unwrap_or(false)
}

/// Whether installed updates wait for a restart; `packages` are those that asked for it.
pub fn restart(required: bool, packages: Option<&str>) -> CheckView {
    const NAME: &str = "restart";
    if !required {
        return ok(NAME, "no update waits for a restart");
    }
    let names: Vec<&str> = packages.unwrap_or_default().lines().filter(|line| !line.is_empty()).take(4).collect();
    let of = if names.is_empty() { String::new() } else { format!(" of {}", names.join(", ")) };
    warning(
        "restart",
        format!("an update{of} waits for a restart"),
        "until then the old version with its holes is the one that runs",
        "restart at a quiet hour: `sudo systemctl reboot`",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::view::CheckState;

    #[test]
    fn what_sends_it_to_sleep_is_found() {
        let records = |logind: &[&str], lid| SleepRecords {
            kernel: Some("freeze mem disk\n".to_owned()),
            logind: logind.iter().map(ToString::to_string).collect(),
            lid,
            ..SleepRecords::default()
        };
        for (found, expected) in [
            (SleepRecords::default(), CheckState::Ok),
            (SleepRecords { kernel: Some("\n".to_owned()), ..SleepRecords::default() }, CheckState::Ok),
            (records(&["[Login]\n#IdleAction=suspend\n"], false), CheckState::Ok),
            (records(&["IdleAction=suspend\n"], false), CheckState::Warning),
            (records(&["IdleAction=suspend\n", "[Login]\nIdleAction = ignore\n"], false), CheckState::Ok),
            (records(&[], true), CheckState::Warning),
            (records(&["HandleLidSwitch=ignore"], true), CheckState::Ok),
            (records(&["HandleLidSwitchDocked=ignore"], true), CheckState::Warning),
            (
                SleepRecords { masked: vec!["suspend".to_owned()], ..records(&["IdleAction=suspend"], true) },
                CheckState::Ok,
            ),
        ] {
            let check = sleep(&found);
            assert_eq!(check.state, expected, "{found:?}: {check:?}");
            assert_eq!(check.state == CheckState::Warning, !check.why.is_empty());
        }
    }

    #[test]
    fn a_passphrase_that_somebody_must_type_is_found() {
        for (text, expected) in [
            ("", CheckState::Ok),
            ("# root UUID=1 none luks\n", CheckState::Ok),
            ("root UUID=1 none luks,discard\n", CheckState::Warning),
            ("root UUID=1\n", CheckState::Warning),
            ("root UUID=1 none luks,tpm2-device=auto\n", CheckState::Ok),
            ("data UUID=2 /etc/keys/data luks\n", CheckState::Ok),
        ] {
            assert_eq!(encryption(Some(text)).state, expected, "{text}");
        }
    }

    #[test]
    fn pending_updates_are_told_from_stale_knowledge() {
        let now = Timestamp::from_millis(1_800_000_000_000);
        let records = UpdateRecords {
            installed: Some("Package: zip\nStatus: install ok installed\nVersion: 3.0-13\n\n".to_owned()),
            lists_at: Some(now - Span::from_days(1)),
            security_lists: vec!["Package: zip\nVersion: 3.0-13\n".to_owned()],
            ..UpdateRecords::default()
        };
        assert_eq!(updates(&records, now).state, CheckState::Ok);
        let newer = vec!["Package: zip\nVersion: 3.0-13+deb12u1\n".to_owned()];
        let pending = updates(&UpdateRecords { security_lists: newer, ..records.clone() }, now);
        assert!(pending.state == CheckState::Warning && pending.detail.contains("1 security update pending: zip"));
        let stale = updates(&UpdateRecords { lists_at: Some(now - Span::from_days(30)), ..records.clone() }, now);
        assert!(stale.state == CheckState::Warning && stale.detail.contains("30 d"), "{stale:?}");
        let unknown = UpdateRecords { security_lists: Vec::new(), ..records.clone() };
        assert_eq!(updates(&unknown, now).state, CheckState::Absent, "nothing to compare with is no ok");
        assert_eq!(updates(&UpdateRecords::default(), now).state, CheckState::Absent);
        let ubuntu = "\n12 updates can be applied immediately.\n5 of these updates are standard security updates.\n";
        let apt = vec!["APT::Periodic::Unattended-Upgrade \"1\";\n".to_owned()];
        let told = updates(&UpdateRecords { notifier: Some(ubuntu.to_owned()), apt, ..records }, now);
        assert!(told.detail.starts_with("5 security") && told.hint.contains("by themselves"), "{told:?}");
    }

    #[test]
    fn a_restart_that_is_waited_for_names_who_waits() {
        assert_eq!(restart(false, None).state, CheckState::Ok);
        assert!(restart(true, Some("linux-image-6.1\nlibc6\n")).detail.contains("linux-image-6.1, libc6"));
    }
}
