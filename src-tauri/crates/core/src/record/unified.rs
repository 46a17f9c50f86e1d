//! The unified log of macOS as `log show --style ndjson` prints it: a JSON object on each line.

use chrono::DateTime;
use serde_json::Value;

use super::{Record, RecordLevel};
use crate::time::Timestamp;

/// Errors and faults of a unified log. Lines that cannot be read are left out.
pub fn parse_unified(text: &str) -> Vec<Record> {
    text.lines().filter_map(record).collect()
}

fn record(line: &str) -> Option<Record> {
    let fields: Value = serde_json::from_str(line).ok()?;
    let field = |name: &str| fields.get(name).and_then(Value::as_str);
    let level = match field("messageType")? {
        "Fault" => RecordLevel::Critical,
        "Error" => RecordLevel::Error,
        _ => return None,
    };
    let at = DateTime::parse_from_str(field("timestamp")?, "%Y-%m-%d %H:%M:%S%.f%z").ok()?;
    let path = field("processImagePath").or_else(|| field("process")).unwrap_or("unknown");
    let source = path.rsplit('/').next().unwrap_or(path);
    Some(Record::new(Timestamp::from_millis(at.timestamp_millis()), level, source, field("eventMessage")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// After the manual of `log` and published examples: written by hand, to be replaced by a recording.
    const ADAPTED: &str = include_str!("../../../../../tests/fixtures/logs/unified.ndjson");

    #[test]
    fn errors_and_faults_are_read() {
        let records = parse_unified(ADAPTED);
        let seen: Vec<_> = records.iter().map(|one| (one.level, one.source.as_str(), one.at.to_string())).collect();
        assert_eq!(
            seen,
            [
                (RecordLevel::Error, "mds_stores", "2026-11-28T22:44:31.123Z".to_owned()),
                (RecordLevel::Critical, "kernel", "2026-11-28T22:44:33.000Z".to_owned()),
            ]
        );
    }
}
