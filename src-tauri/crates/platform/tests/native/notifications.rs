//! The notifier against a notification daemon on a bus of the test's own.

use std::path::Path;
use std::time::Duration;

use caretaker_core::alert::AlertId;
use caretaker_core::notice::{Notice, NoticeId, NoticeKind, NoticeState};
use caretaker_core::port::{NotificationAction, Notifier, NotifierAbilities};
use caretaker_core::rule::Level;
use caretaker_core::time::Timestamp;
use caretaker_platform::bus::Bus;
use caretaker_platform::notify::FreedesktopNotifier;
use caretaker_testkit::desktop::{NotificationDaemon, PATIENCE, PrivateBus};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{Instant, timeout};

const ALL: [&str; 3] = ["body", "body-markup", "actions"];

type Actions = UnboundedReceiver<NotificationAction>;

fn notifier(bus: &PrivateBus, file: Option<&Path>) -> (FreedesktopNotifier, Actions) {
    let (sender, actions) = unbounded_channel();
    let sink = std::sync::Arc::new(move |action| drop(sender.send(action)));
    (FreedesktopNotifier::new(Bus::at(bus.address()), file.map(Path::to_path_buf), sink), actions)
}

fn notice(alert: &str, kind: NoticeKind, level: Level, body: &str) -> Notice {
    Notice {
        id: NoticeId(format!("notice of {alert}")),
        alert: AlertId(alert.into()),
        channel: "native".into(),
        kind,
        level,
        title: "CPU busy".into(),
        body: body.into(),
        route: format!("alerts/{alert}"),
        persistent: false,
        members: Vec::new(),
        about: None,
        created: Timestamp::default(),
        expires: Timestamp::default(),
        state: NoticeState::Pending,
        attempts: 0,
        next_attempt: Timestamp::default(),
        delivered_at: None,
        error: None,
    }
}

fn raise(alert: &str, body: &str) -> Notice {
    notice(alert, NoticeKind::Raise, Level::Warning, body)
}

fn update(alert: &str, body: &str) -> Notice {
    notice(alert, NoticeKind::Update, Level::Warning, body)
}

fn close(alert: &str) -> Notice {
    notice(alert, NoticeKind::Close, Level::Warning, "")
}

async fn next(actions: &mut Actions) -> NotificationAction {
    timeout(PATIENCE, actions.recv()).await.expect("an action in time").expect("a sink that lives")
}

#[tokio::test]
async fn one_alert_is_one_notification_from_its_raising_to_its_end() {
    let bus = PrivateBus::start();
    let daemon = NotificationDaemon::start(&bus, &ALL).await;
    let (notifier, _actions) = notifier(&bus, None);

    notifier.deliver(&raise("a", "CPU 76 % <for> 4 min")).await.unwrap();
    notifier.deliver(&raise("b", "another")).await.unwrap();
    notifier.deliver(&notice("a", NoticeKind::Raise, Level::Critical, "CPU 93 %")).await.unwrap();
    notifier.deliver(&update("a", "CPU 81 %")).await.unwrap();

    let shown = daemon.shown();
    let numbers: Vec<_> = shown.iter().map(|shown| (shown.id, shown.replaces)).collect();
    assert_eq!(numbers, [(1, 0), (2, 0), (1, 1), (1, 1)]);
    assert_eq!((shown[0].application.as_str(), shown[0].icon.as_str()), ("Caretaker", "caretaker"));
    assert_eq!((shown[0].summary.as_str(), shown[0].body.as_str()), ("CPU busy", "CPU 76 % &lt;for&gt; 4 min"));
    assert_eq!(shown[0].hints["desktop-entry"], "caretaker");
    let urgencies: Vec<_> = shown.iter().map(|shown| (shown.urgency, shown.expire)).collect();
    assert_eq!(urgencies, [(Some(1), -1), (Some(1), -1), (Some(2), 0), (Some(1), -1)]);
    let quiet: Vec<_> = shown.iter().map(|shown| shown.hints.contains_key("suppress-sound")).collect();
    assert_eq!(quiet, [false, false, false, true]);

    notifier.deliver(&close("a")).await.unwrap();
    let visible: Vec<_> = daemon.visible().into_iter().map(|shown| shown.id).collect();
    assert_eq!(visible, [2], "the other alert stays");
    notifier.deliver(&close("a")).await.unwrap();
    notifier.deliver(&close("never shown")).await.unwrap();
}

#[tokio::test]
async fn actions_are_offered_only_where_the_server_has_them() {
    for (capabilities, expected) in [(&ALL[..], 4), (&["body"][..], 0)] {
        let bus = PrivateBus::start();
        let daemon = NotificationDaemon::start(&bus, capabilities).await;
        let (notifier, _actions) = notifier(&bus, None);
        let abilities = notifier.abilities().await.unwrap();
        assert_eq!(abilities, NotifierAbilities { update: true, close: true, actions: expected > 0 });
        notifier.deliver(&raise("a", "b")).await.unwrap();
        assert_eq!(daemon.shown()[0].actions.len(), expected);
    }
}

#[tokio::test]
async fn what_a_person_chooses_comes_back_with_the_route() {
    let bus = PrivateBus::start();
    let daemon = NotificationDaemon::start(&bus, &ALL).await;
    let (notifier, mut actions) = notifier(&bus, None);
    for (alert, label) in [("a", "Open"), ("d", "Open runbook"), ("b", "Acknowledge"), ("c", "Snooze 1 h")] {
        notifier.deliver(&raise(alert, "busy")).await.unwrap();
        let shown = daemon.shown().pop().unwrap();
        let (key, _) = shown.actions.iter().find(|(_, shown)| shown == label).unwrap();
        daemon.give_activation_token(shown.id, &format!("token for {alert}")).await;
        daemon.invoke(shown.id, key).await;
        let route = format!("alerts/{alert}");
        let expected = match label {
            "Open" => NotificationAction::Open { route },
            "Open runbook" => NotificationAction::Open { route: "runbooks/of/d".to_owned() },
            "Acknowledge" => NotificationAction::Acknowledge { route },
            _ => NotificationAction::Snooze { route },
        };
        assert_eq!(next(&mut actions).await, expected);
        assert_eq!(notifier.take_activation_token(), Some(format!("token for {alert}")));
        assert_eq!(notifier.take_activation_token(), None, "a token opens one window");
    }
}

#[tokio::test]
async fn what_other_programs_show_or_say_is_not_ours() {
    let bus = PrivateBus::start();
    let daemon = NotificationDaemon::start(&bus, &ALL).await;
    let (notifier, mut actions) = notifier(&bus, None);
    notifier.deliver(&raise("a", "busy")).await.unwrap();
    daemon.invoke(999, "default").await;
    let path = "/org/freedesktop/Notifications";
    let stranger = bus.connect().await;
    for key in ["acknowledge", "snooze"] {
        stranger
            .emit_signal(None::<&str>, path, "org.freedesktop.Notifications", "ActionInvoked", &(1_u32, key))
            .await
            .unwrap();
    }
    // The bus has passed the strangers' words on before it answers them.
    zbus::fdo::DBusProxy::new(&stranger).await.unwrap().get_id().await.unwrap();
    daemon.invoke(1, "default").await;
    assert_eq!(next(&mut actions).await, NotificationAction::Open { route: "alerts/a".into() });
    assert!(actions.try_recv().is_err(), "one click, one action");
}

#[tokio::test]
async fn what_was_put_away_comes_back_only_when_raised_or_worse() {
    let bus = PrivateBus::start();
    let daemon = NotificationDaemon::start(&bus, &ALL).await;
    let (notifier, mut actions) = notifier(&bus, None);
    for alert in ["a", "witness"] {
        notifier.deliver(&raise(alert, "busy")).await.unwrap();
    }
    daemon.dismiss(1).await;
    // Signals arrive in order: once this one was heard, so was the one before.
    daemon.invoke(2, "default").await;
    next(&mut actions).await;

    notifier.deliver(&update("a", "a little less busy")).await.unwrap();
    assert_eq!(daemon.shown().len(), 2);
    notifier.deliver(&notice("a", NoticeKind::Update, Level::Critical, "worse")).await.unwrap();
    assert_eq!((daemon.shown().len(), daemon.shown()[2].replaces), (3, 0));
    notifier.deliver(&close("a")).await.unwrap();
    notifier.deliver(&raise("a", "again")).await.unwrap();
    assert_eq!(daemon.visible().len(), 1);
}

#[tokio::test]
async fn a_restarted_daemon_gets_a_new_notification_at_once() {
    let bus = PrivateBus::start();
    let first = NotificationDaemon::start(&bus, &ALL).await;
    let (notifier, mut actions) = notifier(&bus, None);
    notifier.deliver(&raise("a", "busy")).await.unwrap();
    first.stop().await;
    let second = NotificationDaemon::start(&bus, &["body"]).await;

    notifier.deliver(&update("a", "still busy & loud")).await.unwrap();
    let shown = second.shown();
    assert_eq!(shown[0].replaces, 0, "numbers of the old daemon mean nothing to the new one");
    assert!(shown[0].actions.is_empty() && shown[0].body.contains("& loud"), "its abilities were asked anew");
    second.invoke(shown[0].id, "default").await;
    assert_eq!(next(&mut actions).await, NotificationAction::Open { route: "alerts/a".into() });
}

#[tokio::test]
async fn without_a_daemon_the_error_says_so_and_a_later_daemon_is_found() {
    let bus = PrivateBus::start();
    let (notifier, _actions) = notifier(&bus, None);
    let error = notifier.deliver(&raise("a", "busy")).await.unwrap_err().to_string();
    assert!(error.starts_with("no notification daemon answers on the session bus"), "{error}");
    let daemon = NotificationDaemon::start(&bus, &ALL).await;
    notifier.deliver(&raise("a", "busy")).await.unwrap();
    assert_eq!(daemon.visible().len(), 1);
}

#[tokio::test]
async fn without_a_bus_the_error_says_so_and_a_restarted_bus_is_found() {
    let mut bus = PrivateBus::start();
    let daemon = NotificationDaemon::start(&bus, &ALL).await;
    let (notifier, _actions) = notifier(&bus, None);
    notifier.deliver(&raise("a", "busy")).await.unwrap();
    bus.stop();
    drop(daemon);
    let error = notifier.deliver(&raise("b", "busy")).await.unwrap_err().to_string();
    assert!(error.starts_with("no session bus answers"), "{error}");
    bus.restart();
    let daemon = NotificationDaemon::start(&bus, &ALL).await;
    notifier.deliver(&raise("b", "busy")).await.unwrap();
    assert_eq!(daemon.visible().len(), 1);
}

#[tokio::test]
async fn a_daemon_that_says_nothing_costs_the_limit_and_no_more() {
    let bus = PrivateBus::start();
    // Has the name and no object server, so calls are read and never answered.
    let mute = bus.connect().await;
    mute.request_name("org.freedesktop.Notifications").await.unwrap();
    let (notifier, _actions) = notifier(&bus, None);
    let notifier = notifier.with_limit(Duration::from_millis(300));
    let begin = Instant::now();
    let error = notifier.deliver(&raise("a", "busy")).await.unwrap_err().to_string();
    assert!(error.contains("did not answer within 0.3 s"), "{error}");
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    mute.close().await.unwrap();
    let daemon = NotificationDaemon::start(&bus, &ALL).await;
    let notifier = notifier.with_limit(PATIENCE);
    notifier.deliver(&raise("a", "busy")).await.unwrap();
    assert_eq!(daemon.visible().len(), 1);
}

#[tokio::test]
async fn a_restart_of_caretaker_replaces_and_closes_what_it_had_shown() {
    let bus = PrivateBus::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notifications.json");
    let daemon = NotificationDaemon::start(&bus, &ALL).await;
    {
        let (before, _actions) = notifier(&bus, Some(&file));
        before.deliver(&raise("a", "busy")).await.unwrap();
        before.deliver(&raise("b", "full")).await.unwrap();
    }
    let (after, mut actions) = notifier(&bus, Some(&file));
    after.resume().await.unwrap();
    daemon.invoke(2, "acknowledge").await;
    assert_eq!(next(&mut actions).await, NotificationAction::Acknowledge { route: "alerts/b".into() });
    after.deliver(&update("a", "still busy")).await.unwrap();
    assert_eq!(daemon.shown().last().unwrap().replaces, 1);
    drop(after);
    let (last, _actions) = notifier(&bus, Some(&file));
    last.deliver(&close("a")).await.unwrap();
    assert_eq!(daemon.visible(), []);
}

#[tokio::test]
async fn a_click_at_a_new_daemon_is_not_taken_for_one_at_the_old() {
    let bus = PrivateBus::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notifications.json");
    let first = NotificationDaemon::start(&bus, &ALL).await;
    notifier(&bus, Some(&file)).0.deliver(&raise("a", "busy")).await.unwrap();
    first.stop().await;
    let second = NotificationDaemon::start(&bus, &ALL).await;
    notifier(&bus, None).0.deliver(&raise("other", "has the number that the old daemon gave to a")).await.unwrap();

    let (after, mut actions) = notifier(&bus, Some(&file));
    after.resume().await.unwrap();
    second.invoke(1, "default").await;
    notifier(&bus, None).0.deliver(&raise("third", "")).await.unwrap();
    after.deliver(&close("a")).await.unwrap();
    assert_eq!(second.visible().len(), 1, "nothing of the new daemon was closed");
    assert!(actions.try_recv().is_err(), "and no click on it was taken for one on ours");
}

#[tokio::test]
async fn a_close_does_not_reach_a_daemon_that_never_showed_it() {
    let bus = PrivateBus::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("notifications.json");
    let first = NotificationDaemon::start(&bus, &ALL).await;
    notifier(&bus, Some(&file)).0.deliver(&raise("a", "busy")).await.unwrap();
    first.stop().await;
    let second = NotificationDaemon::start(&bus, &ALL).await;
    notifier(&bus, None).0.deliver(&raise("other", "has the same number")).await.unwrap();
    notifier(&bus, Some(&file)).0.deliver(&close("a")).await.unwrap();
    assert_eq!(second.visible().len(), 1);
}

#[tokio::test]
async fn a_daemon_that_was_replaced_while_it_lives_is_left_alone() {
    let bus = PrivateBus::start();
    let old = NotificationDaemon::start(&bus, &ALL).await;
    let (notifier, _actions) = notifier(&bus, None);
    notifier.deliver(&raise("a", "busy")).await.unwrap();
    old.yield_name().await;
    let new = NotificationDaemon::start(&bus, &["body"]).await;
    notifier.deliver(&raise("a", "busy")).await.unwrap();
    assert_eq!((old.shown().len(), new.shown().len()), (1, 1));
    assert!(new.shown()[0].actions.is_empty());
}

#[tokio::test]
async fn a_click_that_is_faster_than_the_answer_is_heard() {
    let bus = PrivateBus::start();
    let daemon = NotificationDaemon::start(&bus, &ALL).await;
    let (notifier, mut actions) = notifier(&bus, None);
    for number in 1..=50 {
        let alert = format!("alert {number}");
        let notice = raise(&alert, "busy");
        let quick_hand = async {
            let shown = daemon.wait_for(|shown| shown.len() == number).await;
            daemon.invoke(shown[number - 1].id, "default").await;
        };
        let (delivered, ()) = tokio::join!(notifier.deliver(&notice), quick_hand);
        delivered.unwrap();
        assert_eq!(next(&mut actions).await, NotificationAction::Open { route: format!("alerts/{alert}") });
    }
}

#[tokio::test]
async fn a_new_bus_is_found_by_the_first_question() {
    let mut bus = PrivateBus::start();
    let daemon = NotificationDaemon::start(&bus, &ALL).await;
    let (notifier, _actions) = notifier(&bus, None);
    notifier.deliver(&raise("a", "busy")).await.unwrap();
    bus.restart();
    drop(daemon);
    let daemon = NotificationDaemon::start(&bus, &ALL).await;
    assert!(notifier.abilities().await.unwrap().actions);
    notifier.deliver(&update("a", "busy")).await.unwrap();
    assert_eq!(daemon.visible().len(), 1);
}

#[tokio::test]
async fn a_first_use_is_needed_before_anything_is_touched() {
    let bus = PrivateBus::start();
    let witness = bus.connect().await;
    let names = zbus::fdo::DBusProxy::new(&witness).await.unwrap();
    let before = names.list_names().await.unwrap().len();
    let (notifier, _actions) = notifier(&bus, None);
    notifier.resume().await.unwrap();
    notifier.deliver(&close("a")).await.unwrap();
    assert_eq!(names.list_names().await.unwrap().len(), before, "nobody else is on the bus");
}
