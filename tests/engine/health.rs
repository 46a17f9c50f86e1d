//! What the engine says about itself: stale samples, damaged files, parts that ended.

use std::os::unix::fs::FileExt;

use caretaker_core::time::Span;
use caretaker_core::view::{CheckState, OverallState};
use caretaker_testkit::World;

#[tokio::test]
async fn doctor_finds_damage_in_either_database() {
    for file in ["metrics.db", "caretaker.db"] {
        let mut world = World::new().unwrap();
        world.pass(Span::from_minutes(10)).await.unwrap();
        world.restart().await.unwrap();
        let database = std::fs::File::options().write(true).open(world.home().join(file)).unwrap();
        let length = database.metadata().unwrap().len();
        database.write_all_at(&vec![0x5a; usize::try_from(length - 4096).unwrap()], 4096).unwrap();
        let found = world.engine().doctor().await.unwrap().checks;
        let check = found.iter().find(|check| check.name == "databases").unwrap();
        assert_eq!(check.state, CheckState::Failed, "{check:?}");
        assert!(check.detail.contains(file), "{check:?}");
    }
}

#[tokio::test]
async fn samples_are_as_old_as_the_time_that_passed_whatever_the_wall_clock_says() {
    let world = World::new().unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    // No round is made from here on.
    world.clock.step(Span::ZERO - Span::from_hours(1));
    world.clock.advance(Span::from_minutes(10));
    let status = world.status().await.unwrap();
    assert_eq!(status.state, OverallState::Unknown, "{}", status.verdict);
    assert!(status.verdict.contains("10 min"), "{}", status.verdict);
}

#[tokio::test]
async fn a_night_asleep_makes_no_samples_stale() {
    let world = World::new().unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    world.clock.sleep_machine(Span::from_hours(8));
    let status = world.status().await.unwrap();
    assert_eq!(status.state, OverallState::Ok, "{}", status.verdict);
}

#[tokio::test]
async fn rounds_that_cannot_be_judged_show_as_degraded() {
    let world = World::new().unwrap();
    world.round().await.unwrap();
    world.engine().close().await;
    world.round().await.unwrap_err();
    let degraded = world.status().await.unwrap().degraded;
    assert!(degraded.iter().any(|part| part.part == "rounds"), "{degraded:?}");
}
