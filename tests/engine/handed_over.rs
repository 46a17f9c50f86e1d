//! An engine that has no notifications of its own, as a service on a Mac, and a tray app that shows them in its place.

use std::sync::Arc;
use std::time::Duration;

use caretaker_api::{Client, Host, relay_notices};
use caretaker_core::config::Platform;
use caretaker_core::notice::NoticeState;
use caretaker_core::port::Notifier;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{ChannelState, Hint, NoticeOutcomeRequest};
use caretaker_engine::{EngineOptions, Ports};
use caretaker_platform::clock::SystemClock;
use caretaker_platform::command::SystemCommands;
use caretaker_platform::egress::SystemEgress;
use caretaker_platform::files::write_atomic;
use caretaker_platform::folders::SystemFolders;
use caretaker_platform::home::Home;
use caretaker_platform::lock::{EngineLock, Owner};
use caretaker_platform::records::SystemRecords;
use caretaker_testkit::{RecordingNotifier, ScriptedMachine, World};
use futures_util::StreamExt;
use tokio::sync::broadcast;

const RULE: &str =
    "[[rule]]\nid = \"full\"\ntitle = \"Full\"\nmetric = \"host.disk.usage\"\nfor = \"0s\"\nwarning = { above = 10 }\n";

fn options(home: &Home, machine: &ScriptedMachine, notifier: Option<Arc<dyn Notifier>>) -> EngineOptions {
    let machine = machine.clone();
    EngineOptions {
        configuration: home.configuration(),
        home: home.clone(),
        environment: Vec::new(),
        platform: Platform::MacOs,
        program: "caretaker".to_owned(),
        version: "0.1.0".to_owned(),
        ports: Ports {
            clock: Arc::new(SystemClock::new()),
            collectors: Box::new(move || machine.collectors()),
            facts: Box::new(ScriptedMachine::facts),
            sensors: Box::new(Vec::new),
            records: Arc::new(SystemRecords),
            folders: Arc::new(SystemFolders),
            workers: Arc::new(caretaker_platform::command::SystemWorkers::default()),
            egress: Arc::new(SystemEgress::new()),
            commands: Arc::new(SystemCommands),
            variables: Arc::new(|_| None),
            ollama_host: None,
            server: Box::new(|_| Box::pin(async { Vec::new() })),
            notifier,
            actions: None,
        },
    }
}

/// What the shell does while it is attached: hears hints over the socket, and shows what is due.
fn attach(home: &Home, notifier: &RecordingNotifier) -> tokio::task::JoinHandle<()> {
    let client = Client::over_socket(home.clone());
    let notifier: Arc<dyn Notifier> = Arc::new(notifier.clone());
    tokio::spawn(async move {
        let (hints, heard) = broadcast::channel::<Hint>(16);
        let mut stream = client.watch(true).await.unwrap();
        let passing_on = async {
            while let Some(hint) = stream.next().await {
                drop(hints.send(hint));
            }
        };
        tokio::join!(passing_on, relay_notices(client.clone(), notifier, heard));
    })
}

async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !is_so().await {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let came = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    assert!(came.is_ok(), "waited too long for {what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attached_app_shows_what_the_engine_cannot_and_shows_it_once() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::locate(Some(folder.path())).unwrap().prepare().unwrap();
    write_atomic(&home.configuration(), RULE.as_bytes(), 0o600).unwrap();
    let owner = Owner::this_process("caretaker", "0.1.0", Timestamp::default());
    let lock = EngineLock::try_acquire(&home.lock(), &owner).unwrap().unwrap();
    let running = Host::start(options(&home, &ScriptedMachine::calm(), None), lock).unwrap();
    until("the alert", async || !running.engine().status(None).await.unwrap().alerts.is_empty()).await;
    let id = running.engine().status(None).await.unwrap().alerts[0].id.0.clone();
    let state = async || running.engine().alert(&id).await.unwrap().notices[0].state;
    assert_eq!(state().await, NoticeState::Pending, "nobody shows anything yet, and that is no fault");
    assert!(running.engine().status(None).await.unwrap().degraded.is_empty());
    let native = async || running.engine().channels().await.unwrap().channels.remove(0);
    let alone = native().await;
    assert_eq!(alone.state, ChannelState::Waiting);
    assert!(alone.why.contains("nobody shows notifications here"), "{alone:?}");

    let screen = RecordingNotifier::default();
    let app = attach(&home, &screen);
    until("the notification", async || state().await == NoticeState::Delivered).await;
    assert_eq!(screen.delivered().len(), 1);
    assert_eq!(native().await.state, ChannelState::Ready);
    app.abort();

    let again = attach(&home, &screen);
    // The test notice goes the same way, and shows that the second app has looked.
    until("the app", async || running.engine().test_notification().await.is_ok()).await;
    until("the test", async || screen.delivered().len() > 1).await;
    let titles: Vec<String> = screen.delivered().into_iter().map(|notice| notice.title).collect();
    assert_eq!(titles.iter().filter(|title| *title == "Full").count(), 1, "{titles:?}");
    again.abort();
    running.stop().await;
}

#[tokio::test]
async fn what_the_app_could_not_show_is_due_again_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::locate(Some(folder.path())).unwrap().prepare().unwrap();
    write_atomic(&home.configuration(), RULE.as_bytes(), 0o600).unwrap();
    let engine =
        caretaker_engine::Engine::open(options(&home, &ScriptedMachine::calm(), None), caretaker_engine::Mode::Live)
            .unwrap();
    engine.round().await.unwrap();
    let due = engine.notices_to_show().await.unwrap().notices;
    assert_eq!(due.len(), 1);
    assert_eq!(engine.notices_to_show().await.unwrap().notices, due, "until it is answered for");
    let failed = NoticeOutcomeRequest { id: due[0].id.clone(), error: Some("not allowed".to_owned()) };
    engine.notice_was_shown(failed).await.unwrap();
    assert!(engine.notices_to_show().await.unwrap().notices.is_empty(), "not at once");
    let status = engine.status(None).await.unwrap();
    assert_eq!((status.degraded[0].part.as_str(), status.degraded[0].why.as_str()), ("notifications", "not allowed"));
    let shown = NoticeOutcomeRequest { id: due[0].id.clone(), error: None };
    engine.notice_was_shown(shown.clone()).await.unwrap();
    assert!(engine.status(None).await.unwrap().degraded.is_empty());
    engine.notice_was_shown(shown).await.unwrap();
    engine.close().await;
}

#[tokio::test]
async fn an_engine_that_shows_its_notices_itself_hands_over_none() {
    let world = World::new().unwrap();
    world.notifier.refuse(Some("locked"));
    world.set("host.disk.usage", 97.0);
    world.pass(Span::from_minutes(7)).await.unwrap();
    assert!(world.engine().notices_to_show().await.unwrap().notices.is_empty());
}
