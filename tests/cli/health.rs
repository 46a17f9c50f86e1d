//! `caretaker health`.

use caretaker_core::view::{HealthState, HealthView, ModelsState, Status};
use caretaker_testkit::{ReplayServer, Reply};

use crate::world::World;

/// No usual port is tried, so that what runs on the machine of the tests does not matter.
const ALONE: &str = "[models]\ndiscover = false\n";

fn state(world: &World, words: &[&str]) -> (i32, HealthState) {
    let words: Vec<&str> = ["health"].iter().chain(words).copied().chain(["--json"]).collect();
    let said = world.run(&words);
    let view: HealthView = said.document();
    assert!(view.checks.iter().all(|check| !check.name.is_empty() && !check.detail.is_empty()), "{view:?}");
    (said.code, view.state)
}

#[test]
fn a_home_never_used_cannot_be_told() {
    let world = World::configured(ALONE);
    assert_eq!(state(&world, &["live"]), (1, HealthState::Unknown));
    assert_eq!(state(&world, &["config"]), (0, HealthState::Ok));
    assert_eq!(state(&world, &[]), (1, HealthState::Unknown));
}

#[test]
fn single_rounds_count_however_old_unless_an_age_is_asked_for() {
    let world = World::configured(ALONE);
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    assert_eq!(state(&world, &[]), (0, HealthState::Ok));
    assert_eq!(state(&world, &["live"]), (0, HealthState::NotConfigured), "no engine is missed");
    for part in ["ready", "storage"] {
        assert_eq!(state(&world, &[part]), (0, HealthState::Ok), "{part}");
    }
    assert_eq!(state(&world, &["--max-age", "0s"]), (1, HealthState::Critical));
    assert_eq!(state(&world, &["ready", "--max-age", "10m"]), (0, HealthState::Ok));
    let text = world.run(&["health"]).out;
    for name in ["engine", "databases", "free space", "configuration", " ms "] {
        assert!(text.contains(name), "{text}");
    }
}

#[test]
fn a_running_engine_answers_for_itself() {
    let world = World::configured(ALONE);
    let engine = world.start(&["run"]);
    world.wait_for_samples();
    assert_eq!(state(&world, &["--max-age", "120s"]), (0, HealthState::Ok));
    drop(engine);
}

#[test]
fn mistakes_in_the_configuration_are_told_though_the_last_good_one_is_in_force() {
    let world = World::configured(ALONE);
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    crate::world::put(&world.home().join("caretaker.toml"), b"[collect]\nintervall = \"10s\"\n");
    assert_eq!(state(&world, &["config"]), (1, HealthState::Critical));
    let text = world.run(&["health", "config"]).out;
    assert!(text.contains("1 mistake") && text.contains("intervall"), "{text}");
}

#[test]
fn a_machine_without_model_servers_is_not_set_up_and_not_unhealthy() {
    let world = World::configured(ALONE);
    assert_eq!(state(&world, &["models"]), (0, HealthState::NotConfigured));
    assert!(world.run(&["health", "models"]).out.contains("not set up"));
}

#[test]
fn a_model_server_is_found_checked_and_missed() {
    let server = ReplayServer::start().unwrap();
    server
        .plays("/api/version", include_str!("../fixtures/models/ollama/version.json"))
        .plays("/api/tags", include_str!("../fixtures/models/ollama/tags.json"))
        .plays("/api/ps", include_str!("../fixtures/models/ollama/ps.json"));
    let world = World::configured(&format!("{ALONE}servers = [\"http://{}\"]\n", server.address()));
    assert_eq!(state(&world, &["models"]), (0, HealthState::Ok), "found without a round before");
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let status: Status = world.read(&["status", "--json"]);
    assert_eq!((status.models.state, status.models.up, status.models.installed), (ModelsState::Ok, 1, 3));
    assert_eq!((status.models.loaded, status.models.memory_bytes), (2, 15_121_213_952), "as the round measured them");
    assert!(world.run(&["status"]).out.contains("the server is up, 2 loaded (15.1 GB), 3 installed (16.1 GB)"));
    let text = world.run(&["health", "models"]).out;
    assert!(text.contains("Ollama") && text.contains("0.12.6") && text.contains("gpt-oss:20b"), "{text}");
    server.reply("/api/version", Reply::Whole(500, String::new()));
    assert_eq!(state(&world, &["models"]), (1, HealthState::Critical));
    let text = world.run(&["health", "models"]).out;
    assert!(text.contains("does not any more: the answer cannot be read: status 500"), "{text}");
}
