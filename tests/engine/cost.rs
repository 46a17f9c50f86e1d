//! What Caretaker itself costs: told beside its targets, and an alert when it is dear.

use caretaker_core::time::Span;
use caretaker_core::view::CostState;
use caretaker_testkit::World;

#[tokio::test]
async fn costs_are_told_beside_their_targets() {
    let world = World::new().unwrap();
    world.pass(Span::from_hours(2)).await.unwrap();
    let cost = world.engine().cost().await.unwrap();
    let row = |id: &str| cost.costs.iter().find(|row| row.id == id).unwrap_or_else(|| panic!("no {id}: {cost:?}"));
    let cpu = row("cpu");
    assert_eq!((cpu.now_text.as_str(), cpu.average_text.as_str()), ("0.03 %", "0.03 %"));
    assert_eq!((cpu.target_text.as_str(), cpu.state), ("at most 0.1 %", CostState::Within));
    assert!(cpu.points.len() >= 8, "two hours in steps of 15 minutes: {:?}", cpu.points);
    assert_eq!(row("wakeups").state, CostState::NoTarget);
    assert_eq!((row("writes").now_text.as_str(), row("writes").state), ("10.4 MB", CostState::Within));
    assert_eq!((cost.connections, cost.connections_beyond), (0, 0));
    world.set("caretaker.memory", 80e6);
    world.pass(Span::from_hours(23)).await.unwrap();
    let cost = world.engine().cost().await.unwrap();
    let memory = cost.costs.iter().find(|row| row.id == "memory").unwrap();
    assert_eq!((memory.now_text.as_str(), memory.state), ("80 MB", CostState::Above));
}

#[tokio::test]
async fn a_dear_start_raises_nothing_and_a_dear_hour_is_told_once() {
    let world = World::new().unwrap();
    world.set("caretaker.cpu.usage", 40.0);
    world.pass(Span::from_seconds(30)).await.unwrap();
    world.set("caretaker.cpu.usage", 0.05);
    world.pass(Span::from_hours(2)).await.unwrap();
    assert!(world.told().is_empty(), "{:?}", world.told());
    world.set("caretaker.cpu.usage", 1.6);
    world.pass(Span::from_hours(2)).await.unwrap();
    // What is raised may be told anew with other figures, in its place.
    let turns = || world.told().iter().filter(|told| !told.starts_with("update")).cloned().collect::<Vec<_>>();
    assert_eq!(turns(), ["raise warning"]);
    let alert = world.status().await.unwrap().alerts.remove(0);
    assert_eq!(alert.title, "Caretaker itself uses much CPU");
    assert!(alert.summary.starts_with("Caretaker's own CPU 1.6 %"), "{}", alert.summary);
    // Around the bound it neither ends nor begins again.
    for step in 0..20 {
        world.set("caretaker.cpu.usage", if step % 2 == 0 { 0.9 } else { 1.1 });
        world.pass(Span::from_minutes(20)).await.unwrap();
    }
    assert_eq!(turns(), ["raise warning"]);
    world.set("caretaker.cpu.usage", 0.05);
    world.pass(Span::from_hours(1)).await.unwrap();
    assert!(world.status().await.unwrap().alerts.is_empty());
}

#[tokio::test]
async fn memory_and_writes_have_rules_of_their_own() {
    let world = World::new().unwrap();
    world.set("caretaker.memory", 170e6);
    world.set("caretaker.disk.written_day", 300e6);
    world.pass(Span::from_hours(1)).await.unwrap();
    let alerts = world.status().await.unwrap().alerts;
    let mut rules: Vec<&str> = alerts.iter().map(|alert| alert.rule.as_str()).collect();
    rules.sort_unstable();
    assert_eq!(rules, ["own-memory", "own-writes"]);
    let writes = alerts.iter().find(|alert| alert.rule == "own-writes").unwrap();
    assert!(writes.summary.contains("300 MB") && writes.summary.contains("above 250 MB"), "{}", writes.summary);
}
