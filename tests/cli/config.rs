//! `caretaker config`.

use std::fs;
use std::io::Write;
use std::process::Stdio;

use caretaker_core::config::ProblemCode;
use caretaker_core::view::{ConfigurationView, ValidationView};

use crate::world::{Said, World, put};

const MISTAKES: &str = r#"[collect]
interval = "30 seconds"
intervall = "30s"

[[rule]]
id = "cpu-high"
warning = { above = 95 }
critical = { above = 90 }

[[rule]]
id = "cpu-high"
"#;

#[test]
fn every_mistake_is_listed_at_once_with_its_place() {
    let world = World::new();
    let file = world.beside("bad.toml");
    put(&file, MISTAKES.as_bytes());
    let said = world.run(&["config", "validate", file.to_str().unwrap(), "--json"]);
    assert_eq!(said.code, 2, "{said:?}");
    let view: ValidationView = said.document();
    assert!(!view.valid);
    let found: Vec<(u32, ProblemCode)> = view.problems.iter().map(|problem| (problem.line, problem.code)).collect();
    for (line, code) in [(2, ProblemCode::InvalidUnit), (3, ProblemCode::UnknownKey), (11, ProblemCode::DuplicateId)] {
        assert!(found.contains(&(line, code)), "{line} {code}: {found:?}");
    }
    assert!(
        found.iter().any(|(line, code)| (7..=8).contains(line) && *code == ProblemCode::Contradictory),
        "{found:?}"
    );
    assert!(view.problems.iter().all(|problem| problem.column > 0 && !problem.key.is_empty()), "{:?}", view.problems);
    let text = world.run(&["config", "validate", file.to_str().unwrap()]);
    assert_eq!(text.code, 2);
    insta::assert_snapshot!(world.stable(&text.out));
    assert!(!world.home().exists(), "checking a file needs no home");
}

#[test]
fn a_first_start_with_mistakes_is_refused_with_all_of_them() {
    let world = World::configured(MISTAKES);
    for words in [&["run", "--once", "--json"][..], &["run", "--for", "1s", "--json"], &["status", "--json"]] {
        let said = world.run(words);
        assert_eq!((said.code, said.error_code().as_str()), (2, "invalid_configuration"), "{words:?}: {said:?}");
        for mistake in ["30 seconds", "intervall", "cpu-high"] {
            assert!(said.err.contains(mistake), "{mistake}: {}", said.err);
        }
    }
}

#[test]
fn a_good_file_stdin_and_no_file_are_valid() {
    let world = World::new();
    let file = world.beside("good.toml");
    put(&file, b"[collect]\ninterval = \"10s\"\n\n[[service]]\nid = \"board\"\n");
    let view: ValidationView = world.read(&["config", "validate", file.to_str().unwrap(), "--json"]);
    assert!(view.valid && view.unused == ["service"], "{view:?}");
    let none = world.run(&["config", "validate"]);
    assert!(none.code == 0 && none.out.contains("defaults"), "{none:?}");
    let mut child =
        world.command(&["config", "validate", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"nonsense").unwrap();
    let said = Said::from(child.wait_with_output().unwrap());
    assert!(said.code == 2 && said.out.contains("stdin:1:"), "{said:?}");
}

#[test]
fn a_later_start_uses_the_last_good_file_and_says_so() {
    let world = World::configured("[collect]\ninterval = \"7s\"\n");
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    put(&world.home().join("caretaker.toml"), MISTAKES.as_bytes());
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let view: ConfigurationView = world.read(&["config", "show", "--json"]);
    assert!(!view.problems.is_empty());
    assert_eq!(view.settings.collect.interval.to_string(), "7s");
    assert!(world.run(&["config", "show"]).out.contains("last good version"));
}

#[test]
fn a_change_keeps_the_comments_and_says_what_changed() {
    let text = "# Mine.\n[collect]\ninterval = \"30s\"   # why\n";
    let world = World::configured(text);
    let said = world.run(&["config", "set", "collect.interval", "10s"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.out.contains("collect.interval") && said.out.contains("→"), "{said:?}");
    assert!(said.out.contains("30s") && said.out.contains("10s"), "{said:?}");
    let after = fs::read_to_string(world.home().join("caretaker.toml")).unwrap();
    assert_eq!(after, text.replace("30s", "10s"));
    let view: ConfigurationView = world.read(&["config", "set", "rule.cpu-high.warning.above", "70", "--json"]);
    let rule = view.settings.rules.iter().find(|rule| rule.id == "cpu-high").unwrap();
    assert_eq!(rule.warning.unwrap().bound(), 70.0);
    assert!(view.text.contains("# Mine.") && view.text.contains("# why"), "{}", view.text);
    let removed: ConfigurationView = world.read(&["config", "unset", "collect.interval", "--json"]);
    assert_eq!(removed.settings.collect.interval.to_string(), "30s");
}

#[test]
fn a_refused_change_leaves_the_file_alone() {
    let text = "[collect]\ninterval = \"30s\"\n";
    let world = World::configured(text);
    for (key, value) in
        [("collect.interval", "1ms"), ("collect.intervall", "10s"), ("rule.cpu-high.warning.above", "99")]
    {
        let said = world.run(&["config", "set", key, value]);
        assert_eq!(said.code, 2, "{key}: {said:?}");
        assert!(said.err.contains(key), "{said:?}");
    }
    assert_eq!(fs::read_to_string(world.home().join("caretaker.toml")).unwrap(), text);
}

#[test]
fn every_value_tells_where_it_comes_from() {
    let world = World::configured("[collect]\ninterval = \"10s\"\n");
    let output =
        world.command(&["config", "show", "--json"]).env("CARETAKER_COLLECT__PROCESSES", "5").output().unwrap();
    let view: ConfigurationView = Said::from(output).document();
    let origin = |key: &str| view.origins.iter().find(|entry| entry.key == key).unwrap().origin.clone();
    assert!(origin("collect.interval").contains("line 2"), "{}", origin("collect.interval"));
    assert!(origin("collect.processes").contains("CARETAKER_COLLECT__PROCESSES"));
    assert_eq!(origin("keep.raw"), "default");
    let text = world.run(&["config", "show", "--origin"]).out;
    assert!(text.contains("collect.interval") && text.contains("default"), "{text}");
    let plain = world.run(&["config", "show"]).out;
    assert!(plain.contains("[collect]") && plain.contains("interval = "), "{plain}");
}

#[test]
fn what_is_shown_can_be_read_again() {
    let text = "[notify]\nnative = false\n\n[[rule]]\nid = \"cpu-high\"\nwarning = { above = 70 }\n";
    let world = World::configured(text);
    let shown = world.run(&["config", "show"]).out;
    assert!(shown.contains("[[rule]]\nid = \"disk-forecast\""), "{shown}");
    let file = world.beside("shown.toml");
    put(&file, shown.as_bytes());
    let view: ValidationView = world.read(&["config", "validate", file.to_str().unwrap(), "--json"]);
    assert!(view.valid, "{view:?}");
    let before: ConfigurationView = world.read(&["config", "show", "--json"]);
    let after: ConfigurationView = world.read(&["--config", file.to_str().unwrap(), "config", "show", "--json"]);
    assert_eq!(after.settings, before.settings);
}

#[test]
fn every_key_without_effect_is_named() {
    let world = World::new();
    let file = world.beside("early.toml");
    let text = "[keep]\nraw = \"30d\"\nlogs = \"7d\"\n\n[api]\nenabled = false\n\n[[service]]\nid = \"board\"\n\n\
                [[rule]]\nid = \"cpu-high\"\npriority = \"P2\"\n";
    put(&file, text.as_bytes());
    let words = world.run(&["config", "validate", file.to_str().unwrap()]).out;
    for key in ["`keep.logs`", "`service`", "`rule.cpu-high.priority`"] {
        assert!(words.contains(key), "{key}: {words}");
    }
    assert!(!words.contains("`api`"), "the door is opened: {words}");
}

#[test]
fn another_file_can_be_named() {
    let world = World::new();
    let file = world.beside("other.toml");
    put(&file, b"[collect]\ninterval = \"11s\"\n");
    let view: ConfigurationView = world.read(&["--config", file.to_str().unwrap(), "config", "show", "--json"]);
    assert_eq!(view.settings.collect.interval.to_string(), "11s");
    let output = world.command(&["config", "show", "--json"]).env("CARETAKER_CONFIG", &file).output().unwrap();
    let view: ConfigurationView = Said::from(output).document();
    assert_eq!(view.settings.collect.interval.to_string(), "11s");
}

#[test]
fn the_schema_is_a_schema() {
    let schema: serde_json::Value = World::new().read(&["config", "schema"]);
    assert!(schema["properties"]["collect"]["properties"]["interval"].is_object(), "{schema}");
}
