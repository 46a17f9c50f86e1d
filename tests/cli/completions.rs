//! `caretaker completions`.

use serde_json::Value;

use crate::world::World;

#[test]
fn every_shell_gets_a_script_that_knows_the_verbs() {
    let world = World::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let said = world.run(&["completions", shell]);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.out.contains("caretaker") && said.out.contains("doctor"), "{shell}");
        assert!(!said.out.contains("set-priority"), "{shell} offers what is not there");
    }
    let document: Value = world.read(&["completions", "fish", "--json"]);
    assert_eq!(document["shell"], "fish");
    assert!(!world.home().exists());
}
