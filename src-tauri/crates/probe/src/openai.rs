//! The list of models of OpenAI's interface, `/v1/models`, and which program wrote it.

use caretaker_core::view::{InstalledModel, ModelServerKind};
use serde_json::Value;

use crate::field::{bytes, list, text};
use crate::ollama::MOST_MODELS;

/// What the list says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Whose list it looks like.
    pub kind: ModelServerKind,
    /// The models by name.
    pub models: Vec<InstalledModel>,
}

/// Reads the list; none when the answer is none.
pub fn models(answer: &Value) -> Option<Listed> {
    answer.get("data").filter(|data| data.is_array())?;
    let entries = || list(answer, "data", MOST_MODELS).filter(|entry| text(entry, "id").is_some());
    let is_empty = answer.get("data").and_then(Value::as_array).is_some_and(Vec::is_empty);
    // Many programs answer with `data`; this one must say that it is a list, or list something with an id.
    let says_list = text(answer, "object").is_some_and(|object| object == "list");
    if !(says_list || (!is_empty && entries().next().is_some())) {
        return None;
    }
    let owner = entries().find_map(|entry| text(entry, "owned_by")).unwrap_or_default();
    let kind = match owner.as_str() {
        "llamacpp" => ModelServerKind::LlamaCpp,
        "vllm" => ModelServerKind::Vllm,
        _ => ModelServerKind::OpenaiCompatible,
    };
    let model = |entry: &Value| {
        let meta = entry.get("meta").unwrap_or(&Value::Null);
        Some(InstalledModel {
            name: short_name(&text(entry, "id")?).to_owned(),
            size_bytes: bytes(meta, "size"),
            ..InstalledModel::default()
        })
    };
    let mut models: Vec<InstalledModel> = entries().filter_map(model).collect();
    models.sort_by(|one, other| one.name.cmp(&other.name));
    models.dedup_by(|one, other| one.name == other.name);
    Some(Listed { kind, models })
}

/// llama.cpp names a model by the path of its file unless it is told otherwise; the file's name says as much.
pub fn short_name(id: &str) -> &str {
    match id.rsplit_once('/') {
        Some((_, file)) if id.starts_with('/') && !file.is_empty() => file,
        _ => id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documented_lists_are_read_and_their_makers_known() {
        for (text, kind, name) in [
            (
                include_str!("../../../../tests/fixtures/models/llama/models.json"),
                ModelServerKind::LlamaCpp,
                "qwen2.5-coder-7b-instruct-q4_k_m.gguf",
            ),
            (
                include_str!("../../../../tests/fixtures/models/vllm/models.json"),
                ModelServerKind::Vllm,
                "Qwen/Qwen2.5-7B-Instruct",
            ),
            (
                include_str!("../../../../tests/fixtures/models/lm_studio/v1_models.json"),
                ModelServerKind::OpenaiCompatible,
                "llama-3.2-3b-instruct",
            ),
        ] {
            let listed = models(&serde_json::from_str(text).unwrap()).unwrap();
            assert_eq!((listed.kind, listed.models[0].name.as_str()), (kind, name));
        }
        let llama = include_str!("../../../../tests/fixtures/models/llama/models.json");
        let listed = models(&serde_json::from_str(llama).unwrap()).unwrap();
        assert_eq!(listed.models[0].size_bytes, Some(4_677_120_000));
    }

    #[test]
    fn other_programs_on_the_same_port_are_not_taken_for_model_servers() {
        for other in [
            json!({"status": "healthy"}),
            json!({"data": []}),
            json!({"data": [{"name": "board"}, 5]}),
            json!({"data": {"id": "x"}}),
            json!([{"id": "x"}]),
            json!(null),
        ] {
            assert_eq!(models(&other), None, "{other}");
        }
        assert_eq!(models(&json!({"object": "list", "data": []})).unwrap().models, []);
        let odd = json!({"object": "list", "data": [{"id": 5}, {"id": "a", "meta": {"size": "much"}, "owned_by": 7}]});
        assert_eq!(
            models(&odd).unwrap().models,
            [InstalledModel { name: "a".to_owned(), ..InstalledModel::default() }]
        );
    }
}
