//! `caretaker status`.

use caretaker_core::time::Span;
use caretaker_core::view::{OverallState, Status};

use crate::world::World;

#[test]
fn a_home_never_used_is_unknown() {
    let world = World::new();
    let said = world.run(&["status", "--json"]);
    assert_eq!(said.code, 1, "{said:?}");
    let status: Status = said.document();
    assert_eq!(status.state, OverallState::Unknown);
    assert_eq!(status.engine.last_round, None);
    let said = world.run(&["status"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("Nothing measured yet: start Caretaker or `caretaker run`"), "{said:?}");
}

#[test]
fn single_rounds_count_however_old_unless_an_age_is_asked_for() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let said = world.run(&["status", "--json"]);
    let status: Status = said.document();
    assert_ne!(status.state, OverallState::Unknown, "{said:?}");
    assert!(!status.engine.running);
    assert!(status.at.since(status.engine.last_round.unwrap()) < Span::from_minutes(1));
    assert!(!status.host.name.is_empty() && status.host.memory_bytes > 0, "{:?}", status.host);
    let stale = world.run(&["status", "--json", "--max-age", "0s"]);
    assert_eq!(stale.code, 1, "{stale:?}");
    assert_eq!(stale.document::<Status>().state, OverallState::Unknown);
}

#[test]
fn the_state_is_the_exit_code() {
    let rule = |level: &str| {
        format!("[[rule]]\nid = \"always\"\nmetric = \"host.memory.usage\"\n{level} = {{ above = 0 }}\nfor = \"0s\"\n")
    };
    for (level, state, code) in [("warning", OverallState::Warning, 3), ("critical", OverallState::Critical, 1)] {
        let quiet = "[[rule]]\nid = \"cpu-high\"\nenabled = false\n";
        let world = World::configured(&format!("{quiet}{}", rule(level)));
        assert_eq!(world.run(&["run", "--once"]).code, 0, "a round that finds something is a good round");
        let said = world.run(&["status", "--json"]);
        assert_eq!((said.code, said.document::<Status>().state), (code, state), "{said:?}");
        let text = world.run(&["status"]);
        assert!(text.code == code && text.out.contains(level) && text.out.contains("1 thing needs you"), "{text:?}");
    }
}
