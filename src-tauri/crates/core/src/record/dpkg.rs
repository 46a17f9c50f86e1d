//! What Debian's package manager did, from `/var/log/dpkg.log`: `2026-11-28 22:44:31 upgrade curl:amd64 8.1 8.2`, in local time.

use chrono::{NaiveDateTime, TimeZone};

use super::packages::together;
use crate::alert::RecentChange;
use crate::time::{Timestamp, first_shown};

/// Installed, upgraded and removed packages since `since`, the newest first; what came together is one change.
pub fn parse_dpkg<Z: TimeZone>(text: &str, since: Timestamp, zone: &Z) -> Vec<RecentChange> {
    together(text.lines().filter_map(|line| entry(line, zone)).filter(|(at, ..)| *at >= since))
}

fn entry<'l, Z: TimeZone>(line: &'l str, zone: &Z) -> Option<(Timestamp, &'static str, &'l str)> {
    let (date, rest) = line.split_once(' ')?;
    let (time, rest) = rest.split_once(' ')?;
    let mut words = rest.split(' ');
    let verb = match words.next()? {
        "install" => "Installed",
        "upgrade" => "Upgraded",
        "remove" | "purge" => "Removed",
        _ => return None,
    };
    let package = words.next()?.split(':').next()?;
    let at = NaiveDateTime::parse_from_str(&format!("{date} {time}"), "%Y-%m-%d %H:%M:%S").ok()?;
    Some((first_shown(at, zone)?, verb, package))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::Utc;

    const RECORDED: &str = include_str!("../../../../../tests/fixtures/logs/dpkg.log");

    #[test]
    fn what_was_installed_together_is_one_change() {
        let changes = parse_dpkg(RECORDED, "2026-11-27T22:00:00Z".parse().unwrap(), &Utc);
        let texts: Vec<_> = changes.iter().map(|change| (change.at.to_string(), change.text.as_str())).collect();
        assert_eq!(
            texts,
            [
                ("2026-11-28T20:10:09.000Z".to_owned(), "Removed the package nano"),
                ("2026-11-28T20:00:04.000Z".to_owned(), "Upgraded 4 packages: libsystemd0, libc-bin, curl and others"),
                ("2026-11-28T08:12:01.000Z".to_owned(), "Installed the packages jq, libjq1"),
            ]
        );
    }
}
