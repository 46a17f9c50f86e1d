//! From a measured value to a notice, and everything that people do with an alert.

use caretaker_core::alert::State;
use caretaker_core::notice::NoticeKind;
use caretaker_core::problem::Code;
use caretaker_core::rule::Level;
use caretaker_core::time::Span;
use caretaker_core::view::{BacktestRequest, OverallState, QuietRequest, RuleRequest, SilenceRequest};
use caretaker_engine::AlertFilter;
use caretaker_testkit::World;
use chrono::TimeZone;

fn minutes(minutes: i64) -> Span {
    Span::from_minutes(minutes)
}

/// CPU at 97 % until the alert is up.
async fn busy() -> World {
    let world = World::new().unwrap();
    world.pass(minutes(10)).await.unwrap();
    world.set("host.cpu.usage", 97.0);
    world.pass(minutes(8)).await.unwrap();
    world
}

#[tokio::test]
async fn a_calm_machine_is_ok_and_tells_nothing() {
    let world = World::new().unwrap();
    world.pass(Span::from_hours(2)).await.unwrap();
    let status = world.status().await.unwrap();
    assert_eq!((status.state, status.verdict.as_str()), (OverallState::Ok, "All is well"));
    assert!(world.told().is_empty());
    assert_eq!(status.host.cpu_percent, Some(12.0));
}

#[tokio::test]
async fn a_busy_machine_is_told_once_and_the_notice_is_taken_away_when_it_is_over() {
    let world = busy().await;
    let status = world.status().await.unwrap();
    assert_eq!(status.state, OverallState::Critical);
    assert_eq!(status.alerts.len(), 1);
    assert!(status.alerts[0].summary.starts_with("CPU 97 % for "), "{}", status.alerts[0].summary);
    let told = world.told();
    assert_eq!(told.last().map(String::as_str), Some("raise critical"));
    assert!(told.len() <= 2, "a warning may come first while the average rises: {told:?}");
    world.pass(minutes(60)).await.unwrap();
    assert_eq!(world.told(), told, "an hour of the same is no news");
    world.set("host.cpu.usage", 5.0);
    world.pass(minutes(20)).await.unwrap();
    assert!(world.told().last().is_some_and(|last| last.starts_with("close")), "{:?}", world.told());
    assert_eq!(world.status().await.unwrap().state, OverallState::Ok);
    let every = world.notifier.delivered();
    assert!(every.iter().all(|notice| notice.alert == every[0].alert), "one alert, one identity on the screen");
}

#[tokio::test]
async fn the_alert_keeps_the_evidence_of_its_moment() {
    let world = busy().await;
    let id = world.status().await.unwrap().alerts[0].id.0.clone();
    let before = world.engine().alert(&id[..13]).await.unwrap();
    let evidence = before.evidence.clone().unwrap();
    assert!(evidence.rule_text.contains("host.cpu.usage"), "{}", evidence.rule_text);
    assert!(evidence.samples.iter().filter_map(|point| point.value).any(|value| value == 97.0));
    assert_eq!(evidence.processes[0].name, "ollama");
    assert!(evidence.companions.iter().any(|one| one.name == "host.memory.usage"));
    let texts: Vec<&str> = before.timeline.iter().map(|entry| entry.text.as_str()).collect();
    assert_eq!(texts[0], "Out of bounds for the first time");
    assert!(texts.iter().any(|text| text.starts_with("Raised")), "{texts:?}");
    assert_eq!(before.notices.len(), world.told().len());
    world.set("host.cpu.usage", 5.0);
    world.pass(minutes(30)).await.unwrap();
    let after = world.engine().alert(&id).await.unwrap();
    assert_eq!(after.alert.state, State::Resolved);
    let completed = after.evidence.unwrap();
    assert!(evidence.after.is_empty() || evidence.after == completed.after);
    assert!(
        completed.after.len() >= 4 && completed.after.iter().all(|point| point.at > evidence.at),
        "two minutes after"
    );
    assert_eq!(
        caretaker_core::alert::Evidence { after: evidence.after.clone(), ..completed },
        evidence,
        "nothing else changes"
    );
}

#[tokio::test]
async fn who_acknowledges_hears_no_more_unless_it_gets_worse() {
    let world = World::new().unwrap();
    world.set("host.disk.usage", 88.0);
    world.pass(minutes(10)).await.unwrap();
    let id = world.status().await.unwrap().alerts[0].id.0.clone();
    let taken = world.engine().acknowledge(&id, "buying a disk".into()).await.unwrap();
    assert_eq!(taken.acknowledged.unwrap().note, "buying a disk");
    world.engine().deliver().await.unwrap();
    assert_eq!(world.told(), ["raise warning", "close warning"]);
    assert_eq!(world.status().await.unwrap().state, OverallState::Warning, "acknowledged alerts count");
    world.set("host.disk.usage", 97.0);
    world.pass(minutes(10)).await.unwrap();
    assert_eq!(world.told().last().map(String::as_str), Some("raise critical"));
}

#[tokio::test]
async fn nothing_is_told_while_quiet_and_what_is_still_up_is_told_afterwards() {
    let world = World::new().unwrap();
    world.round().await.unwrap();
    let quiet = world.engine().set_quiet(QuietRequest { r#for: "1h".into() }).await.unwrap();
    assert!(quiet.until.is_some());
    world.set("host.cpu.usage", 97.0);
    world.pass(minutes(50)).await.unwrap();
    assert!(world.told().is_empty());
    let status = world.status().await.unwrap();
    assert_eq!(status.state, OverallState::Critical, "the alert is recorded all the same");
    world.pass(minutes(15)).await.unwrap();
    assert_eq!(world.told(), ["raise critical"]);
    assert_eq!(world.engine().quiet().until, None);
}

#[tokio::test]
async fn a_silenced_alert_does_not_count_and_is_told_when_the_silence_ends() {
    let world = busy().await;
    let request = SilenceRequest {
        target: "cpu-high".into(),
        labels: caretaker_core::metric::Labels::none(),
        r#for: Span::from_hours(2),
        reason: "compiling".into(),
        ..SilenceRequest::default()
    };
    world.engine().silence(request).await.unwrap();
    world.engine().deliver().await.unwrap();
    assert_eq!(world.told().last().map(String::as_str), Some("close critical"));
    let status = world.status().await.unwrap();
    assert_eq!(status.state, OverallState::Ok);
    assert!(status.alerts[0].silenced_until.is_some());
    world.engine().unsilence("cpu-high").await.unwrap();
    world.engine().deliver().await.unwrap();
    assert_eq!(world.told().last().map(String::as_str), Some("raise critical"));
    assert_eq!(world.engine().unsilence("cpu-high").await.unwrap_err().code, Code::NotFound);
}

#[tokio::test]
async fn a_snooze_ends_by_itself() {
    let world = busy().await;
    let id = world.status().await.unwrap().alerts[0].id.0.clone();
    world.engine().snooze(&id, Span::from_hours(1)).await.unwrap();
    world.pass(minutes(59)).await.unwrap();
    assert_eq!(world.told().last().map(String::as_str), Some("close critical"));
    world.pass(minutes(2)).await.unwrap();
    assert_eq!(world.told().last().map(String::as_str), Some("raise critical"));
}

#[tokio::test]
async fn no_notification_daemon_delays_the_notice_and_is_named() {
    let world = World::new().unwrap();
    world.notifier.refuse(Some("no notification daemon answers on the session bus"));
    world.set("host.disk.usage", 97.0);
    world.pass(minutes(20)).await.unwrap();
    assert!(world.told().is_empty());
    let status = world.status().await.unwrap();
    assert_eq!(status.degraded[0].part, "notifications");
    assert_eq!(status.state, OverallState::Critical, "a missing daemon changes no judgement");
    world.notifier.refuse(None);
    world.pass(minutes(6)).await.unwrap();
    assert_eq!(world.told(), ["raise critical"]);
    assert!(world.status().await.unwrap().degraded.is_empty());
}

#[tokio::test]
async fn lists_show_what_was_asked_for() {
    let world = busy().await;
    world.set("host.cpu.usage", 5.0);
    world.set("host.disk.usage", 88.0);
    world.pass(minutes(30)).await.unwrap();
    let list = async |filter| world.engine().alerts(filter).await.unwrap().alerts;
    let open = list(AlertFilter::default()).await;
    assert_eq!(open.len(), 1);
    assert_eq!(open[0].rule, "disk-space");
    let all = list(AlertFilter { all: true, ..AlertFilter::default() }).await;
    assert_eq!(all.len(), 2);
    assert_eq!(all[1].state, State::Resolved, "what is over comes last");
    let critical = list(AlertFilter { all: true, level: Some(Level::Critical), ..AlertFilter::default() }).await;
    assert!(critical.iter().all(|alert| alert.level == Level::Critical));
    let unknown = world.engine().alert("ffffffff").await.unwrap_err();
    assert_eq!(unknown.code, Code::NotFound);
}

#[tokio::test]
async fn a_changed_rule_is_tried_on_stored_history_before_it_is_saved() {
    let world = World::with_configuration("[collect]\ninterval = \"1m\"\n").unwrap();
    for _ in 0..3 {
        world.set("host.cpu.usage", 70.0);
        world.pass(minutes(40)).await.unwrap();
        world.set("host.cpu.usage", 10.0);
        world.pass(minutes(40)).await.unwrap();
    }
    let request = |bound: Option<&str>| BacktestRequest {
        rule: "cpu-high".into(),
        set: bound.map(|bound| ("warning.above".to_owned(), Some(bound.to_owned()))).into_iter().collect(),
        since: Some(Span::from_days(1)),
    };
    let now = world.engine().backtest(request(None)).await.unwrap();
    assert_eq!((now.fired.len(), now.would_notify), (0, 0));
    assert_eq!(now.rounds, 240);
    let measured = now.measured_from.unwrap();
    assert_eq!(now.to.since(measured), minutes(239), "what lies before was not measured");
    let lower = world.engine().backtest(request(Some("60"))).await.unwrap();
    assert_eq!((lower.fired.len(), lower.would_notify), (3, 3));
    assert!(lower.rule_text.contains("60 %"), "{}", lower.rule_text);
    assert!(world.told().is_empty(), "trying tells nobody");
    let wrong = world.engine().backtest(request(Some("95"))).await.unwrap_err();
    assert_eq!(wrong.code, Code::InvalidConfiguration);
    let set = RuleRequest { set: request(Some("60")).set };
    world.engine().change_rule("cpu-high", set).await.unwrap();
    assert_eq!(world.engine().rules().rules[0].warning, Some(caretaker_core::rule::Threshold::Above(60.0)));
}

#[tokio::test]
async fn the_noisiest_rule_is_named_with_the_bound_at_which_it_would_have_been_quiet() {
    let world = World::with_configuration("[collect]\ninterval = \"1m\"\n").unwrap();
    for _ in 0..5 {
        world.set("host.cpu.usage", 80.0);
        world.pass(minutes(40)).await.unwrap();
        world.set("host.cpu.usage", 10.0);
        world.pass(minutes(40)).await.unwrap();
    }
    let noise = world.engine().noise(None).await.unwrap();
    let row = &noise.rules[0];
    assert_eq!((row.rule.as_str(), row.fired, row.told), ("cpu-high", 5, 5));
    let quieter = row.quieter.unwrap();
    assert!(
        matches!(quieter.threshold, caretaker_core::rule::Threshold::Above(bound) if bound > 76.0 && bound <= 80.0)
    );
    assert!(quieter.would_notify <= 1);
    assert_eq!(quieter.instead_of, 5);
    assert_eq!(noise.line, "5 notifications, 0 taken on; all from cpu-high");
}

#[tokio::test]
async fn one_interruption_is_counted_once_however_many_channels_tell_of_it() {
    let channel = "[[notify.channel]]\nid = \"log\"\nkind = \"command\"\ncommand = [\"/bin/true\"]\n";
    for native in [true, false] {
        let text = format!("[notify]\nnative = {native}\n[collect]\ninterval = \"1m\"\n{channel}{channel}");
        let text = text.replacen("\"log\"", "\"other\"", 1);
        let world = World::with_configuration(&text).unwrap();
        world.set("host.cpu.usage", 80.0);
        world.pass(minutes(40)).await.unwrap();
        let noise = world.engine().noise(None).await.unwrap();
        assert_eq!((noise.rules[0].fired, noise.rules[0].told), (1, 1), "native = {native}");
        assert_eq!(noise.rules[0].quieter, None, "once a week is quiet");
    }
}

#[tokio::test]
async fn what_was_told_among_several_counts_as_noise_of_its_rule() {
    let rule = |number: i64| {
        let bound = 60 + number;
        format!("[[rule]]\nid = \"r{number}\"\nmetric = \"host.memory.usage\"\nwarning = {{ above = {bound} }}\n")
    };
    let world = World::with_configuration(&(1..=5).map(rule).collect::<String>()).unwrap();
    world.set("host.memory.usage", 70.0);
    world.pass(minutes(2)).await.unwrap();
    assert_eq!(world.told(), ["raise warning"], "five at once are one digest");
    let noise = world.engine().noise(None).await.unwrap();
    let told: Vec<(&str, usize)> = noise.rules.iter().map(|row| (row.rule.as_str(), row.told)).collect();
    assert_eq!(told, [("r1", 1), ("r2", 1), ("r3", 1), ("r4", 1), ("r5", 1)]);
}

#[tokio::test]
async fn what_explains_an_alert_is_shown_and_explains_nothing_once_it_is_known_for_a_day() {
    let world = World::with_configuration("[collect]\ninterval = \"5m\"\n").unwrap();
    world.set("host.cpu.usage", 97.0);
    world.pass(minutes(20)).await.unwrap();
    world.set("host.load.per_core", 5.0);
    world.pass(minutes(30)).await.unwrap();
    let load = async || {
        let alerts = world.status().await.unwrap().alerts;
        alerts.into_iter().find(|alert| alert.rule == "load-high").unwrap()
    };
    let cause = load().await.explained_by.unwrap();
    assert!(cause.text.starts_with("CPU 97 % for "), "{}", cause.text);
    let told_of_load = || {
        let delivered = world.notifier.delivered();
        delivered.iter().filter(|one| one.title == "Too much to do" && one.kind == NoticeKind::Raise).count()
    };
    assert_eq!(told_of_load(), 0);
    world.engine().acknowledge(&cause.id.0, "compiling".into()).await.unwrap();
    world.pass(Span::from_hours(23)).await.unwrap();
    assert_eq!((told_of_load(), load().await.explained_by.is_some()), (0, true));
    world.pass(Span::from_hours(2)).await.unwrap();
    assert_eq!((told_of_load(), load().await.explained_by), (1, None));
}

#[tokio::test]
async fn only_a_critical_disk_explains_that_it_fills_up() {
    let world = World::with_configuration("[collect]\ninterval = \"5m\"\n").unwrap();
    for hour in 0..72 {
        world.set("host.disk.free", 60e9 - f64::from(hour) * 0.3e9);
        world.set("host.disk.usage", 88.0);
        world.pass(Span::from_hours(1)).await.unwrap();
    }
    let titles: Vec<String> = world.notifier.delivered().iter().map(|notice| notice.title.clone()).collect();
    assert!(
        titles.contains(&"Disk will be full soon".to_owned()),
        "a disk that lives at 88 % hides nothing: {titles:?}"
    );
}

#[tokio::test]
async fn an_alert_that_goes_up_and_down_is_one_alert_and_tells_so_once() {
    let world =
        World::with_configuration("[[rule]]\nid = \"disk-space\"\nfor = \"0s\"\nkeep_firing_for = \"0s\"\n").unwrap();
    world.pass(minutes(5)).await.unwrap();
    for _ in 0..20 {
        world.set("host.disk.usage", 90.0);
        world.pass(minutes(1)).await.unwrap();
        world.set("host.disk.usage", 50.0);
        world.pass(minutes(1)).await.unwrap();
    }
    let told = world.told();
    assert!(told.len() <= 6, "{told:?}");
    let last = world.notifier.delivered().last().cloned().unwrap();
    assert!(last.body.contains("goes up and down"), "{}", last.body);
    world.pass(minutes(16)).await.unwrap();
    assert_eq!(world.told().last().map(String::as_str), Some("close warning"));
}

#[tokio::test]
async fn quiet_hours_are_in_local_time_and_what_is_up_afterwards_is_told_then() {
    // The world begins at 08:00 UTC; the hours are stated in the zone of the test.
    let local = chrono::Utc.timestamp_millis_opt(1_772_438_400_000).unwrap().with_timezone(&chrono::Local);
    let hours = format!("{} to {}", local.format("%H:%M"), (local + chrono::Duration::hours(2)).format("%H:%M"));
    let (from, to) = hours.split_once(" to ").unwrap();
    let text = format!("[notify]\nquiet = [{{ from = \"{from}\", to = \"{to}\" }}]\n");
    let world = World::with_configuration(&text).unwrap();
    world.set("host.disk.usage", 97.0);
    world.pass(minutes(110)).await.unwrap();
    assert!(world.told().is_empty());
    assert_eq!(world.status().await.unwrap().state, OverallState::Critical);
    world.pass(minutes(15)).await.unwrap();
    assert_eq!(world.told(), ["raise critical"]);
}

#[tokio::test]
async fn who_could_not_be_reached_all_night_is_told_in_the_morning_of_what_is_still_up() {
    let world = World::with_configuration("[collect]\ninterval = \"5m\"\n").unwrap();
    world.notifier.refuse(Some("no notification daemon answers on the session bus"));
    world.set("host.disk.usage", 88.0);
    world.pass(Span::from_hours(14)).await.unwrap();
    assert!(world.told().is_empty());
    world.notifier.refuse(None);
    world.pass(minutes(15)).await.unwrap();
    assert_eq!(world.told().first().map(String::as_str), Some("raise warning"), "not lost with the first notice");
}
