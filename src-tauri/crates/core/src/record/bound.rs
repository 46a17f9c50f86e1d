//! How much of a log is kept with an alert: repeated lines once, long lines shortened, and a bound over all of them.

use super::Record;

/// Bytes of records kept on either side of the moment; both together stay below 16 KB.
pub const MOST_BYTES: usize = 7 * 1024;
/// Longest message in characters.
pub const LONGEST_MESSAGE: usize = 400;
pub(super) const LONGEST_SOURCE: usize = 60;
/// What a record costs beside its texts: stamp, level, punctuation.
const FRAME: usize = 90;

/// The newest records that fit, in time order, with the number of those that do not.
pub fn newest(records: Vec<Record>) -> (Vec<Record>, u32) {
    let mut all = joined(records);
    all.reverse();
    let (mut kept, left_out) = fitting(all);
    kept.reverse();
    (kept, left_out)
}

/// The oldest records that fit, in time order, with the number of those that do not.
pub fn oldest(records: Vec<Record>) -> (Vec<Record>, u32) {
    fitting(joined(records))
}

/// In time order, each run of equal ones as one.
fn joined(mut records: Vec<Record>) -> Vec<Record> {
    records.sort_by_key(|record| record.at);
    let mut all: Vec<Record> = Vec::new();
    for record in records {
        match all.last_mut() {
            Some(last) if (&last.source, &last.message) == (&record.source, &record.message) => {
                last.times = last.times.saturating_add(record.times);
                last.level = last.level.max(record.level);
            }
            _ => all.push(record),
        }
    }
    all
}

fn fitting(records: Vec<Record>) -> (Vec<Record>, u32) {
    let mut room = MOST_BYTES;
    let mut kept = Vec::new();
    let mut left_out = 0_u32;
    for record in records {
        let cost = FRAME + record.source.len() + record.message.len();
        if left_out > 0 || cost > room {
            left_out = left_out.saturating_add(record.times);
        } else {
            room -= cost;
            kept.push(record);
        }
    }
    (kept, left_out)
}

/// One line without control characters and runs of blanks.
pub(super) fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// At most so many characters.
pub(super) fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{}…", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RecordLevel;
    use crate::time::Timestamp;

    fn record(second: i64, message: &str) -> Record {
        Record::new(Timestamp::from_millis(second * 1_000), RecordLevel::Warning, "kernel", message)
    }

    #[test]
    fn what_repeats_stands_there_once_with_its_number() {
        let all =
            vec![record(3, "out of memory"), record(1, "usb reset"), record(2, "usb reset"), record(4, "usb reset")];
        let (kept, left_out) = oldest(all);
        let seen: Vec<_> = kept.iter().map(|one| (one.message.as_str(), one.times)).collect();
        assert_eq!((seen, left_out), (vec![("usb reset", 2), ("out of memory", 1), ("usb reset", 1)], 0));
    }

    #[test]
    fn a_flood_keeps_what_lies_nearest_to_the_moment_and_counts_the_rest() {
        let flood = || (0..2_000).map(|second| record(second, &format!("line {second} {}", "x".repeat(300)))).collect();
        let (before, left_out) = newest(flood());
        assert!(before.len() > 10 && before.last().is_some_and(|last| last.message.starts_with("line 1999 ")));
        assert_eq!(before.len() + left_out as usize, 2_000);
        let (after, _) = oldest(flood());
        assert!(after.first().is_some_and(|first| first.message.starts_with("line 0 ")));
        let stored = serde_json::to_string(&(before, after)).unwrap();
        assert!(stored.len() <= 16 * 1024, "{}", stored.len());
    }

    #[test]
    fn a_message_is_one_line_of_a_bounded_length() {
        let long = record(1, &format!("first\n\tsecond\u{1b}[31m {}", "ü".repeat(1_000)));
        assert!(long.message.starts_with("first second [31m ü") && long.message.chars().count() == LONGEST_MESSAGE);
    }
}
