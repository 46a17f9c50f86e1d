//! LM Studio's own list, `/api/v0/models`: which models are loaded, which OpenAI's list does not say.

use caretaker_core::view::{InstalledModel, LoadedModel};
use serde_json::Value;

use crate::field::{list, text, whole};
use crate::ollama::MOST_MODELS;

/// Models installed and loaded, by name; none when the answer is not LM Studio's.
pub fn models(answer: &Value) -> Option<(Vec<InstalledModel>, Vec<LoadedModel>)> {
    answer.get("data").filter(|data| data.is_array())?;
    let entries = || list(answer, "data", MOST_MODELS);
    entries().find_map(|entry| text(entry, "state"))?;
    let (mut installed, mut loaded) = (Vec::new(), Vec::new());
    for entry in entries() {
        let Some(name) = text(entry, "id") else { continue };
        if text(entry, "state").is_some_and(|state| state == "loaded") {
            let context = whole(entry, "loaded_context_length").or_else(|| whole(entry, "max_context_length"));
            loaded.push(LoadedModel { name: name.clone(), context, ..LoadedModel::default() });
        }
        installed.push(InstalledModel {
            name,
            quantization: text(entry, "quantization"),
            family: text(entry, "arch"),
            ..InstalledModel::default()
        });
    }
    installed.sort_by(|one, other| one.name.cmp(&other.name));
    loaded.sort_by(|one, other| one.name.cmp(&other.name));
    installed.dedup_by(|one, other| one.name == other.name);
    loaded.dedup_by(|one, other| one.name == other.name);
    Some((installed, loaded))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_documented_list_tells_what_is_loaded() {
        let text = include_str!("../../../../tests/fixtures/models/lm_studio/v0_models.json");
        let (installed, loaded) = models(&serde_json::from_str(text).unwrap()).unwrap();
        assert_eq!(installed.len(), 2);
        assert_eq!(
            (installed[0].quantization.as_deref(), installed[0].family.as_deref()),
            (Some("4bit"), Some("llama"))
        );
        assert_eq!(loaded.len(), 1);
        assert_eq!((loaded[0].name.as_str(), loaded[0].context), ("llama-3.2-3b-instruct", Some(4_096)));
    }

    #[test]
    fn lists_without_a_state_are_somebody_elses() {
        for other in [json!({}), json!({"data": []}), json!({"data": [{"id": "a"}]}), json!({"data": "x"}), json!(7)] {
            assert_eq!(models(&other), None, "{other}");
        }
    }
}
