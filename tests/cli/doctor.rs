//! `caretaker doctor`.

use caretaker_core::view::DoctorView;
use serde_json::Value;

use crate::world::World;

#[test]
fn the_machine_is_checked_in_groups() {
    let world = World::configured("[collect]\ninterval = \"10s\"\n");
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let view: DoctorView = world.read(&["doctor", "--json"]);
    assert!(view.checks.iter().any(|check| check.group == "home" && check.name == "databases"), "{view:?}");
    for (group, name) in [("deps", "programs"), ("sensors", "sensors"), ("network", "network")] {
        let part: DoctorView = world.read(&["doctor", group, "--json"]);
        assert!(part.checks.iter().all(|check| check.group == name), "{part:?}");
    }
    let text = world.run(&["doctor"]).out;
    assert!(text.contains("Home") && text.contains("databases"), "{text}");
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
