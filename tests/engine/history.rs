//! What is kept of what was: marks on the charts, alerts that are over.

use std::sync::Arc;

use caretaker_core::config::Platform;
use caretaker_core::metric::MarkKind;
use caretaker_core::time::Span;
use caretaker_engine::{AlertFilter, Engine, EngineOptions, Mode, PointsQuery, Ports};
use caretaker_platform::home::Home;
use caretaker_testkit::{ScriptedMachine, World};

#[tokio::test]
async fn a_rise_too_short_to_be_an_alert_leaves_nothing_behind() {
    let world = World::new().unwrap();
    world.set("host.memory.usage", 99.0);
    world.set("host.cpu.usage", 99.0);
    world.pass(Span::from_seconds(60)).await.unwrap();
    let all = AlertFilter { all: true, ..AlertFilter::default() };
    let pending = world.engine().alerts(all).await.unwrap().alerts;
    assert!(pending.iter().any(|alert| alert.fired_at.is_none()), "something is about to be raised: {pending:?}");
    world.set("host.memory.usage", 20.0);
    world.set("host.cpu.usage", 1.0);
    world.pass(Span::from_minutes(15)).await.unwrap();
    assert!(world.engine().alerts(all).await.unwrap().alerts.is_empty());
    for alert in pending {
        assert!(world.engine().alert(&alert.id.0).await.is_err(), "{} is still kept", alert.rule);
    }
}

#[tokio::test]
async fn the_only_moment_that_was_measured_is_a_range() {
    let world = World::new().unwrap();
    world.set("host.cpu.usage", 40.0);
    world.round().await.unwrap();
    let now = world.status().await.unwrap().at;
    let moment = PointsQuery {
        name: "host.cpu.usage".to_owned(),
        from: Some(now),
        to: Some(now),
        max_points: Some(800),
        ..PointsQuery::default()
    };
    let points = world.engine().points(moment.clone()).await.unwrap();
    assert_eq!(points.points.unwrap().last().and_then(|point| point.value), Some(40.0));
    let backwards = PointsQuery { to: Some(now - Span::from_seconds(1)), ..moment };
    assert!(world.engine().points(backwards).await.is_err(), "a range has a direction");
}

/// An engine for one operation, as a command opens it when none runs.
fn operation(world: &World) -> Engine {
    let home = Home::locate(Some(&world.home())).unwrap().prepare().unwrap();
    let options = EngineOptions {
        configuration: home.configuration(),
        home,
        environment: Vec::new(),
        platform: Platform::Linux,
        program: "caretaker".to_owned(),
        version: "0.0.0".to_owned(),
        ports: Ports {
            clock: Arc::new(world.clock.clone()),
            collectors: Box::new(Vec::new),
            facts: Box::new(ScriptedMachine::facts),
            sensors: Box::new(Vec::new),
            egress: Arc::new(world.egress.clone()),
            records: Arc::new(world.records.clone()),
            folders: Arc::new(world.folders.clone()),
            workers: Arc::new(caretaker_platform::command::SystemWorkers::default()),
            commands: Arc::new(caretaker_platform::command::SystemCommands),
            variables: Arc::new(|_| None),
            ollama_host: None,
            server: Box::new(|_| Box::pin(async { Vec::new() })),
            notifier: None,
            actions: None,
        },
    };
    Engine::open(options, Mode::Operation).unwrap()
}

#[tokio::test]
async fn only_an_engine_that_stays_marks_its_start_on_the_charts() {
    let mut world = World::new().unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    world.engine().close().await;
    let command = operation(&world);
    command.close().await;
    drop(command);
    world.clock.advance(Span::from_minutes(10));
    world.restart().await.unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    let marks = world.engine().overview().await.unwrap().marks;
    let starts = marks.iter().filter(|mark| mark.kind == MarkKind::Start).count();
    assert_eq!(starts, 2, "{marks:?}");
}

#[tokio::test]
async fn a_figure_that_is_unusual_for_its_hour_is_marked_after_two_weeks_and_raises_nothing() {
    let world = World::with_configuration("[collect]\ninterval = \"5m\"\n").unwrap();
    // Two values in turn, so that there is a spread to be far away from.
    for hour in 0..24 * 15 {
        world.set("host.cpu.usage", if hour % 2 == 0 { 10.0 } else { 14.0 });
        world.pass(Span::from_hours(1)).await.unwrap();
    }
    let cpu = |overview: caretaker_core::view::Overview| {
        overview.tiles.into_iter().find(|tile| tile.id == "cpu").unwrap().unusual
    };
    assert_eq!(cpu(world.engine().overview().await.unwrap()), None);
    world.set("host.cpu.usage", 45.0);
    world.pass(Span::from_minutes(35)).await.unwrap();
    let unusual = cpu(world.engine().overview().await.unwrap()).unwrap();
    assert!(unusual.text.starts_with("higher than usual for "), "{}", unusual.text);
    assert!(unusual.score > 4.0 && unusual.usual_to < 45.0);
    assert!(world.told().is_empty(), "information only");
}
