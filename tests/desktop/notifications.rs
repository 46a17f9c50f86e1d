//! Notifications as a daemon receives them, and what a person does with them.

use caretaker_core::alert::State;
use caretaker_core::view::AlertList;
use caretaker_testkit::desktop::{NotificationDaemon, TrayHost};
use rustix::process::Signal;

use crate::stage::{Stage, eventually};

const ABILITIES: [&str; 2] = ["actions", "body"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_notification_worsens_in_place_opens_its_alert_and_goes_when_it_is_over() {
    let mut stage = Stage::new();
    let _host = TrayHost::start(&stage.bus).await;
    let daemon = NotificationDaemon::start(&stage.bus, &ABILITIES).await;
    stage.alarm(None, None).await;
    stage.start_app().await;
    stage.alarm(Some(-5), Some(3)).await;
    let shown = daemon.wait_for(|shown| !shown.is_empty()).await;
    assert_eq!((shown[0].summary.as_str(), shown[0].urgency), ("Up too long", Some(1)));
    assert!(shown[0].body.contains("warning above"), "{}", shown[0].body);
    let labels: Vec<&str> = shown[0].actions.iter().map(|(_, label)| label.as_str()).collect();
    assert!(
        labels.contains(&"Open") && labels.contains(&"Acknowledge") && labels.contains(&"Snooze 1 h"),
        "{labels:?}"
    );

    let shown = daemon.wait_for(|shown| shown.len() == 2).await;
    assert_eq!((shown[1].replaces, shown[1].urgency), (shown[0].id, Some(2)), "the same one, worse");
    assert_eq!(daemon.visible().len(), 1);

    daemon.invoke(shown[1].id, "default").await;
    let window = stage.window(true).await;
    assert!(!window.is_empty());
    stage.picture("notification-opened");

    stage.alarm(None, None).await;
    daemon.wait_for(|shown| shown.iter().all(|one| one.closed)).await;
    let all: AlertList = stage.client().get("/alerts?all=true").await.unwrap();
    // A busy machine may be about to raise something of its own.
    let ours = all.alerts.iter().find(|alert| alert.title == "Up too long").unwrap();
    assert_eq!(ours.state, State::Resolved);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn acknowledging_in_the_notification_takes_the_alert_on() {
    let mut stage = Stage::new();
    let daemon = NotificationDaemon::start(&stage.bus, &ABILITIES).await;
    stage.alarm(Some(-5), None).await;
    stage.start_app().await;
    let shown = daemon.wait_for(|shown| !shown.is_empty()).await;
    let key = shown[0].actions.iter().find(|(_, label)| label == "Acknowledge").map(|(key, _)| key.clone()).unwrap();
    daemon.invoke(shown[0].id, &key).await;
    stage.status(|status| status.alerts.first().is_some_and(|alert| alert.acknowledged.is_some())).await;
    daemon.wait_for(|shown| shown.iter().all(|one| one.closed)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_daemon_that_comes_late_gets_what_is_still_true() {
    let mut stage = Stage::new();
    stage.alarm(Some(-5), None).await;
    stage.start_app().await;
    let status = stage.status(|status| status.degraded.iter().any(|part| part.part == "notifications")).await;
    assert_eq!(status.alerts.len(), 1, "the alert is there all the same");
    let daemon = NotificationDaemon::start(&stage.bus, &ABILITIES).await;
    daemon.wait_for(|shown| shown.len() == 1).await;
    stage.status(|status| status.degraded.is_empty()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_click_on_what_an_earlier_run_had_shown_still_opens_the_alert() {
    let mut stage = Stage::new();
    let _host = TrayHost::start(&stage.bus).await;
    let daemon = NotificationDaemon::start(&stage.bus, &ABILITIES).await;
    stage.alarm(Some(-5), None).await;
    let app = stage.start_app().await;
    let shown = daemon.wait_for(|shown| !shown.is_empty()).await;
    stage.signal(app, Signal::TERM);
    assert_eq!(stage.ended(app), Some(0));
    stage.start_app().await;
    let opened = eventually(async || {
        // Nobody says when the new run listens; a click that nobody hears does nothing.
        daemon.invoke(shown[0].id, "default").await;
        (!stage.xdotool(&["search", "--onlyvisible", "--name", "^Caretaker$"]).is_empty()).then_some(())
    });
    assert!(opened.await.is_some(), "nobody heard the click");
    assert_eq!(daemon.shown().len(), 1, "and nothing was told twice");
}
