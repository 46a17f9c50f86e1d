//! A round has one moment: the clock is read once for it, and everything that comes of it carries that reading.

use std::collections::BTreeSet;

use caretaker_core::time::{Clock, Span, Timestamp};
use caretaker_testkit::{Health, World};

#[tokio::test]
async fn the_clock_is_read_once_a_round_whatever_the_round_brings() {
    let world = World::new().unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    let mut raised = 0;
    for number in 0..60 {
        match number {
            // A rule fires, another resolves, a part of the machine fails and works again.
            10 => world.set("host.disk.usage", 97.0),
            30 => world.set("host.disk.usage", 60.0),
            40 => assert!(world.machine.health("sensors", Health::Failing)),
            50 => assert!(world.machine.health("sensors", Health::Working)),
            _ => {}
        }
        world.clock.advance(Span::from_seconds(30));
        let before = world.clock.readings();
        raised += world.engine().round().await.unwrap().transitions;
        assert_eq!(world.clock.readings() - before, 1, "round {number}");
    }
    assert!(raised >= 2, "{raised} transitions");
}

#[tokio::test]
async fn what_a_round_decides_carries_its_moment_and_no_later_one() {
    let world = World::new().unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    world.clock.be_restless();
    let (mut moments, mut raised) = (BTreeSet::<Timestamp>::new(), None);
    for number in 0..60 {
        match number {
            5 => world.set("host.cpu.usage", 97.0),
            35 => world.set("host.cpu.usage", 5.0),
            _ => {}
        }
        world.clock.advance(Span::from_seconds(30));
        // The next reading is the round's, a millisecond later.
        moments.insert(world.clock.moment().wall + Span::from_millis(1));
        world.round().await.unwrap();
        raised = raised.or(world.status().await.unwrap().alerts.first().map(|alert| alert.id.0.clone()));
    }
    let detail = world.engine().alert(&raised.unwrap()).await.unwrap();
    let alert = &detail.alert;
    let mut stamps =
        vec![("since", alert.since), ("fired", alert.fired_at.unwrap()), ("resolved", alert.resolved_at.unwrap())];
    stamps.push(("evidence", detail.evidence.as_ref().unwrap().at));
    stamps.extend(detail.timeline.iter().map(|entry| ("timeline", entry.at)));
    stamps.extend(world.notifier.delivered().iter().map(|notice| ("notice", notice.created)));
    assert!(stamps.len() >= 9, "{stamps:?}");
    for (what, stamp) in stamps {
        assert!(moments.contains(&stamp), "{what} at {stamp}, which is no round's moment");
    }
}
