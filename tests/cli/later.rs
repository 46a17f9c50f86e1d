//! Verbs of later versions say that they are not there, and never pretend.

use crate::world::World;

#[test]
fn what_is_not_built_says_so() {
    let world = World::new();
    for verb in [
        "metrics tokens",
        "incidents list",
        "logs search",
        "errors list",
        "config history",
        "config diff",
        "config rollback",
        "files list",
        "secrets set",
        "services list",
        "flags eval",
        "report daily",
    ] {
        let mut words: Vec<&str> = verb.split(' ').collect();
        words.extend(["some-name", "--with", "-5", "--json"]);
        let said = world.run(&words);
        assert_eq!((said.code, said.error_code().as_str()), (1, "not_configured"), "{verb}: {said:?}");
        assert!(said.err.contains(&format!("`{verb}` is not part of this version yet")), "{said:?}");
    }
    assert!(!world.home().exists(), "saying so makes no home");
}

#[test]
fn what_is_not_set_up_is_never_an_invented_ok() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let status: serde_json::Value = world.read(&["status", "--json"]);
    for part in ["services", "backups", "usage", "models"] {
        assert_eq!(status[part]["state"], "not_configured", "{part}");
    }
    assert_eq!(status["maintenance"]["state"], "unknown", "nothing ran yet");
}
