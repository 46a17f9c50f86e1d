//! Fields of answers that nobody vouches for: a value of a wrong type, a size that cannot be or a name without an end is
//! taken as missing, never as a fault of ours.

use caretaker_core::time::Timestamp;
use serde_json::Value;

/// The longest text that is kept.
const LONGEST: usize = 200;
/// More than any machine has; what is larger is nonsense.
const MOST_BYTES: u64 = 1 << 50;
/// What expires later than this stays, as far as people are concerned.
const SOON_ENOUGH_YEARS: i64 = 2;

/// A text, without control characters and not longer than people can read.
pub fn text(value: &Value, key: &str) -> Option<String> {
    let clean: String = value.get(key)?.as_str()?.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let trimmed = clean.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// A whole number that is not negative, also when it was written as text or with a fraction.
pub fn whole(value: &Value, key: &str) -> Option<u64> {
    match value.get(key)? {
        Value::Number(number) => {
            number.as_u64().or_else(|| number.as_f64().filter(|one| (0.0..1e18).contains(one)).map(|one| one as u64))
        }
        Value::String(text) => text.trim().parse().ok(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// A size in bytes that can be.
pub fn bytes(value: &Value, key: &str) -> Option<u64> {
    whole(value, key).filter(|size| *size <= MOST_BYTES)
}

/// A point in time, with any offset and any number of digits behind the second. Ollama writes the year 1 for "never", and
/// a year far ahead for "stays": both are taken as missing.
pub fn time(value: &Value, key: &str, now: Timestamp) -> Option<Timestamp> {
    let parsed = chrono::DateTime::parse_from_rfc3339(value.get(key)?.as_str()?).ok()?;
    let at = Timestamp::from_millis(parsed.timestamp_millis());
    let years = caretaker_core::time::Span::from_days(366 * SOON_ENOUGH_YEARS);
    (at.as_millis() > 0 && at.since(now) < years).then_some(at)
}

/// The entries of a list, at most `most`.
pub fn list<'v>(value: &'v Value, key: &str, most: usize) -> impl Iterator<Item = &'v Value> {
    value.get(key).and_then(Value::as_array).into_iter().flatten().take(most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_cannot_be_is_missing() {
        let value = json!({"text": 5, "empty": " \u{7}", "long": "x".repeat(5_000), "minus": -1, "nan": null, "words": "12",
            "half": 3.5, "huge": 9.9e99, "size": 1_u64 << 60});
        assert_eq!((text(&value, "text"), text(&value, "empty"), text(&value, "gone")), (None, None, None));
        assert_eq!(text(&value, "long").unwrap().len(), LONGEST);
        assert_eq!((whole(&value, "minus"), whole(&value, "nan"), whole(&value, "huge")), (None, None, None));
        assert_eq!((whole(&value, "words"), whole(&value, "half")), (Some(12), Some(3)));
        assert_eq!(bytes(&value, "size"), None);
        assert_eq!(list(&value, "text", 5).count(), 0);
    }

    #[test]
    fn points_in_time_come_with_offsets_and_long_fractions() {
        let now: Timestamp = "2026-03-02T08:00:00.000Z".parse().unwrap();
        let at = |text: &str| time(&json!({ "at": text }), "at", now).map(|one| one.to_string());
        assert_eq!(at("2026-03-02T01:04:31.837530123-07:00").as_deref(), Some("2026-03-02T08:04:31.837Z"));
        for text in ["0001-01-01T00:00:00Z", "2318-05-12T08:00:00Z", "soon", ""] {
            assert_eq!(at(text), None, "{text}");
        }
    }
}
