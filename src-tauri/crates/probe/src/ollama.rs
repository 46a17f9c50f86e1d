//! What Ollama answers: `/api/version`, `/api/tags` (installed) and `/api/ps` (loaded). Shapes from its `api/types.go`.

use caretaker_core::time::Timestamp;
use caretaker_core::view::{InstalledModel, LoadedModel};
use serde_json::Value;

use crate::field::{bytes, list, text, time, whole};

/// More models than anybody has.
pub const MOST_MODELS: usize = 1_000;

/// The version; none when it is not Ollama that answers.
pub fn version(answer: &Value) -> Option<String> {
    let version = text(answer, "version")?;
    // LM Studio and others answer every path with a JSON object; a version begins with a digit.
    version.starts_with(|c: char| c.is_ascii_digit()).then_some(version)
}

/// Models on disk by name; none when the answer is no list of models.
pub fn tags(answer: &Value, now: Timestamp) -> Option<Vec<InstalledModel>> {
    is_list(answer)?;
    let model = |entry: &Value| {
        let details = entry.get("details").unwrap_or(&Value::Null);
        Some(InstalledModel {
            name: text(entry, "name").or_else(|| text(entry, "model"))?,
            size_bytes: bytes(entry, "size"),
            quantization: text(details, "quantization_level"),
            family: text(details, "family"),
            parameters: text(details, "parameter_size"),
            modified: time(entry, "modified_at", now),
        })
    };
    let mut models: Vec<InstalledModel> = list(answer, "models", MOST_MODELS).filter_map(model).collect();
    models.sort_by(|one, other| one.name.cmp(&other.name));
    models.dedup_by(|one, other| one.name == other.name);
    Some(models)
}

/// Models in memory by name; none when the answer is no list of models.
pub fn ps(answer: &Value, now: Timestamp) -> Option<Vec<LoadedModel>> {
    is_list(answer)?;
    let model = |entry: &Value| {
        let memory_bytes = bytes(entry, "size");
        let gpu_percent = match (bytes(entry, "size_vram"), memory_bytes) {
            (Some(gpu), Some(all)) if all > 0 => Some((gpu as f64 / all as f64 * 100.0).min(100.0)),
            _ => None,
        };
        Some(LoadedModel {
            name: text(entry, "name").or_else(|| text(entry, "model"))?,
            memory_bytes,
            gpu_percent,
            context: whole(entry, "context_length").filter(|context| *context > 0),
            expires_at: time(entry, "expires_at", now),
        })
    };
    let mut models: Vec<LoadedModel> = list(answer, "models", MOST_MODELS).filter_map(model).collect();
    models.sort_by(|one, other| one.name.cmp(&other.name));
    models.dedup_by(|one, other| one.name == other.name);
    Some(models)
}

/// Ollama without models writes `null` in some versions and an empty list in others.
fn is_list(answer: &Value) -> Option<()> {
    answer.get("models").is_some_and(|models| models.is_array() || models.is_null()).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn now() -> Timestamp {
        "2026-03-02T08:00:00.000Z".parse().unwrap()
    }

    fn fixture(text: &str) -> Value {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn documented_answers_are_read() {
        assert_eq!(
            version(&fixture(include_str!("../../../../tests/fixtures/models/ollama/version.json"))).as_deref(),
            Some("0.12.6")
        );
        let installed =
            tags(&fixture(include_str!("../../../../tests/fixtures/models/ollama/tags.json")), now()).unwrap();
        assert_eq!(installed.len(), 3);
        let first = &installed[0];
        assert_eq!((first.name.as_str(), first.size_bytes), ("gpt-oss:20b", Some(13_793_441_244)));
        assert_eq!((first.quantization.as_deref(), first.family.as_deref()), (Some("MXFP4"), Some("gptoss")));
        assert_eq!(first.modified.unwrap().to_string(), "2026-02-11T19:04:11.482Z");
        let loaded = ps(&fixture(include_str!("../../../../tests/fixtures/models/ollama/ps.json")), now()).unwrap();
        assert_eq!(loaded.len(), 2);
        assert_eq!((loaded[0].name.as_str(), loaded[0].memory_bytes), ("gpt-oss:20b", Some(14_521_213_952)));
        assert_eq!((loaded[0].context, loaded[0].gpu_percent), (Some(8_192), Some(100.0)));
        assert_eq!(loaded[0].expires_at.unwrap().to_string(), "2026-03-02T08:04:31.837Z");
        assert_eq!(loaded[1].expires_at, None, "a model that stays has no end");
        assert!((loaded[1].gpu_percent.unwrap() - 50.0).abs() < 0.01);
    }

    #[test]
    fn entries_of_wrong_types_lose_what_is_wrong_and_nothing_else() {
        let odd = json!({"models": [
            {"name": "a", "size": "huge", "details": "none", "modified_at": 12},
            {"name": 7}, null, "b", {"name": "a"}, {"name": "c", "size": -4, "details": {"family": ["x"]}},
        ]});
        let installed = tags(&odd, now()).unwrap();
        assert_eq!(installed.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["a", "c"]);
        assert!(installed.iter().all(|one| one.size_bytes.is_none() && one.family.is_none()));
        let odd =
            json!({"models": [{"model": "a", "size": 0, "size_vram": 5}, {"name": "b", "size": 10, "size_vram": 50}]});
        let loaded = ps(&odd, now()).unwrap();
        assert_eq!((loaded[0].gpu_percent, loaded[1].gpu_percent), (None, Some(100.0)));
    }

    #[test]
    fn other_answers_are_not_taken_for_ollamas() {
        for other in
            [json!({}), json!([]), json!("0.5"), json!({"models": {}}), json!({"error": "Unexpected endpoint"})]
        {
            assert!(
                version(&other).is_none() && tags(&other, now()).is_none() && ps(&other, now()).is_none(),
                "{other}"
            );
        }
        assert_eq!(version(&json!({"version": "unknown"})), None);
        assert_eq!(tags(&json!({"models": null}), now()), Some(Vec::new()));
    }

    #[test]
    fn a_huge_list_is_cut() {
        let entries: Vec<Value> = (0..5_000).map(|number| json!({"name": format!("model-{number:05}")})).collect();
        assert_eq!(tags(&json!({ "models": entries }), now()).unwrap().len(), MOST_MODELS);
    }
}
