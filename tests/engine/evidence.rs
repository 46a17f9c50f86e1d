//! What an alert keeps of its moment beyond figures: what logs said before and after, what was changed, and all of it as one file.

use caretaker_core::export::AlertFormat;
use caretaker_core::record::RecordLevel;
use caretaker_core::time::{Clock, Span, Timestamp};
use caretaker_core::view::AlertDetail;
use caretaker_testkit::World;

const SECONDS: fn(i64) -> Span = Span::from_seconds;

/// Rounds with everything that follows them, as the loops of a live engine do it.
async fn pass(world: &World, span: Span) {
    let interval = world.engine().settings().collect.interval;
    for _ in 0..span.as_millis() / interval.as_millis() {
        world.pass(interval).await.unwrap();
        world.engine().witness().await.unwrap();
    }
}

/// CPU at 97 % until the alert is up; gives its id and the moment at which it was raised.
async fn raised(world: &World) -> (String, Timestamp) {
    world.set("host.cpu.usage", 97.0);
    for _ in 0..40 {
        pass(world, SECONDS(30)).await;
        if !world.status().await.unwrap().alerts.is_empty() {
            break;
        }
    }
    let alert = world.status().await.unwrap().alerts.into_iter().next().expect("the alert is raised");
    (alert.id.0.clone(), alert.fired_at.unwrap())
}

async fn detail(world: &World, id: &str) -> AlertDetail {
    world.engine().alert(id).await.unwrap()
}

#[tokio::test]
async fn logs_before_are_there_at_once_and_those_after_two_minutes_later() {
    let world = World::new().unwrap();
    pass(&world, Span::from_minutes(10)).await;
    let start = world.clock.moment().wall;
    for minute in 0..30 {
        let at = start + Span::from_minutes(minute);
        world.records.write(at, RecordLevel::Warning, "kernel", &format!("minute {minute} password=hunter2"));
    }
    world.records.install(start - Span::from_hours(3), "Upgraded the package curl");
    let (id, at) = raised(&world).await;
    let evidence = detail(&world, &id).await.evidence.unwrap();
    let log = evidence.log.expect("the log was read when the alert was raised");
    assert_eq!((log.source.as_str(), log.note.as_str(), log.after.len()), ("journal", "", 0));
    assert!((2..=3).contains(&log.before.len()), "two minutes before: {log:?}");
    assert!(log.before.iter().all(|one| one.at <= at && at.since(one.at) <= Span::from_minutes(2)), "{log:?}");
    assert!(log.before.iter().all(|one| one.message.ends_with("password=***")), "{log:?}");
    assert!(evidence.changes.iter().any(|change| change.text == "Upgraded the package curl"), "{:?}", evidence.changes);

    pass(&world, Span::from_minutes(3)).await;
    let later = detail(&world, &id).await.evidence.unwrap();
    let after = later.log.unwrap();
    assert_eq!(after.before, log.before, "what was frozen stays");
    assert!((1..=3).contains(&after.after.len()), "{after:?}");
    assert!(after.after.iter().all(|one| one.at > at && one.at.since(at) <= Span::from_minutes(2)), "{after:?}");
    assert!(!later.after.is_empty(), "the samples came too");
    pass(&world, Span::from_minutes(10)).await;
    assert_eq!(detail(&world, &id).await.evidence.unwrap().log.unwrap(), after, "once and no more");
}

#[tokio::test]
async fn a_log_that_nobody_may_read_is_said_and_is_no_fault() {
    let world = World::new().unwrap();
    world.records.hide();
    let (id, _) = raised(&world).await;
    let log = detail(&world, &id).await.evidence.unwrap().log.unwrap();
    assert!(log.note.contains("not readable on this machine"), "{log:?}");
    assert!(world.status().await.unwrap().degraded.is_empty());
}

#[tokio::test]
async fn an_engine_that_ended_in_between_still_brings_both_sides() {
    let mut world = World::new().unwrap();
    world.pass(Span::from_minutes(10)).await.unwrap();
    let start = world.clock.moment().wall;
    for half in 0..60 {
        world.records.write(start + SECONDS(half * 30 + 1), RecordLevel::Error, "sshd", &format!("number {half}"));
    }
    world.set("host.cpu.usage", 97.0);
    while world.status().await.unwrap().alerts.is_empty() {
        world.pass(SECONDS(30)).await.unwrap();
    }
    // Killed before any log was read.
    world.crash().await.unwrap();
    pass(&world, Span::from_minutes(3)).await;
    let alert = world.status().await.unwrap().alerts[0].clone();
    let log = detail(&world, &alert.id.0).await.evidence.unwrap().log.unwrap();
    assert!(log.before.len() >= 3 && log.after.len() >= 3, "{log:?}");
}

#[tokio::test]
async fn boots_and_sleeps_of_the_day_are_among_what_changed() {
    let mut world = World::new().unwrap();
    pass(&world, Span::from_minutes(5)).await;
    world.clock.sleep_machine(Span::from_hours(2));
    pass(&world, Span::from_minutes(90)).await;
    world.restart().await.unwrap();
    pass(&world, Span::from_minutes(5)).await;
    let (id, _) = raised(&world).await;
    let changes = detail(&world, &id).await.evidence.unwrap().changes;
    let texts: Vec<&str> = changes.iter().map(|change| change.text.as_str()).collect();
    assert!(texts.iter().any(|text| text.starts_with("Woke: asleep for 2 h")), "{texts:?}");
}

#[tokio::test]
async fn one_alert_is_one_file_in_every_format() {
    let world = World::new().unwrap();
    pass(&world, Span::from_minutes(30)).await;
    let now = world.clock.moment().wall;
    world.records.write(now + Span::from_minutes(4), RecordLevel::Error, "board", "<b>fault</b>");
    let (id, _) = raised(&world).await;
    pass(&world, Span::from_minutes(5)).await;
    for format in AlertFormat::ALL {
        let (written, text) = world.engine().export_alert(&id, format).await.unwrap();
        assert_eq!(written, format);
        assert!(
            text.contains("CPU 97 %")
                && text.contains("ollama")
                && text.contains("cpu-high") == (format == AlertFormat::Json),
            "{text}"
        );
    }
    let (_, page) = world.engine().export_alert(&id, AlertFormat::Html).await.unwrap();
    assert!(page.contains("<svg") && page.contains("class=\"course\" d=\"M") && !page.contains("<b>fault"), "{page}");
    assert!(world.engine().export_alert("nothing", AlertFormat::Html).await.is_err());
}
