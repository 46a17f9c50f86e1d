//! Law 3: an operation exists once. The lists of engine methods, routes and verbs agree.

use std::collections::BTreeSet;

use caretaker_tests::workspace;

/// Methods for loops and doors, which no person asks for.
const NOT_ASKED_FOR: [&str; 18] = [
    "act",
    "backups_due",
    "catalog_asked",
    "close",
    "deliver",
    "home",
    "maintenance_due",
    "mode",
    "part_failed",
    "part_works",
    "prime",
    "recognise_session",
    "recognise_token",
    "set_aside",
    "settings",
    "survey_due",
    "upkeep_due",
    "witness",
];
/// Methods that a program calls on its own engine, and no door offers.
const OWN: [&str; 6] = ["export_due", "open", "round", "run", "run_outbox", "watchers"];

fn text(folder: &str) -> String {
    let files = workspace::files(folder, "rs");
    files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect()
}

/// Public methods of `impl Engine`.
fn methods() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for file in workspace::files("src-tauri/crates/engine/src", "rs") {
        let text = std::fs::read_to_string(file).unwrap();
        for part in text.split("\nimpl Engine {").skip(1) {
            let part = part.split("\n}\n").next().unwrap_or_default();
            for line in part.lines() {
                let line = line.trim_start();
                let name = line.strip_prefix("pub async fn ").or_else(|| line.strip_prefix("pub fn "));
                found.extend(name.and_then(|rest| rest.split(['(', '<']).next()).map(str::to_owned));
            }
        }
    }
    found
}

#[test]
fn every_operation_has_a_route_and_every_route_one_operation() {
    let routes = text("src-tauri/crates/api/src/routes");
    let methods = methods();
    assert!(methods.len() > 25, "{methods:?}");
    for method in &methods {
        let called = routes.contains(&format!("engine.{method}("));
        let exempt = NOT_ASKED_FOR.contains(&method.as_str()) || OWN.contains(&method.as_str());
        assert!(called != exempt, "`{method}` {}", if called { "is no exemption" } else { "has no route" });
    }
    for name in NOT_ASKED_FOR.into_iter().chain(OWN) {
        assert!(methods.contains(name), "`{name}` is exempt and does not exist");
    }
}

#[test]
fn every_verb_asks_for_a_route_that_exists() {
    let document = serde_json::to_value(caretaker_api::document()).unwrap();
    let paths: Vec<Vec<String>> = document["paths"]
        .as_object()
        .unwrap()
        .keys()
        .filter_map(|path| path.strip_prefix("/api/v1/"))
        .map(|path| path.split('/').map(str::to_owned).collect())
        .collect();
    let verbs = text("src-tauri/crates/cli/src/verbs");
    let mut asked = 0;
    for literal in verbs.split('"').skip(1).step_by(2).filter(|literal| literal.starts_with('/') && literal.len() > 1) {
        let path = literal.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let same = |route: &&Vec<String>| {
            route.len() == parts.len()
                && route
                    .iter()
                    .zip(&parts)
                    .all(|(one, other)| one == other || (one.starts_with('{') && other.starts_with('{')))
        };
        assert!(paths.iter().any(|route| same(&route)), "no route is {literal}");
        asked += 1;
    }
    assert!(asked >= 10, "{asked}");
}
