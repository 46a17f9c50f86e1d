//! Ending, or being killed, and starting again between any two events changes no notice.

use caretaker_core::time::Span;
use caretaker_core::view::{OverallState, QuietRequest};
use caretaker_testkit::World;

#[derive(Clone, Copy)]
enum Interruption {
    Restart,
    Kill,
}

/// A day's script: a disk that fills, gets worse, is cleaned; a busy hour; and what was told.
async fn day(interruption: Option<(usize, Interruption)>) -> Vec<String> {
    let mut world = World::new().unwrap();
    let script: [(&str, f64, i64); 8] = [
        ("host.cpu.usage", 20.0, 10),
        ("host.disk.usage", 88.0, 12),
        ("host.disk.usage", 97.0, 12),
        ("host.cpu.usage", 96.0, 20),
        ("host.cpu.usage", 10.0, 20),
        ("host.disk.usage", 90.0, 12),
        ("host.disk.usage", 60.0, 12),
        ("host.cpu.usage", 80.0, 15),
    ];
    let mut rounds = 0;
    for (series, value, minutes) in script {
        world.set(series, value);
        for _ in 0..minutes * 2 {
            world.pass(Span::from_seconds(30)).await.unwrap();
            rounds += 1;
            match interruption {
                Some((every, Interruption::Restart)) if rounds % every == 0 => world.restart().await.unwrap(),
                Some((every, Interruption::Kill)) if rounds % every == 0 => world.crash().await.unwrap(),
                _ => {}
            }
        }
    }
    world.told()
}

#[tokio::test]
async fn restarts_change_no_notice() {
    let plain = day(None).await;
    assert!(plain.len() >= 6, "{plain:?}");
    for every in [1, 7, 40] {
        assert_eq!(day(Some((every, Interruption::Restart))).await, plain, "restarted every {every} rounds");
    }
}

#[tokio::test]
async fn kill_9_changes_no_notice() {
    let plain = day(None).await;
    for every in [1, 7, 33] {
        assert_eq!(day(Some((every, Interruption::Kill))).await, plain, "killed every {every} rounds");
    }
}

#[tokio::test]
async fn killed_in_the_first_minutes_nothing_that_was_measured_goes_unjudged() {
    let mut world = World::new().unwrap();
    world.round().await.unwrap();
    world.set("host.disk.usage", 97.0);
    world.pass(Span::from_minutes(3)).await.unwrap();
    world.crash().await.unwrap();
    world.pass(Span::from_minutes(3)).await.unwrap();
    assert_eq!(world.told(), ["raise critical"], "two and a half minutes before count towards the five");
}

#[tokio::test]
async fn kill_9_loses_no_sample() {
    let mut world = World::new().unwrap();
    for minutes in [1, 4, 11, 2] {
        world.pass(Span::from_minutes(minutes)).await.unwrap();
        world.crash().await.unwrap();
    }
    let status = world.status().await.unwrap();
    let now = status.engine.last_round.unwrap();
    let query = caretaker_engine::PointsQuery {
        name: "host.cpu.usage".into(),
        from: Some(now - Span::from_hours(1)),
        to: Some(now + Span::from_seconds(1)),
        ..Default::default()
    };
    assert_eq!(world.engine().points(query).await.unwrap().stats.unwrap().count, 36);
}

#[tokio::test]
async fn quiet_alerts_and_acknowledgements_survive() {
    let mut world = World::new().unwrap();
    world.set("host.disk.usage", 88.0);
    world.pass(Span::from_minutes(10)).await.unwrap();
    let id = world.status().await.unwrap().alerts[0].id.0.clone();
    world.engine().acknowledge(&id, "known".into()).await.unwrap();
    world.engine().set_quiet(QuietRequest { r#for: "2h".into() }).await.unwrap();
    let before = world.told();
    world.restart().await.unwrap();
    let status = world.status().await.unwrap();
    assert_eq!(status.state, OverallState::Warning);
    assert_eq!(status.alerts[0].acknowledged.as_ref().unwrap().note, "known");
    assert!(status.quiet.until.is_some());
    world.pass(Span::from_minutes(10)).await.unwrap();
    assert_eq!(world.told().len(), before.len() + 1, "only the notice that acknowledging takes away");
}

#[tokio::test]
async fn a_notice_that_could_not_be_delivered_is_delivered_after_a_restart() {
    let mut world = World::new().unwrap();
    world.notifier.refuse(Some("nobody there"));
    world.set("host.disk.usage", 97.0);
    world.pass(Span::from_minutes(10)).await.unwrap();
    world.restart().await.unwrap();
    world.notifier.refuse(None);
    world.pass(Span::from_minutes(6)).await.unwrap();
    assert_eq!(world.told(), ["raise critical"]);
}

#[tokio::test]
async fn a_start_right_after_waking_judges_no_sooner_than_an_engine_that_was_there() {
    for restarted in [false, true] {
        let mut world = World::with_configuration("[[rule]]\nid = \"disk-space\"\nfor = \"0s\"\n").unwrap();
        world.pass(Span::from_minutes(40)).await.unwrap();
        world.clock.sleep_machine(Span::from_hours(8));
        // For a moment after waking a disk says what it likes.
        world.set("host.disk.usage", 97.0);
        world.clock.advance(Span::from_seconds(5));
        world.round().await.unwrap();
        if restarted {
            world.restart().await.unwrap();
        }
        world.pass(Span::from_seconds(30)).await.unwrap();
        assert!(world.told().is_empty(), "a minute after waking nothing is judged; restarted: {restarted}");
        world.pass(Span::from_minutes(1)).await.unwrap();
        assert_eq!(world.told(), ["raise critical"], "restarted: {restarted}");
    }
}
