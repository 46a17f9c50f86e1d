//! `caretaker doctor`.

use caretaker_core::view::{CheckState, DoctorView};
use serde_json::Value;

use crate::world::World;

#[test]
fn the_machine_is_checked_in_groups() {
    let world = World::configured("[collect]\ninterval = \"10s\"\n");
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let view: DoctorView = world.read(&["doctor", "--json"]);
    assert!(view.checks.iter().any(|check| check.group == "home" && check.name == "databases"), "{view:?}");
    for (group, name) in [("deps", "programs"), ("sensors", "sensors"), ("network", "network"), ("Home", "home")] {
        let part: DoctorView = world.read(&["doctor", group, "--json"]);
        assert!(!part.checks.is_empty() && part.checks.iter().all(|check| check.group == name), "{part:?}");
    }
    let text = world.run(&["doctor"]).out;
    assert!(text.contains("Home") && text.contains("databases"), "{text}");
    for heading in text.lines().filter(|line| !line.starts_with(' ') && !line.is_empty()) {
        assert_ne!(world.run(&["doctor", heading]).code, 2, "{heading} is a group");
    }
}

#[test]
fn the_socket_of_a_running_engine_is_named_with_its_mode() {
    let world = World::configured("[collect]\ninterval = \"10s\"\n");
    let engine = world.start(&["run"]);
    let view: DoctorView = world.read(&["doctor", "network", "--json"]);
    let socket = view.checks.iter().find(|check| check.name == "engine socket").unwrap();
    assert!(socket.state == CheckState::Ok && socket.detail.contains("mode 600"), "{socket:?}");
    assert!(view.checks.iter().any(|check| check.name == "own ports" && check.detail.contains("none")), "{view:?}");
    drop(engine);
}

#[test]
fn the_dump_has_the_values_in_force() {
    let world = World::configured("[collect]\ninterval = \"10s\"\n");
    let report: Value = world.read(&["doctor", "--dump", "--json"]);
    let values = report["configuration"]["values"].as_array().unwrap();
    assert!(
        values.iter().any(|one| one["key"] == "collect.interval" && one["value"].as_str().unwrap().contains("10s")),
        "{values:?}"
    );
    assert!(world.run(&["doctor", "--dump"]).out.contains("collect.interval"));
}
