//! Parts that fail or hang: named, told after five minutes, and nothing else suffers.

use caretaker_core::time::Span;
use caretaker_core::view::OverallState;
use caretaker_testkit::{Health, World};

#[tokio::test]
async fn a_failing_collector_is_named_at_once_and_told_after_five_minutes() {
    let world = World::new().unwrap();
    world.pass(Span::from_minutes(5)).await.unwrap();
    assert!(world.machine.health("disks", Health::Failing));
    world.pass(Span::from_minutes(1)).await.unwrap();
    let status = world.status().await.unwrap();
    assert_eq!(status.degraded[0].part, "collector disks");
    assert!(status.degraded[0].why.contains("input/output error"), "{}", status.degraded[0].why);
    assert_eq!(status.state, OverallState::Ok, "degraded alone never changes the state");
    assert_eq!(status.host.cpu_percent, Some(12.0), "the others go on");
    world.pass(Span::from_minutes(6)).await.unwrap();
    let status = world.status().await.unwrap();
    assert_eq!(status.alerts.iter().map(|alert| alert.rule.as_str()).collect::<Vec<_>>(), ["collector-failing"]);
    world.machine.health("disks", Health::Working);
    world.pass(Span::from_minutes(30)).await.unwrap();
    let status = world.status().await.unwrap();
    assert!(status.degraded.is_empty() && status.alerts.is_empty());
}

#[tokio::test]
async fn an_alert_on_a_part_that_fails_is_kept_and_not_resolved() {
    let world = World::new().unwrap();
    world.set("host.disk.usage", 97.0);
    world.pass(Span::from_minutes(10)).await.unwrap();
    world.machine.health("disks", Health::Failing);
    world.pass(Span::from_hours(1)).await.unwrap();
    let status = world.status().await.unwrap();
    let disk = status.alerts.iter().find(|alert| alert.rule == "disk-space").unwrap();
    assert!(disk.no_data, "and it says that values stopped");
    assert_eq!(status.state, OverallState::Critical);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hanging_collector_holds_up_no_round() {
    let world = World::new().unwrap();
    world.pass(Span::from_minutes(1)).await.unwrap();
    world.machine.health("sensors", Health::Hanging);
    world.pass(Span::from_minutes(1)).await.unwrap();
    let status = world.status().await.unwrap();
    assert_eq!(status.degraded[0].part, "collector sensors");
    assert_eq!(status.host.cpu_percent, Some(12.0));
    world.machine.health("sensors", Health::Working);
    world.pass(Span::from_minutes(3)).await.unwrap();
    assert!(world.status().await.unwrap().degraded.is_empty());
}
