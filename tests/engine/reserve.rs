//! The room kept for a full disk: given up when it is needed, named while it is missing, laid down again by itself.

use std::time::Duration;

use caretaker_core::time::Span;
use caretaker_core::view::{Hint, QuietRequest};
use caretaker_testkit::World;

use crate::small_disk::SmallDisk;

async fn lacks_reserve(world: &World) -> bool {
    world.status().await.unwrap().degraded.iter().any(|part| part.part == "reserve")
}

#[tokio::test]
async fn a_start_on_a_full_disk_gives_the_reserve_up_and_lays_it_down_again_by_itself() {
    let Some(disk) = SmallDisk::mount() else { return };
    let mut world = World::at_home(disk.home()).unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    assert!(!lacks_reserve(&world).await);
    let filler = disk.fill();
    world.restart().await.unwrap();
    let reserve = disk.home().join("reserve");
    assert!(!reserve.exists() && lacks_reserve(&world).await);
    std::fs::remove_file(filler).unwrap();
    let engine = world.engine().clone();
    let mut hints = engine.watch();
    let running = tokio::spawn(async move { engine.run(None).await });
    let mut rounds = 0;
    while lacks_reserve(&world).await {
        world.clock.advance(Span::from_seconds(30));
        // The next round, unless the loop was not yet waiting for it.
        if let Ok(Ok(Hint::Round)) = tokio::time::timeout(Duration::from_millis(200), hints.recv()).await {
            rounds += 1;
        }
        assert!(rounds < 30, "it is still missing after {rounds} rounds");
    }
    running.abort();
    assert_eq!(std::fs::metadata(reserve).unwrap().len(), 4 << 20);
}

#[tokio::test]
async fn an_end_on_a_full_disk_closes_both_databases() {
    let Some(disk) = SmallDisk::mount() else { return };
    let world = World::at_home(disk.home()).unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    disk.fill();
    world.set("host.disk.usage", 100.0);
    world.pass(Span::from_minutes(10)).await.unwrap();
    // Without the reserve, nothing more can be stored in either.
    disk.fill();
    world.engine().close().await;
    let request = QuietRequest { r#for: "2h".to_owned() };
    let refused = world.engine().set_quiet(request).await.unwrap_err();
    assert!(refused.message.contains("caretaker.db") && refused.message.contains("closed"), "{refused}");
}
