//! Identities made from what they identify, so that judging the same rounds again gives the same alerts and notices
//! and storing them again changes nothing.

use super::AlertId;
use crate::metric::SeriesKey;
use crate::notice::{NoticeId, NoticeKind};
use crate::rule::{Level, Rule};
use crate::time::Timestamp;

/// 64-bit FNV-1a (draft-eastlake-fnv): stable across programs and versions, unlike the standard library's hasher.
fn fnv1a(seed: u64, bytes: &[u8]) -> u64 {
    let start = 0xcbf2_9ce4_8422_2325 ^ seed;
    bytes.iter().fold(start, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3))
}

/// Lays out a stamp and two hashes as RFC 9562 UUIDv8 text; it sorts by time as a UUIDv7 does.
fn identity(at: Timestamp, text: &str) -> String {
    let millis = at.as_millis() as u64 & 0xffff_ffff_ffff;
    let (first, second) = (fnv1a(0, text.as_bytes()), fnv1a(0x9e37_79b9_7f4a_7c15, text.as_bytes()));
    // FNV's low bits mix best, its high bits hardly for short texts.
    let first = first ^ (first >> 32);
    let second = second ^ (second >> 29);
    format!(
        "{:08x}-{:04x}-8{:03x}-{:04x}-{:012x}",
        millis >> 16,
        millis & 0xffff,
        first & 0xfff,
        0x8000 | (first >> 12) & 0x3fff,
        second & 0xffff_ffff_ffff,
    )
}

/// The alert that `rule` raises on `series` for a breach that began at `since`.
pub fn alert_id(rule: &Rule, series: &SeriesKey, since: Timestamp) -> AlertId {
    AlertId(identity(since, &format!("{} {series}", rule.id)))
}

/// The notice that tells of `alert` what `kind` and `level` say, decided at `at`.
pub fn notice_id(alert: &AlertId, channel: &str, kind: NoticeKind, level: Level, at: Timestamp) -> NoticeId {
    NoticeId(identity(at, &format!("{} {channel} {kind:?} {level}", alert.0)))
}

/// What two versions of a rule are compared by.
pub fn meaning(rule: &Rule) -> u64 {
    fnv1a(0, rule.meaning().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identities_are_stable_sort_by_time_and_differ_by_text() {
        let (early, late) = (Timestamp::from_millis(1_000_000), Timestamp::from_millis(2_000_000));
        assert_eq!(identity(early, "cpu-high"), identity(early, "cpu-high"));
        assert!(identity(early, "z") < identity(late, "a"));
        assert_ne!(identity(early, "cpu-high host.cpu.usage"), identity(early, "cpu-high host.cpu.usagf"));
        assert_eq!(identity(early, "x").len(), 36);
    }
}
