//! `caretaker run`: the engine from its start to its end.

use std::time::Duration;

use caretaker_core::view::{ConfigurationView, PointsView, Status};
use rustix::process::Signal;
use serde_json::Value;

use crate::world::{World, put};

/// What the system, a supervisor and a logout give an engine.
const LIMIT: Duration = Duration::from_secs(2);

fn samples(world: &World) -> PointsView {
    world.read(&["metrics", "show", "host.memory.usage", "--since", "1h", "--json"])
}

#[test]
fn rounds_are_made_and_questions_answered_until_the_time_is_over() {
    let world = World::configured("[[rule]]\nid = \"cpu-high\"\nenabled = false\n");
    let engine = world.start(&["run", "--for", "3s"]);
    let expected = format!("data in {}\n", world.home().canonicalize().unwrap().display());
    assert!(engine.banner.starts_with("Caretaker 0.") && engine.banner.ends_with(&expected), "{}", engine.banner);
    let pid = engine.pid();
    for _ in 0..2 {
        let said = world.run(&["status", "--json"]);
        let status: Status = said.document();
        assert!(status.engine.running && status.engine.pid == Some(pid), "{said:?}");
    }
    let (code, _) = engine.end();
    assert_eq!(code, 0);
    let stored = samples(&world).points.unwrap();
    assert!(stored.iter().filter(|point| point.value.is_some()).count() >= 2, "{stored:?}");
    assert!(!world.read::<Status>(&["status", "--json"]).engine.running);
}

#[test]
fn signals_end_it_in_order_and_in_time() {
    for (signal, expected) in [(Signal::TERM, 0), (Signal::INT, 130)] {
        let world = World::new();
        let engine = world.start(&["run"]);
        world.wait_for_samples();
        engine.signal(signal);
        let (code, took) = engine.end();
        assert_eq!(code, expected, "{signal:?}");
        assert!(took < LIMIT, "{took:?}");
        let socket = world.home().join("engine.socket");
        assert!(!socket.exists(), "the socket goes with its engine");
        assert!(samples(&world).points.unwrap().iter().any(|point| point.value.is_some()));
    }
}

#[test]
fn a_killed_engine_leaves_its_samples_and_its_place() {
    let world = World::new();
    let engine = world.start(&["run"]);
    world.wait_for_samples();
    let before = samples(&world).points.unwrap();
    engine.signal(Signal::KILL);
    let (code, _) = engine.end();
    assert_eq!(code, 128 + 9);
    let kept = samples(&world).points.unwrap();
    assert!(kept.len() >= before.len() && kept.iter().zip(&before).all(|(a, b)| a.at == b.at), "{before:?} {kept:?}");
    let again = world.start(&["run"]);
    World::wait_until("another round", || {
        samples(&world).points.unwrap().iter().filter(|point| point.value.is_some()).count() > before.len()
    });
    again.signal(Signal::TERM);
    assert_eq!(again.end().0, 0);
}

#[test]
fn a_second_engine_names_the_first() {
    let world = World::new();
    let engine = world.start(&["run"]);
    for words in [&["run", "--json"][..], &["run", "--once", "--json"]] {
        let said = world.run(words);
        assert_eq!((said.code, said.error_code().as_str()), (1, "busy"), "{said:?}");
        assert!(
            said.err.contains(&format!("process {}", engine.pid())) && said.err.contains("caretaker 0."),
            "{said:?}"
        );
        assert!(said.err.contains("hint:"), "{said:?}");
    }
    assert!(world.read::<Value>(&["status", "--json"])["engine"]["running"].as_bool().unwrap());
}

#[test]
fn one_round_is_measured_judged_and_told() {
    let world = World::configured(
        "[[rule]]\nid = \"always\"\nmetric = \"host.memory.usage\"\ncritical = { above = 0 }\nfor = \"0s\"\n",
    );
    let said = world.run(&["run", "--once", "--json"]);
    assert_eq!(said.code, 0, "the engine worked, whatever it found: {said:?}");
    let round: Value = said.document();
    assert_eq!(round["rounds"], 1);
    assert!(round["alerts"].as_u64().unwrap() >= 1 && round["transitions"].as_u64().unwrap() >= 1, "{round}");
    assert!(round["at"].as_str().unwrap().ends_with('Z'));
    let cpu: PointsView = world.read(&["metrics", "show", "host.cpu.usage", "--since", "1h", "--json"]);
    assert!(cpu.stats.unwrap().count >= 1, "what counts up was read twice");
}

#[test]
fn changes_reach_the_engine_that_runs() {
    let world = World::configured("[collect]\ninterval = \"30s\"\n");
    let mut engine = world.start(&["run"]);
    let view: ConfigurationView = world.read(&["config", "set", "collect.interval", "20s", "--json"]);
    assert_eq!(view.settings.collect.interval.to_string(), "20s");
    put(&world.home().join("caretaker.toml"), b"[collect]\ninterval = \"10s\"\n");
    engine.signal(Signal::HUP);
    assert!(engine.line().contains("read again"));
    let view: ConfigurationView = world.read(&["config", "show", "--json"]);
    assert_eq!(view.settings.collect.interval.to_string(), "10s");
    put(&world.home().join("caretaker.toml"), b"[collect]\ninterval = \"10 parsecs\"\n");
    engine.signal(Signal::HUP);
    assert!(engine.line().contains("not taken over"));
    let status: Status = world.run(&["status", "--json"]).document();
    assert!(status.degraded.iter().any(|part| part.part == "configuration"), "{:?}", status.degraded);
}

#[test]
fn another_configuration_than_that_of_the_engine_is_a_wrong_usage() {
    let world = World::new();
    let _engine = world.start(&["run"]);
    let file = world.beside("other.toml");
    put(&file, b"");
    let said = world.run(&["--config", file.to_str().unwrap(), "status", "--json"]);
    assert_eq!((said.code, said.error_code().as_str()), (2, "usage"), "{said:?}");
    let own = world.home().join("caretaker.toml");
    let said = world.run(&["--config", own.to_str().unwrap(), "config", "show"]);
    assert_eq!(said.code, 0, "{said:?}");
}
