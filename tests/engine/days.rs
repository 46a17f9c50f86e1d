//! Days and nights: sleeps, clock steps, reboots.

use caretaker_core::metric::{Labels, MarkKind};
use caretaker_core::time::{Clock, Span};
use caretaker_engine::PointsQuery;
use caretaker_testkit::World;

#[tokio::test]
async fn a_night_with_ten_sleeps_tells_nothing() {
    let world = World::new().unwrap();
    world.pass(Span::from_minutes(30)).await.unwrap();
    for nap in 1..=10 {
        world.clock.sleep_machine(Span::from_minutes(7 * nap));
        // Waking is busy work: a few rounds of full load that an awake machine would have to answer for.
        world.set("host.cpu.usage", 100.0);
        world.clock.advance(Span::from_seconds(5));
        world.round().await.unwrap();
        world.clock.advance(Span::from_seconds(30));
        world.round().await.unwrap();
        world.set("host.cpu.usage", 10.0);
        world.pass(Span::from_minutes(6)).await.unwrap();
    }
    assert!(world.told().is_empty(), "{:?}", world.told());
}

#[tokio::test]
async fn an_alert_that_was_up_before_a_sleep_is_up_after_it_and_not_told_again() {
    let world = World::new().unwrap();
    world.set("host.disk.usage", 97.0);
    world.pass(Span::from_minutes(10)).await.unwrap();
    assert_eq!(world.told(), ["raise critical"]);
    world.clock.sleep_machine(Span::from_hours(8));
    world.pass(Span::from_minutes(10)).await.unwrap();
    assert_eq!(world.told(), ["raise critical"]);
    assert_eq!(world.status().await.unwrap().alerts.len(), 1);
}

#[tokio::test]
async fn a_clock_set_back_an_hour_loses_no_sample_and_no_alert() {
    let world = World::new().unwrap();
    world.pass(Span::from_minutes(90)).await.unwrap();
    let before = count(&world, Span::from_hours(3)).await;
    world.clock.step(Span::ZERO - Span::from_hours(1));
    world.set("host.disk.usage", 97.0);
    world.pass(Span::from_minutes(30)).await.unwrap();
    assert_eq!(world.told(), ["raise critical"]);
    let now = world.clock.moment().wall;
    let marks = world.engine().points(query(now - Span::from_hours(3), now + Span::from_hours(2))).await.unwrap().marks;
    assert!(
        marks.iter().any(|mark| mark.kind == MarkKind::ClockStep && mark.text.contains("back by 1 h")),
        "{marks:?}"
    );
    assert_eq!(count(&world, Span::from_hours(5)).await, before + 60);
}

#[tokio::test]
async fn sleep_is_a_gap_and_a_mark_on_the_chart() {
    let world = World::new().unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    world.clock.sleep_machine(Span::from_minutes(40));
    world.pass(Span::from_minutes(5)).await.unwrap();
    let now = world.clock.moment().wall;
    let view = world.engine().points(query(now - Span::from_hours(1), now)).await.unwrap();
    let points = view.points.unwrap();
    assert_eq!(points.iter().filter(|point| point.value.is_none()).count(), 1, "one explicit gap");
    assert!(view.marks.iter().any(|mark| mark.kind == MarkKind::Sleep && mark.until.is_some()));
    assert!(points.windows(2).all(|pair| pair[0].at < pair[1].at), "stamps rise");
}

/// Kinds of the marks that last, and of boots, after three hours in which the machine was off.
async fn marks_of_the_night(world: &World) -> Vec<(MarkKind, String)> {
    world.pass(Span::from_minutes(5)).await.unwrap();
    assert!(world.told().is_empty());
    let now = world.clock.moment().wall;
    let marks = world.engine().points(query(now - Span::from_hours(4), now)).await.unwrap().marks;
    let away = marks.into_iter().filter(|mark| mark.until.is_some() || mark.kind == MarkKind::Boot);
    away.map(|mark| (mark.kind, mark.text)).collect()
}

#[tokio::test]
async fn a_power_cut_is_a_boot_and_a_gap_that_says_so() {
    let mut world = World::new().unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    world.clock.reboot(Span::from_hours(3));
    world.crash().await.unwrap();
    let marks = marks_of_the_night(&world).await;
    let lost = "Down without warning (power loss or crash), away for 3 h".to_owned();
    assert_eq!(marks, [(MarkKind::PowerLoss, lost), (MarkKind::Boot, "The machine started".to_owned())]);
    // Killed before anything of that was judged, the next start says the same once.
    world.crash().await.unwrap();
    assert_eq!(marks_of_the_night(&world).await, marks);
}

#[tokio::test]
async fn a_machine_that_was_shut_down_in_order_lost_no_power() {
    let mut world = World::new().unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    world.shut_down(Span::from_hours(3)).await.unwrap();
    let kinds: Vec<MarkKind> = marks_of_the_night(&world).await.into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, [MarkKind::Boot, MarkKind::Boot]);
}

#[tokio::test]
async fn two_days_are_rolled_up_and_read_back_from_either_tier() {
    let world = World::with_configuration("[collect]\ninterval = \"5m\"\n").unwrap();
    world.pass(Span::from_days(2)).await.unwrap();
    let now = world.clock.moment().wall;
    let raw = world.engine().points(query(now - Span::from_hours(6), now)).await.unwrap();
    assert_eq!(raw.step_ms, None);
    let wide = world.engine().points(query(now - Span::from_days(2), now)).await.unwrap();
    assert!(wide.step_ms.is_some());
    let stats = wide.stats.unwrap();
    assert_eq!((stats.min, stats.max), (Some(12.0), Some(12.0)));
    assert!(stats.count >= 2 * 288 - 2, "{}", stats.count);
}

fn query(from: caretaker_core::time::Timestamp, to: caretaker_core::time::Timestamp) -> PointsQuery {
    PointsQuery {
        name: "host.cpu.usage".into(),
        labels: Labels::none(),
        from: Some(from),
        to: Some(to),
        ..PointsQuery::default()
    }
}

async fn count(world: &World, back: Span) -> u64 {
    let now = world.clock.moment().wall;
    let view = world.engine().points(query(now - back, now + Span::from_hours(2))).await.unwrap();
    view.stats.unwrap().count
}

#[tokio::test]
async fn a_disk_that_fills_day_by_day_is_told_before_it_is_full_and_a_restart_knows_its_history() {
    let mut world = World::with_configuration("[collect]\ninterval = \"5m\"\n").unwrap();
    let mut free = 100e9;
    for hour in 0..72 {
        world.set("host.disk.free", free);
        world.pass(Span::from_hours(1)).await.unwrap();
        free -= 0.5e9;
        if hour == 23 {
            assert!(world.told().is_empty(), "one day is too little to tell: {:?}", world.told());
        }
    }
    assert_eq!(world.told(), ["raise warning", "update warning"], "64 GB at 12 GB a day; the update makes it stay");
    let alert = world.status().await.unwrap().alerts[0].clone();
    assert_eq!(alert.rule, "disk-forecast");
    assert!(alert.summary.starts_with("Free space on / used up in 5 d"), "{}", alert.summary);
    world.restart().await.unwrap();
    world.pass(Span::from_minutes(30)).await.unwrap();
    assert_eq!(world.told().len(), 2, "the same alert, not told again");
    let after = world.status().await.unwrap().alerts[0].clone();
    assert!((after.value - alert.value).abs() < 7_200.0, "{} then {}", alert.value, after.value);
}

#[tokio::test]
async fn a_sentence_counts_no_sleep() {
    let world = World::with_configuration("[[rule]]\nid = \"cpu-high\"\nfor = \"10m\"\n").unwrap();
    world.set("host.cpu.usage", 97.0);
    world.pass(Span::from_minutes(9)).await.unwrap();
    assert!(world.told().is_empty());
    world.clock.sleep_machine(Span::from_hours(8));
    world.pass(Span::from_minutes(5)).await.unwrap();
    let alert = world.status().await.unwrap().alerts[0].clone();
    assert!(alert.summary.starts_with("CPU 97 % for 1"), "{}", alert.summary);
    assert!(!alert.summary.contains(" h"), "eight hours asleep are none of it: {}", alert.summary);
    assert!(alert.lasted > Span::from_minutes(9) && alert.lasted < Span::from_minutes(15), "{:?}", alert.lasted);
    let told = world.notifier.delivered();
    assert!(told.iter().all(|notice| !notice.body.contains(" h ")), "{told:?}");
}
