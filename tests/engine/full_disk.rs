//! A disk without a byte left: the alert about it is still decided, stored and told, and everything goes on by itself
//! afterwards.

use std::path::Path;

use caretaker_core::time::Span;
use caretaker_core::view::OverallState;
use caretaker_testkit::World;

use crate::small_disk::SmallDisk;

fn remove(path: &Path) {
    std::fs::remove_file(path).unwrap();
}

#[tokio::test]
async fn a_full_disk_is_told_and_everything_goes_on_when_there_is_room_again() {
    let Some(disk) = SmallDisk::mount() else { return };
    let world = World::at_home(disk.home()).unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    let filler = disk.fill();
    world.set("host.disk.usage", 100.0);
    world.pass(Span::from_minutes(30)).await.unwrap();
    assert_eq!(world.told(), ["raise critical"]);
    let status = world.status().await.unwrap();
    assert_eq!(status.state, OverallState::Critical);
    assert!(!status.degraded.is_empty(), "that samples cannot be stored is said");
    assert!(status.degraded.iter().all(|part| part.why.contains("full")), "{:?}", status.degraded);
    remove(&filler);
    world.set("host.disk.usage", 50.0);
    world.pass(Span::from_minutes(30)).await.unwrap();
    assert_eq!(world.told(), ["raise critical", "close critical"]);
    let status = world.status().await.unwrap();
    assert_eq!(status.state, OverallState::Ok);
    let parts: Vec<&str> = status.degraded.iter().map(|part| part.part.as_str()).collect();
    assert!(!parts.contains(&"samples") && !parts.contains(&"decisions"), "{parts:?}");
}

#[tokio::test]
async fn what_a_full_disk_kept_waiting_is_known_after_a_restart() {
    let Some(disk) = SmallDisk::mount() else { return };
    let mut world = World::at_home(disk.home()).unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    let filler = disk.fill();
    world.set("host.disk.usage", 100.0);
    world.pass(Span::from_minutes(10)).await.unwrap();
    remove(&filler);
    world.pass(Span::from_seconds(30)).await.unwrap();
    world.restart().await.unwrap();
    world.pass(Span::from_minutes(5)).await.unwrap();
    assert_eq!(world.told(), ["raise critical"]);
    assert_eq!(world.status().await.unwrap().alerts.len(), 1);
}

#[tokio::test]
async fn a_machine_that_boots_with_a_full_disk_is_measured_and_judged() {
    let Some(disk) = SmallDisk::mount() else { return };
    let mut world = World::at_home(disk.home()).unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    disk.fill();
    world.restart().await.unwrap();
    world.set("host.disk.usage", 100.0);
    world.pass(Span::from_minutes(10)).await.unwrap();
    assert_eq!(world.told(), ["raise critical"]);
}
