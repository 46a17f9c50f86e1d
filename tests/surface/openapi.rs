//! The document describes every route, and the generated files are what the code gives now.

use serde_json::Value;

fn document() -> Value {
    serde_json::to_value(caretaker_api::document()).unwrap()
}

#[test]
fn every_operation_is_described_and_has_an_answer() {
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    assert!(paths.len() >= 20, "{}", paths.len());
    for (path, methods) in paths {
        let place = ["/api/v1/", "/api/docs", "/api/openapi.json", "/health", "/metrics", "/dashboard"];
        assert!(place.iter().any(|start| path.starts_with(start)), "{path}");
        for (method, operation) in methods.as_object().unwrap() {
            let what = format!("{method} {path}");
            assert!(operation["summary"].as_str().is_some_and(|text| text.ends_with('.') || text.len() > 10), "{what}");
            assert!(operation["tags"].as_array().is_some_and(|tags| tags.len() == 1), "{what}");
            assert!(operation["responses"].as_object().is_some_and(|answers| !answers.is_empty()), "{what}");
            assert!(operation["operationId"].is_string(), "{what}");
            assert!(["read", "act", "execute"].iter().any(|class| operation["x-class"] == *class), "{what}");
        }
    }
}

#[test]
fn every_schema_that_is_named_exists() {
    let document = document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let text = document.to_string();
    for reference in text.split("#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap_or_default();
        assert!(schemas.contains_key(name), "{name} is named but not described");
    }
}

#[test]
fn problem_codes_are_documented() {
    let path = caretaker_tests::workspace::root().join("docs/reference/problems.md");
    let text = std::fs::read_to_string(path).unwrap();
    for code in caretaker_core::problem::Code::ALL {
        let name = serde_json::to_value(code).unwrap();
        let name = name.as_str().unwrap();
        assert!(text.contains(&format!("`{name}`")), "{name} is not in docs/reference/problems.md");
    }
}
