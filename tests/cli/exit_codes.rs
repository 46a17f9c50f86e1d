//! Exit codes, the part of the contract that every script relies on.

use crate::world::World;

/// Words, the code, and what `--json` says when it is an error.
const TABLE: &[(&[&str], i32, &str)] = &[
    (&["--help"], 0, ""),
    (&["--version"], 0, ""),
    (&["status", "--help"], 0, ""),
    (&[], 2, "usage"),
    (&["statsu"], 2, "usage"),
    (&["--frobnicate"], 2, "usage"),
    (&["alerts"], 2, "usage"),
    (&["alerts", "lst"], 2, "usage"),
    (&["alerts", "show"], 2, "usage"),
    (&["alerts", "list", "--level", "terrible"], 2, "usage"),
    (&["alerts", "silence", "cpu-high", "--reason", "x"], 2, "usage"),
    (&["alerts", "silence", "cpu-high", "--for", "2", "--reason", "x"], 2, "usage"),
    (&["alerts", "silence", "cpu-high", "--for", "0s", "--reason", "x"], 2, "usage"),
    (&["metrics", "show"], 2, "usage"),
    (&["metrics", "show", "host.cpu.usage", "--since", "yesterday"], 2, "usage"),
    (&["metrics", "show", "host.cpu.usage", "--label", "mount"], 2, "usage"),
    (&["run", "--once", "--for", "5s"], 2, "usage"),
    (&["run", "--for", "soon"], 2, "usage"),
    (&["status", "--max-age", "5"], 2, "usage"),
    (&["completions", "tcsh"], 2, "usage"),
    (&["config", "set", "collect.interval"], 2, "usage"),
    (&["config", "set", "collect.interval", "1ms"], 2, "invalid_configuration"),
    (&["config", "set", "collect.intervall", "10s"], 2, "invalid_configuration"),
    (&["config", "validate", "nowhere.toml"], 4, "not_found"),
    (&["metrics", "show", "no.such.series"], 4, "not_found"),
    (&["alerts", "show", "ffffffff"], 4, "not_found"),
    (&["alerts", "ack", "ffffffff"], 4, "not_found"),
    (&["alerts", "ack", "a/../b?c"], 4, "not_found"),
    (&["alerts", "silence", "no-such-rule", "--for", "1h", "--reason", "x"], 4, "not_found"),
    (&["alerts", "unsilence", "cpu-high"], 4, "not_found"),
    (&["health", "board"], 4, "not_found"),
    (&["health", "--max-age", "5"], 2, "usage"),
    (&["backup", "list"], 0, ""),
    (&["backup", "create", "nope"], 4, "not_found"),
    (&["backup", "show", "ffffffff"], 4, "not_found"),
    (&["maintain", "list"], 0, ""),
    (&["incidents", "list"], 1, "not_configured"),
    (&["status", "--self"], 0, ""),
    (&["status", "--self", "--max-age", "5m"], 2, "usage"),
    (&["monitor"], 2, "usage"),
    (&["monitor", "--interval", "10ms", "--once"], 2, "usage"),
];

#[test]
fn every_way_to_end_has_its_code() {
    let world = World::new();
    for (words, code, error) in TABLE {
        let said = world.run(words);
        assert_eq!(said.code, *code, "{words:?}: {said:?}");
        let json: Vec<&str> = words.iter().copied().chain(["--json"]).collect();
        let said = world.run(&json);
        assert_eq!(said.code, *code, "{json:?}: {said:?}");
        if *code != 0 {
            assert!(!said.err.is_empty(), "{json:?} is silent on stderr");
            assert_eq!(said.error_code(), *error, "{json:?}");
        }
    }
}

#[test]
fn a_slip_of_the_finger_is_met_with_what_was_meant() {
    let world = World::new();
    insta::assert_snapshot!(world.run(&["statsu"]).err);
    insta::assert_snapshot!(world.run(&["metrics", "show", "x", "--since", "5"]).err);
}

#[test]
fn help_names_what_works_and_nothing_else() {
    let world = World::new();
    let help = world.run(&["--help"]).out;
    assert!(!help.contains("incidents") && help.contains("backup"), "{help}");
    insta::assert_snapshot!(help);
}
