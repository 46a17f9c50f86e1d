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
fn every_sensor_is_shown_or_the_reason_why_it_is_not_there_and_nobody_is_named() {
    let world = World::configured("[collect]\ninterval = \"10s\"\n");
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let report: Value = world.read(&["doctor", "sensors", "--json"]);
    assert!(report["checks"].as_array().is_some_and(|checks| !checks.is_empty()), "{report}");
    let sensors = report["sensors"].as_array().unwrap();
    for part in ["gpu", "power", "fan", "temperature", "disk"] {
        assert!(sensors.iter().any(|sensor| sensor["part"] == part), "{part} is missing in {report}");
    }
    for sensor in sensors {
        assert!(sensor["series"].is_string() || sensor["note"].is_string(), "neither used nor explained: {sensor}");
    }
    let status: Value = world.read(&["status", "--json"]);
    let name = status["host"]["name"].as_str().unwrap().to_owned();
    assert!(name.len() < 4 || !report.to_string().contains(&name), "{name} is named in {report}");
    let text = world.run(&["doctor", "sensors"]).out;
    assert!(text.contains("Every sensor") && text.contains("temperature"), "{text}");
    let others: Value = world.read(&["doctor", "home", "--json"]);
    assert!(others["sensors"].is_null(), "{others}");
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
