//! The journal as `journalctl --output json` prints it: a JSON object on each line.

use serde_json::Value;

use super::{Record, level_of_severity};
use crate::time::Timestamp;

/// The records of a journal. Lines that cannot be read are left out.
pub fn parse_journal(text: &str) -> Vec<Record> {
    text.lines().filter_map(record).collect()
}

fn record(line: &str) -> Option<Record> {
    let fields: Value = serde_json::from_str(line).ok()?;
    let field = |name: &str| fields.get(name).and_then(Value::as_str);
    let micros: i64 = field("__REALTIME_TIMESTAMP")?.parse().ok()?;
    let level = level_of_severity(field("PRIORITY")?.parse().ok()?)?;
    let unit = field("_SYSTEMD_UNIT").map(|unit| unit.trim_end_matches(".service"));
    let source = field("SYSLOG_IDENTIFIER").or(unit).or_else(|| field("_COMM")).unwrap_or("unknown");
    let message = message(fields.get("MESSAGE")?)?;
    Some(Record::new(Timestamp::from_millis(micros / 1_000), level, source, &message))
}

/// A text; a list of bytes where it is no text, or where a field stands several times a list of texts.
fn message(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) if parts.iter().all(Value::is_number) => {
            let bytes: Vec<u8> = parts.iter().filter_map(|part| u8::try_from(part.as_u64()?).ok()).collect();
            Some(String::from_utf8_lossy(&bytes).into_owned())
        }
        Value::Array(parts) => parts.iter().find_map(Value::as_str).map(str::to_owned),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::RecordLevel;

    const RECORDED: &str = include_str!("../../../../../tests/fixtures/logs/journal.jsonl");

    #[test]
    fn a_recorded_journal_is_read() {
        let records = parse_journal(RECORDED);
        let seen: Vec<_> = records.iter().map(|one| (one.level, one.source.as_str(), one.message.as_str())).collect();
        assert_eq!(
            seen,
            [
                (
                    RecordLevel::Warning,
                    "kernel",
                    "TCP: request_sock_TCP: Possible SYN flooding on port 8080. Sending cookies."
                ),
                (RecordLevel::Error, "sshd", "error: kex_exchange_identification: Connection closed by remote host"),
                (RecordLevel::Error, "board", "login failed for ann with password=***"),
                (RecordLevel::Critical, "systemd-coredump", "Process 812 (board-server) of user 1000 dumped core."),
                (RecordLevel::Warning, "odd", "bytes that are no \u{fffd} text"),
            ]
        );
        assert_eq!(records[0].at.to_string(), "2026-11-28T22:44:40.250Z");
    }

    #[test]
    fn what_is_no_journal_gives_nothing() {
        assert_eq!(parse_journal("-- No entries --\n\n{}\n{\"MESSAGE\":1}\n"), []);
    }
}
