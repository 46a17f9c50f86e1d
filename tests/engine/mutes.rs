//! Maintenance windows, silences that lie ahead, silences until something is resolved, and what they would mute.

use caretaker_core::metric::Labels;
use caretaker_core::problem::Code;
use caretaker_core::rule::Level;
use caretaker_core::time::{Clock, Span};
use caretaker_core::view::{OverallState, SilenceRequest};
use caretaker_testkit::World;

fn minutes(minutes: i64) -> Span {
    Span::from_minutes(minutes)
}

fn wish(target: &str, length: Span) -> SilenceRequest {
    SilenceRequest { target: target.into(), r#for: length, reason: "known".into(), ..SilenceRequest::default() }
}

async fn busy(world: &World) {
    world.set("host.cpu.usage", 97.0);
    world.pass(minutes(8)).await.unwrap();
}

fn last(world: &World) -> Option<String> {
    world.told().last().cloned()
}

/// The zone of the machine that runs the tests decides when a local time is; the window is written for it.
fn window_in(world: &World, ahead: Span, more: &str) -> String {
    let at = (world.clock.moment().wall + ahead).to_utc().with_timezone(&chrono::Local);
    let day = at.format("%a").to_string().to_lowercase();
    format!(
        "[[notify.maintenance]]\nid = \"updates\"\nreason = \"System updates\"\nevery = \"{day} {}\"\nfor = \"1h\"\n{more}",
        at.format("%H:%M")
    )
}

#[tokio::test]
async fn a_window_of_the_file_mutes_while_it_is_open_and_tells_what_is_still_up_afterwards() {
    let world = World::new().unwrap();
    world.configure(&window_in(&world, minutes(30), "")).unwrap();
    world.engine().reload().await.unwrap();
    world.pass(minutes(35)).await.unwrap();
    busy(&world).await;
    assert!(world.told().is_empty(), "{:?}", world.told());
    let status = world.status().await.unwrap();
    assert_eq!((status.state, status.alerts.len()), (OverallState::Ok, 1), "judged and recorded all the same");
    let open: Vec<_> = status.silences.iter().map(|view| (view.what.as_str(), view.silence.reason.as_str())).collect();
    assert_eq!(open, [("Everything", "System updates")]);
    let refused = world.engine().unsilence("updates").await.unwrap_err();
    assert!(refused.hint.contains("notify.maintenance.updates"), "{refused:?}");
    world.pass(minutes(50)).await.unwrap();
    assert_eq!(last(&world).as_deref(), Some("raise critical"), "it is still up when the window closes");
    assert!(world.status().await.unwrap().silences.is_empty());
    world.pass(Span::from_hours(3)).await.unwrap();
    assert!(world.status().await.unwrap().silences.is_empty(), "not before next week");
}

#[tokio::test]
async fn what_a_window_excepts_or_does_not_name_is_told() {
    let world = World::new().unwrap();
    world.configure(&window_in(&world, minutes(1), "except = \"critical\"\n")).unwrap();
    world.engine().reload().await.unwrap();
    world.pass(minutes(5)).await.unwrap();
    world.set("host.cpu.usage", 80.0);
    world.pass(minutes(10)).await.unwrap();
    assert!(world.told().is_empty(), "a warning is muted: {:?}", world.told());
    busy(&world).await;
    assert_eq!(last(&world).as_deref(), Some("raise critical"));

    let world = World::new().unwrap();
    world.configure(&window_in(&world, minutes(1), "where = { mount = \"/\" }\n")).unwrap();
    world.engine().reload().await.unwrap();
    world.pass(minutes(2)).await.unwrap();
    world.set("host.disk.usage", 97.0);
    busy(&world).await;
    let rules: Vec<String> = world.notifier.delivered().into_iter().map(|notice| notice.title).collect();
    assert!(!rules.is_empty() && rules.iter().all(|title| title.contains("CPU")), "{rules:?}");
}

#[tokio::test]
async fn maintenance_can_be_planned_and_begins_and_ends_by_itself() {
    let mut world = World::new().unwrap();
    world.round().await.unwrap();
    let start = world.clock.moment().wall;
    let planned = SilenceRequest { from: Some(start + Span::from_hours(2)), ..wish("*", Span::from_hours(1)) };
    let view = world.engine().silence(planned).await.unwrap();
    assert!(view.silence.is_maintenance() && view.what == "Everything");
    busy(&world).await;
    assert_eq!(last(&world).as_deref(), Some("raise critical"), "not yet");
    assert_eq!(world.status().await.unwrap().silences.len(), 1, "but it is listed");
    assert!(world.status().await.unwrap().alerts[0].silenced_until.is_none());
    world.restart().await.unwrap();
    world.pass(minutes(125)).await.unwrap();
    assert_eq!(last(&world).as_deref(), Some("close critical"), "muted now");
    world.pass(minutes(60)).await.unwrap();
    assert_eq!(last(&world).as_deref(), Some("raise critical"), "still up");
    assert!(world.status().await.unwrap().silences.is_empty());
}

#[tokio::test]
async fn maintenance_is_bounded_and_ends_when_it_is_told_to() {
    let world = World::new().unwrap();
    busy(&world).await;
    let now = world.clock.moment().wall;
    for bad in [
        wish("*", Span::from_days(8)),
        wish("*", Span::ZERO),
        SilenceRequest { from: Some(now - Span::from_hours(1)), ..wish("*", Span::from_hours(3)) },
        SilenceRequest { until: Some(now - minutes(5)), ..wish("*", Span::ZERO) },
        SilenceRequest { reason: " ".into(), ..wish("*", Span::from_hours(1)) },
    ] {
        assert_eq!(world.engine().silence(bad.clone()).await.unwrap_err().code, Code::Usage, "{bad:?}");
    }
    world.engine().silence(wish("*", Span::from_hours(1))).await.unwrap();
    world.engine().deliver().await.unwrap();
    assert_eq!(last(&world).as_deref(), Some("close critical"));
    world.engine().unsilence("*").await.unwrap();
    world.engine().deliver().await.unwrap();
    assert_eq!(last(&world).as_deref(), Some("raise critical"));
}

#[tokio::test]
async fn a_silence_until_resolved_ends_with_the_alert_and_the_next_one_rings() {
    let world = World::new().unwrap();
    let until_resolved = || SilenceRequest { until_resolved: true, ..wish("cpu-high", Span::ZERO) };
    let nothing = world.engine().silence(until_resolved()).await.unwrap_err();
    assert!(nothing.message.contains("nothing is up"), "{nothing:?}");
    busy(&world).await;
    let view = world.engine().silence(until_resolved()).await.unwrap();
    assert!(view.silence.until_resolved);
    world.pass(Span::from_hours(30)).await.unwrap();
    assert_eq!(last(&world).as_deref(), Some("close critical"));
    assert_eq!(world.status().await.unwrap().silences.len(), 1, "it lasts as long as the alert");
    world.set("host.cpu.usage", 5.0);
    world.pass(minutes(30)).await.unwrap();
    let status = world.status().await.unwrap();
    assert_eq!((status.alerts.len(), status.silences.len()), (0, 0));
    assert!(world.engine().silences().await.unwrap().silences.is_empty());
    let before = world.told().len();
    world.pass(Span::from_hours(2)).await.unwrap();
    busy(&world).await;
    assert!(world.told().len() > before && last(&world).as_deref() == Some("raise critical"), "{:?}", world.told());
}

#[tokio::test]
async fn a_preview_says_what_would_be_muted_and_changes_nothing() {
    let world = World::new().unwrap();
    world.set("host.disk.usage", 97.0);
    busy(&world).await;
    world.set("host.cpu.usage", 5.0);
    world.pass(minutes(40)).await.unwrap();
    let mount = Labels::one("mount", "/");
    let everything = world.engine().preview_silence(wish("*", Span::from_hours(1))).await.unwrap();
    let rules: Vec<&str> = everything.alerts.iter().map(|alert| alert.rule.as_str()).collect();
    assert_eq!((rules, everything.is_lasting, everything.series), (vec!["disk-space"], true, None));
    assert_eq!((everything.lately_count, everything.lately[0].rule.as_str()), (1, "cpu-high"));
    let disk = SilenceRequest { labels: mount, ..wish("disk-space", Span::from_hours(1)) };
    let disk = world.engine().preview_silence(disk).await.unwrap();
    assert_eq!((disk.alerts.len(), disk.lately_count, disk.series, disk.changes), (1, 0, Some(1), None));
    let typo = SilenceRequest { labels: Labels::one("mount", "/dta"), ..wish("disk-space", Span::from_hours(1)) };
    let typo = world.engine().preview_silence(typo).await.unwrap();
    assert_eq!((typo.alerts.len(), typo.series), (0, Some(0)), "no series has that label");
    let excepted = SilenceRequest { except: Some(Level::Critical), ..wish("*", Span::from_hours(1)) };
    assert!(world.engine().preview_silence(excepted).await.unwrap().alerts.is_empty());
    assert!(world.status().await.unwrap().silences.is_empty());
    let made = world.engine().silence(wish("cpu-high", Span::from_hours(1))).await.unwrap();
    let again = world.engine().preview_silence(wish("cpu-high", Span::from_hours(5))).await.unwrap();
    assert_eq!(again.changes, Some(made));
}

#[tokio::test]
async fn each_judged_round_touches_the_file_for_watchdogs() {
    let world = World::new().unwrap();
    let path = world.home().join("heartbeat");
    assert!(!path.exists());
    world.round().await.unwrap();
    let long_ago = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    std::fs::File::options().write(true).open(&path).unwrap().set_modified(long_ago).unwrap();
    world.pass(minutes(1)).await.unwrap();
    assert!(std::fs::metadata(&path).unwrap().modified().unwrap() > long_ago);
}
