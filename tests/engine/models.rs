//! Servers of local models in the engine: found, in series, missed by a rule, remembered over a restart.

use std::net::SocketAddr;

use caretaker_core::time::Span;
use caretaker_core::view::{HealthPart, HealthState, HealthView, ModelsState, ModelsView, OverallState};
use caretaker_testkit::{ReplayServer, World};

fn usual() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 11434))
}

fn ollama(world: &World) -> ReplayServer {
    let server = ReplayServer::start().unwrap();
    server
        .plays("/api/version", include_str!("../fixtures/models/ollama/version.json"))
        .plays("/api/tags", include_str!("../fixtures/models/ollama/tags.json"))
        .plays("/api/ps", include_str!("../fixtures/models/ollama/ps.json"));
    world.egress.listen(usual(), server.address());
    server
}

async fn rules(world: &World) -> Vec<String> {
    let status = world.status().await.unwrap();
    status.alerts.into_iter().map(|alert| alert.rule).collect()
}

#[tokio::test]
async fn a_machine_without_models_says_so_and_nothing_else() {
    let world = World::new().unwrap();
    assert_eq!(world.egress.attempts(usual()), 0, "building an engine opens nothing");
    world.pass(Span::from_minutes(10)).await.unwrap();
    let status = world.status().await.unwrap();
    assert_eq!((status.models.state, status.models.servers), (ModelsState::NotConfigured, 0));
    assert!(status.degraded.is_empty() && status.alerts.is_empty(), "nobody there is no fault");
    assert_eq!(world.egress.attempts(usual()), 2, "twenty rounds, two attempts");
    let health = world.engine().health(Some(HealthPart::Models), None).await.unwrap();
    assert_eq!(health.state, HealthState::NotConfigured);
}

#[tokio::test]
async fn what_a_server_says_is_in_the_view_the_status_and_series() {
    let world = World::new().unwrap();
    let _server = ollama(&world);
    world.pass(Span::from_minutes(1)).await.unwrap();
    let view: ModelsView = world.client().get("/models").await.unwrap();
    assert_eq!((view.state, view.servers[0].address.as_str()), (ModelsState::Ok, "127.0.0.1:11434"));
    assert_eq!(view.servers[0].loaded[0].expires_at.unwrap().to_string(), "2026-03-02T08:04:31.837Z");
    let models = world.status().await.unwrap().models;
    assert_eq!((models.up, models.installed, models.loaded), (1, 3, 2));
    assert_eq!(models.memory_bytes, 14_521_213_952 + 600_000_000);
    let points: serde_json::Value =
        world.client().get("/metrics/points?name=model.memory&label=model%3Dgpt-oss:20b&since=10m").await.unwrap();
    assert!(points.to_string().contains("14521213952"), "{points}");
    let health: HealthView = world.client().get("/health?part=models").await.unwrap();
    assert_eq!((health.state, health.checks[0].name.as_str()), (HealthState::Ok, "Ollama 127.0.0.1:11434"));
    assert!(health.checks[0].detail.contains("gpt-oss:20b") && health.checks[0].took_ms > 0.0, "{health:?}");
}

#[tokio::test]
async fn a_server_that_was_there_is_missed_after_two_minutes_and_welcomed_back() {
    let world = World::new().unwrap();
    let server = ollama(&world);
    world.pass(Span::from_minutes(5)).await.unwrap();
    world.egress.hang_up(usual());
    world.pass(Span::from_millis(90_000)).await.unwrap();
    assert!(rules(&world).await.is_empty(), "a restart after an update takes less");
    assert_eq!(world.status().await.unwrap().models.state, ModelsState::Warning);
    world.pass(Span::from_minutes(2)).await.unwrap();
    let status = world.status().await.unwrap();
    assert_eq!((status.state, status.alerts.len()), (OverallState::Warning, 1));
    assert_eq!(status.alerts[0].rule, "model-server");
    let summary = &status.alerts[0].summary;
    assert!(summary.starts_with("Model server 127.0.0.1:11434 down for "), "{summary}");
    let health = world.engine().health(Some(HealthPart::Models), None).await.unwrap();
    assert_eq!(health.state, HealthState::Critical);
    world.egress.listen(usual(), server.address());
    world.pass(Span::from_minutes(5)).await.unwrap();
    assert!(rules(&world).await.is_empty());
}

#[tokio::test]
async fn a_server_that_does_not_come_back_after_a_restart_is_missed_too() {
    let mut world = World::new().unwrap();
    let server = ollama(&world);
    world.pass(Span::from_minutes(5)).await.unwrap();
    drop(server);
    world.egress.hang_up(usual());
    world.restart().await.unwrap();
    let models = world.status().await.unwrap().models;
    assert_eq!((models.servers, models.installed), (1, 3), "remembered before the first look");
    world.pass(Span::from_minutes(4)).await.unwrap();
    assert_eq!(rules(&world).await, ["model-server"]);
}

#[tokio::test]
async fn switching_the_search_off_ends_the_alert_and_the_looking() {
    let world = World::new().unwrap();
    let server = ollama(&world);
    world.pass(Span::from_minutes(1)).await.unwrap();
    drop(server);
    world.egress.hang_up(usual());
    world.pass(Span::from_minutes(5)).await.unwrap();
    assert_eq!(rules(&world).await, ["model-server"]);
    world.configure("[models]\nenabled = false\n").unwrap();
    world.engine().reload().await.unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    assert!(rules(&world).await.is_empty(), "a server that nobody looks for is no reason to stay alarmed");
    let before = world.egress.attempts(usual());
    world.pass(Span::from_minutes(10)).await.unwrap();
    assert_eq!(world.egress.attempts(usual()), before);
    assert_eq!(world.status().await.unwrap().models.state, ModelsState::NotConfigured);
}

#[tokio::test]
async fn health_names_every_part_and_the_age_of_samples_is_a_choice() {
    let world = World::new().unwrap();
    world.pass(Span::from_minutes(2)).await.unwrap();
    let health: HealthView = world.client().get("/health").await.unwrap();
    let names: Vec<&str> = health.checks.iter().map(|check| check.name.as_str()).collect();
    assert_eq!(names, ["engine", "rounds", "home", "parts", "models", "databases", "free space", "configuration"]);
    assert_eq!(health.state, HealthState::Ok, "{health:#?}");
    world.clock.advance(Span::from_seconds(80));
    let live = async |query: &str| -> HealthState {
        let view: HealthView = world.client().get(&format!("/health?part=ready{query}")).await.unwrap();
        view.state
    };
    assert_eq!(live("").await, HealthState::Ok, "three intervals are 90 s");
    assert_eq!(live("&max_age=60s").await, HealthState::Critical);
    world.clock.advance(Span::from_seconds(20));
    assert_eq!(live("").await, HealthState::Critical);
    assert_eq!(live("&max_age=120s").await, HealthState::Ok);
}
