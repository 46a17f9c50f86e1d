//! What the server of llama.cpp says beyond the list of models: `/health`, `/props` and, if it was started with
//! `--metrics`, `/metrics`. Shapes from its `tools/server/README.md`.

use serde_json::Value;

use crate::exposition;
use crate::field::{text, whole};

/// What `/props` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    /// `b4567-abcdef0`.
    pub version: Option<String>,
    /// Tokens of context of each slot.
    pub context: Option<u64>,
}

/// Reads `/props`.
pub fn properties(answer: &Value) -> Properties {
    let defaults = answer.get("default_generation_settings").unwrap_or(&Value::Null);
    Properties {
        version: text(answer, "build_info"),
        context: whole(defaults, "n_ctx").or_else(|| whole(answer, "n_ctx")).filter(|context| *context > 0),
    }
}

/// Whether `/health` says that the model is still being loaded; it answers 503 then.
pub fn is_loading(status: u16, body: &[u8]) -> bool {
    status == 503 && body.windows(7).any(|window| window.eq_ignore_ascii_case(b"loading"))
}

/// Tokens generated a second, averaged by the server; none before the first answer, when it writes `nan` or 0.
pub fn tokens_per_second(metrics: &str) -> Option<f64> {
    exposition::value(metrics, "llamacpp:predicted_tokens_seconds").filter(|rate| *rate > 0.0 && *rate < 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn documented_answers_are_read() {
        let props = include_str!("../../../../tests/fixtures/models/llama/props.json");
        let expected = Properties { version: Some("b6123-79c1160b".to_owned()), context: Some(8_192) };
        assert_eq!(properties(&serde_json::from_str(props).unwrap()), expected);
        let metrics = include_str!("../../../../tests/fixtures/models/llama/metrics.txt");
        assert_eq!(tokens_per_second(metrics), Some(41.7283));
    }

    #[test]
    fn odd_answers_say_nothing() {
        for odd in [json!(null), json!({"build_info": 5}), json!({"default_generation_settings": [], "n_ctx": -1})] {
            assert_eq!(properties(&odd), Properties::default(), "{odd}");
        }
        for odd in ["", "llamacpp:predicted_tokens_seconds nan", "llamacpp:predicted_tokens_seconds -3", "<html>"] {
            assert_eq!(tokens_per_second(odd), None, "{odd}");
        }
    }

    #[test]
    fn loading_is_told_from_failing() {
        let loading = include_bytes!("../../../../tests/fixtures/models/llama/health_loading.json");
        assert!(is_loading(503, loading) && !is_loading(200, loading) && !is_loading(503, b"no"));
    }
}
