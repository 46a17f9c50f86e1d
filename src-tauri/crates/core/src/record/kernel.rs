//! The kernel's ring as `dmesg --decode --time-format iso` prints it: `kern  :warn  : 2026-11-28T22:44:40,250312+00:00 words`.

use super::{Record, RecordLevel};
use crate::time::Timestamp;

/// The records of the kernel that are warnings or worse.
pub fn parse_kernel(text: &str) -> Vec<Record> {
    text.lines().filter_map(record).collect()
}

fn record(line: &str) -> Option<Record> {
    let (_, rest) = line.split_once(':')?;
    let (level, rest) = rest.split_once(':')?;
    let level = match level.trim() {
        "emerg" | "alert" | "crit" => RecordLevel::Critical,
        "err" => RecordLevel::Error,
        "warn" => RecordLevel::Warning,
        _ => return None,
    };
    let (stamp, message) = rest.trim_start().split_once(' ')?;
    // ISO 8601 allows the comma; RFC 3339 wants a point.
    let at: Timestamp = stamp.replace(',', ".").parse().ok()?;
    Some(Record::new(at, level, "kernel", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORDED: &str = include_str!("../../../../../tests/fixtures/logs/dmesg.txt");

    #[test]
    fn a_recorded_ring_is_read() {
        let records = parse_kernel(RECORDED);
        assert_eq!(records.len(), 5);
        assert_eq!(records[0].message, "[Firmware Bug]: TSC doesn't count with P0 frequency!");
        assert_eq!(
            (records[1].level, records[1].at.to_string()),
            (RecordLevel::Critical, "2026-11-28T22:44:40.250Z".to_owned())
        );
    }

    #[test]
    fn what_is_no_ring_gives_nothing() {
        assert_eq!(parse_kernel("dmesg: read kernel buffer failed: Operation not permitted\nkern  :info  : x y\n"), []);
    }
}
