//! Notices to places elsewhere: what arrives, in which words, and what becomes of what does not arrive.

use caretaker_core::problem::Code;
use caretaker_core::time::Span;
use caretaker_core::view::{ChannelState, ChannelTestRequest, ChannelView};
use caretaker_testkit::{HookAnswer, HookServer, World};
use serde_json::Value;

fn channel(kind: &str, keys: &str) -> String {
    format!("[[notify.channel]]\nid = \"ops\"\nkind = \"{kind}\"\n{keys}\n")
}

fn webhook(server: &HookServer, more: &str) -> String {
    channel("webhook", &format!("url = \"{}\"\n{more}", server.url("/hook/s3cr3t?key=abcd")))
}

fn minutes(minutes: i64) -> Span {
    Span::from_minutes(minutes)
}

async fn fill(world: &World, percent: f64) {
    world.set("host.disk.usage", percent);
    world.pass(minutes(7)).await.unwrap();
}

async fn ops(world: &World) -> ChannelView {
    let list = world.engine().channels().await.unwrap().channels;
    list.into_iter().find(|channel| channel.id == "ops").unwrap()
}

async fn degraded(world: &World) -> Vec<String> {
    let parts = world.status().await.unwrap().degraded;
    parts.into_iter().map(|part| format!("{}: {}", part.part, part.why)).collect()
}

/// The newest value of the series about the channel.
async fn failing(world: &World) -> Option<f64> {
    let series = world.engine().series().await.unwrap().series;
    series.into_iter().find(|entry| entry.key.to_string() == "caretaker.channel.failing{channel=ops}")?.last
}

fn events(server: &HookServer) -> Vec<String> {
    let received = server.received();
    let word = |value: &Value| format!("{} {}", value["event"].as_str().unwrap(), value["level"].as_str().unwrap());
    received.iter().map(|one| word(&one.json())).collect()
}

#[tokio::test]
async fn without_a_channel_nobody_is_reached_for() {
    let world = World::new().unwrap();
    fill(&world, 97.0).await;
    let reached = caretaker_core::egress::Egress::reached(&world.egress);
    assert!(reached.iter().all(|one| one.target.is_here()), "{reached:?}");
    let list = world.engine().channels().await.unwrap().channels;
    assert_eq!(list.len(), 1, "only the desktop: {list:?}");
}

#[tokio::test]
async fn a_webhook_hears_how_an_alert_begins_changes_and_ends() {
    let server = HookServer::start().unwrap();
    let more = "token = \"env:OPS\"\nlink = \"http://127.0.0.1:7861/dashboard\"";
    let world = World::new().unwrap();
    world.variables.set("OPS", "t0ken");
    world.configure(&webhook(&server, more)).unwrap();
    world.engine().reload().await.unwrap();
    fill(&world, 90.0).await;
    fill(&world, 97.0).await;
    fill(&world, 20.0).await;
    assert_eq!(events(&server), ["raise warning", "raise critical", "resolve critical"]);
    let received = server.received();
    let (first, last) = (&received[0], received[2].json());
    assert_eq!((first.method.as_str(), first.path.as_str()), ("POST", "/hook/s3cr3t?key=abcd"));
    assert_eq!(first.header("authorization"), "Bearer t0ken");
    assert_eq!(first.header("content-type"), "application/json");
    assert!(first.header("user-agent").starts_with("caretaker/"));
    let document = first.json();
    assert_eq!(first.header("idempotency-key"), document["id"].as_str().unwrap());
    assert_eq!(
        (&document["version"], &document["host"], &document["rule"]),
        (&1.into(), &"mini".into(), &"disk-space".into())
    );
    assert_eq!((&document["state"], &document["labels"]["mount"]), (&"firing".into(), &"/".into()));
    assert_eq!((&document["value"], &document["unit"]), (&90.0.into(), &"percent".into()));
    assert!(document["text"].as_str().unwrap().starts_with("mini: Disk"), "{document}");
    let alert = document["alert_id"].as_str().unwrap();
    assert_eq!(document["link"], format!("http://127.0.0.1:7861/dashboard#/alerts/{alert}"));
    assert_eq!((&last["state"], &last["alert_id"], &last["value"]), (&"resolved".into(), &alert.into(), &97.0.into()));
    assert!(last["resolved_at"].is_string() && last["text"].as_str().unwrap().contains("Resolved: "), "{last}");
    let detail = world.engine().alert(alert).await.unwrap();
    let told: Vec<_> = detail.notices.iter().filter(|notice| notice.channel == "ops").collect();
    assert_eq!(told.len(), 3);
    assert!(ops(&world).await.last_delivered.is_some() && degraded(&world).await.is_empty());
}

#[tokio::test]
async fn taking_an_alert_on_is_no_news_elsewhere_and_its_end_is() {
    let server = HookServer::start().unwrap();
    let world = World::with_configuration(&webhook(&server, "")).unwrap();
    fill(&world, 90.0).await;
    let id = world.status().await.unwrap().alerts[0].id.0.clone();
    world.engine().acknowledge(&id, String::new()).await.unwrap();
    world.pass(minutes(90)).await.unwrap();
    assert_eq!(events(&server), ["raise warning"], "neither taking it on nor half an hour of it is news");
    fill(&world, 20.0).await;
    assert_eq!(events(&server), ["raise warning", "resolve warning"]);
}

#[tokio::test]
async fn many_at_once_are_one_message() {
    let server = HookServer::start().unwrap();
    let mut text = webhook(&server, "");
    for (id, metric) in
        [("a", "host.load.1m"), ("b", "host.load.5m"), ("c", "host.load.15m"), ("d", "host.memory.usage")]
    {
        text = format!("{text}[[rule]]\nid = \"{id}\"\nmetric = \"{metric}\"\nwarning = {{ above = 0.01 }}\n");
    }
    let world = World::with_configuration(&text).unwrap();
    world.pass(minutes(2)).await.unwrap();
    assert_eq!(events(&server), ["digest warning"]);
    let document = server.received()[0].json();
    assert_eq!(
        (&document["title"], &document["rule"], &document["route"]),
        (&"4 alerts".into(), &Value::Null, &"alerts".into())
    );
}

#[tokio::test]
async fn what_fails_is_tried_again_under_the_same_identity_and_holds_up_nobody() {
    let server = HookServer::start().unwrap();
    server.always(HookAnswer::Status(503, "", "down for maintenance"));
    let world = World::with_configuration(&webhook(&server, "")).unwrap();
    fill(&world, 90.0).await;
    assert_eq!(world.told(), ["raise warning"], "the desktop was told all the same");
    let tries = server.received().len();
    assert!((2..10).contains(&tries), "with growing pauses: {tries}");
    let port = server.address().port();
    let expected = format!("channel ops: localhost:{port} answers 503 Service Unavailable: down for maintenance");
    assert_eq!(degraded(&world).await, [expected]);
    let view = ops(&world).await;
    assert_eq!((view.state, view.waiting), (ChannelState::Failing, 1));
    assert_eq!(failing(&world).await, Some(1.0), "and rules can judge it");
    assert!(view.next_try.is_some() && view.last_failed.is_some(), "{view:?}");
    server.always(HookAnswer::Status(200, "", ""));
    world.pass(minutes(6)).await.unwrap();
    let ids: Vec<String> = server.received().iter().map(|one| one.header("idempotency-key").to_owned()).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "one notice, one identity: {ids:?}");
    assert_eq!(ids.len(), server.received().len());
    assert!(degraded(&world).await.is_empty());
    assert_eq!((ops(&world).await.state, ops(&world).await.waiting), (ChannelState::Ready, 0));
    assert_eq!(failing(&world).await, Some(0.0));
}

#[tokio::test]
async fn what_is_refused_for_good_is_given_up_and_said_so() {
    let server = HookServer::start().unwrap();
    server.always(HookAnswer::Status(404, "", "no hook s3cr3t"));
    let world = World::with_configuration(&webhook(&server, "")).unwrap();
    fill(&world, 90.0).await;
    world.pass(minutes(30)).await.unwrap();
    assert_eq!(server.received().len(), 1, "it is not tried again");
    let port = server.address().port();
    let expected = format!("channel ops: localhost:{port} answers 404 Not Found; the notice was given up");
    assert_eq!(degraded(&world).await, [expected], "and what repeats the address is not repeated");
    let id = world.status().await.unwrap().alerts[0].id.0.clone();
    let detail = serde_json::to_value(world.engine().alert(&id).await.unwrap().notices).unwrap();
    let told = detail.as_array().unwrap().iter().find(|notice| notice["channel"] == "ops").unwrap();
    assert_eq!(told["state"], "expired");
    assert!(told["error"].as_str().unwrap().contains("404"), "{told}");
    server.always(HookAnswer::Status(200, "", ""));
    let tested = world.engine().test_channel(ChannelTestRequest { channel: Some("ops".to_owned()) }).await.unwrap();
    assert!(tested.tests[0].arrived && degraded(&world).await.is_empty(), "{tested:?}");
}

#[tokio::test]
async fn a_server_that_asks_for_time_gets_it() {
    let server = HookServer::start().unwrap();
    server.then(HookAnswer::Status(429, "Retry-After: 600", ""));
    let world = World::with_configuration(&webhook(&server, "")).unwrap();
    fill(&world, 90.0).await;
    assert_eq!(server.received().len(), 1);
    world.pass(minutes(7)).await.unwrap();
    assert_eq!(server.received().len(), 1, "ten minutes are not over");
    world.pass(minutes(4)).await.unwrap();
    assert_eq!(server.received().len(), 2);
    assert!(degraded(&world).await.is_empty());
}

#[tokio::test]
async fn a_redirection_is_followed_to_the_same_place_only() {
    let (server, other) = (HookServer::start().unwrap(), HookServer::start().unwrap());
    server.then(HookAnswer::Status(307, "Location: /moved", ""));
    let world = World::with_configuration(&webhook(&server, "")).unwrap();
    fill(&world, 90.0).await;
    let paths: Vec<String> = server.received().into_iter().map(|one| one.path).collect();
    assert_eq!(paths, ["/hook/s3cr3t?key=abcd", "/moved"]);
    let elsewhere: &'static str = format!("Location: {}", other.url("/taken")).leak();
    server.then(HookAnswer::Status(307, elsewhere, ""));
    fill(&world, 97.0).await;
    assert!(other.received().is_empty(), "another port is another place");
    assert!(degraded(&world).await[0].contains("is not followed to another place"), "{:?}", degraded(&world).await);
}

#[tokio::test]
async fn a_channel_that_hangs_holds_up_no_other() {
    let (hanging, well) = (HookServer::start().unwrap(), HookServer::start().unwrap());
    hanging.always(HookAnswer::Hang);
    let second = webhook(&well, "").replace("\"ops\"", "\"second\"");
    let world = World::with_configuration(&format!("{}{second}", webhook(&hanging, "timeout = \"30s\""))).unwrap();
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let engine = world.engine().clone();
    let outbox = tokio::spawn(async move { engine.run_outbox(stopped).await });
    world.set("host.disk.usage", 90.0);
    for _ in 0..16 {
        world.clock.advance(Span::from_seconds(30));
        world.engine().round().await.unwrap();
    }
    let told = async {
        while hanging.received().is_empty() || well.received().is_empty() || world.told().is_empty() {
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), told).await.expect("desktop and second channel are told");
    stop.send_replace(true);
    outbox.abort();
}

#[tokio::test]
async fn what_waits_for_a_channel_that_is_gone_is_struck_out() {
    let server = HookServer::start().unwrap();
    server.always(HookAnswer::Status(500, "", ""));
    let world = World::with_configuration(&webhook(&server, "")).unwrap();
    fill(&world, 90.0).await;
    assert_eq!(degraded(&world).await.len(), 1);
    world.configure("[collect]\ninterval = \"30s\"\n").unwrap();
    world.engine().reload().await.unwrap();
    world.round().await.unwrap();
    assert!(degraded(&world).await.is_empty(), "what is gone does not fail");
    let id = world.status().await.unwrap().alerts[0].id.0.clone();
    let notices = world.engine().alert(&id).await.unwrap().notices;
    let states: Vec<String> = notices.iter().map(|notice| format!("{} {:?}", notice.channel, notice.state)).collect();
    assert_eq!(states, ["native Delivered", "ops Expired"]);
    let reached = server.received().len();
    world.pass(minutes(20)).await.unwrap();
    assert_eq!(server.received().len(), reached, "and may not be reached any more");
    assert!(caretaker_core::egress::Egress::allowed(&world.egress).is_empty());
}

#[tokio::test]
async fn a_credential_that_cannot_be_had_is_said_and_nothing_is_sent() {
    let server = HookServer::start().unwrap();
    for (keys, said) in [
        (
            "url = \"secret:hook\"".to_owned(),
            "its `url` is `secret:hook`, and the store for secrets is not part of this version",
        ),
        (format!("url = \"{}\"\ntoken = \"secret:hook\"", server.url("/x")), "its `token` is `secret:hook`"),
        ("url = \"env:NOBODY\"".to_owned(), "is `env:NOBODY`, and there is no such variable"),
    ] {
        let world = World::with_configuration(&channel("webhook", &keys)).unwrap();
        fill(&world, 90.0).await;
        let parts = degraded(&world).await;
        assert!(
            parts.len() == 1 && parts[0].starts_with("channel ops: ") && parts[0].contains(said),
            "{keys}: {parts:?}"
        );
        let tested = world.engine().test_channel(ChannelTestRequest { channel: Some("ops".to_owned()) }).await.unwrap();
        assert!(!tested.tests[0].arrived && tested.tests[0].answer.contains(said), "{tested:?}");
        assert!(server.received().is_empty());
    }
    let world = World::with_configuration(&channel("email", "")).unwrap();
    assert!(degraded(&world).await[0].contains("`email` is not part of this version"));
    let notes = world.engine().configuration().notes;
    assert_eq!((notes.len(), notes[0].line, notes[0].key.as_str()), (1, 3, "notify.channel.ops.kind"), "{notes:?}");
}

#[tokio::test]
async fn nothing_that_is_shown_holds_a_credential() {
    let server = HookServer::start().unwrap();
    server.always(HookAnswer::Status(500, "", "s3cr3t is wrong"));
    let url = format!("http://ann:pa55word@localhost:{}/hook/s3cr3t?key=abcd", server.address().port());
    let text = channel("webhook", &format!("url = \"{url}\"\ntoken = \"t0ken\""));
    let world = World::with_configuration(&text).unwrap();
    fill(&world, 90.0).await;
    assert!(!server.received().is_empty());
    let client = world.client();
    for path in ["/status", "/channels", "/configuration", "/doctor", "/alerts?all=true", "/overview"] {
        let said: Value = client.get(path).await.unwrap();
        for secret in ["s3cr3t", "abcd\"", "pa55word", "t0ken", "ann:"] {
            assert!(!said.to_string().contains(secret), "{path} shows {secret}: {said}");
        }
    }
    let configuration = world.engine().configuration();
    assert!(
        configuration.text.contains(&format!("url = \"http://localhost:{}/…\"", server.address().port())),
        "{}",
        configuration.text
    );
    assert!(configuration.settings.to_file().contains("(hidden)"));
}

#[tokio::test]
async fn ntfy_is_told_in_its_own_words() {
    let server = HookServer::start().unwrap();
    let keys = format!("url = \"http://ann:s%40t@localhost:{}/mini-alerts\"", server.address().port());
    let world = World::with_configuration(&channel("ntfy", &keys)).unwrap();
    fill(&world, 90.0).await;
    fill(&world, 97.0).await;
    fill(&world, 20.0).await;
    let received = server.received();
    let header = |name: &'static str| received.iter().map(|one| one.header(name).to_owned()).collect::<Vec<_>>();
    assert_eq!(received[0].path, "/mini-alerts");
    assert_eq!(header("priority"), ["high", "urgent", "low"]);
    assert_eq!(header("tags"), ["warning,disk-space", "rotating_light,disk-space", "white_check_mark,disk-space"]);
    assert_eq!(received[0].header("authorization"), "Basic YW5uOnNAdA==");
    assert_eq!(header("title")[1], "mini: Disk nearly full (critical)");
    assert!(received[0].body.contains("full"), "{}", received[0].body);
    let sequence = header("x-sequence-id");
    assert!(
        !sequence[0].is_empty() && sequence.iter().all(|one| *one == sequence[0]),
        "one alert, one entry: {sequence:?}"
    );
}

#[tokio::test]
async fn a_program_is_told_in_variables_and_on_its_standard_input() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("told");
    let script = format!(
        "printf '%s|%s|%s|%s' \\\"$CARETAKER_EVENT\\\" \\\"$CARETAKER_LEVEL\\\" \\\"$CARETAKER_RULE\\\" \\\"$CARETAKER_HOST\\\" > {out}; cat >> {out}",
        out = out.display()
    );
    let world =
        World::with_configuration(&channel("command", &format!("command = [\"sh\", \"-c\", \"{script}\"]"))).unwrap();
    fill(&world, 90.0).await;
    let told = std::fs::read_to_string(&out).unwrap();
    let (variables, document) = told.split_once('{').unwrap();
    assert_eq!(variables, "raise|warning|disk-space|mini");
    let document: Value = serde_json::from_str(&format!("{{{document}")).unwrap();
    assert_eq!(document["event"], "raise");
    world.configure(&channel("command", "command = [\"sh\", \"-c\", \"echo no modem >&2; exit 3\"]")).unwrap();
    world.engine().reload().await.unwrap();
    fill(&world, 97.0).await;
    assert_eq!(degraded(&world).await, ["channel ops: `sh` failed: no modem"]);
    assert_eq!(ops(&world).await.waiting, 1, "it is tried again");
}

#[tokio::test]
async fn a_test_says_what_the_other_side_answered() {
    let server = HookServer::start().unwrap();
    let off = channel("webhook", "url = \"http://localhost:1/\"\nenabled = false").replace("\"ops\"", "\"off\"");
    let world = World::with_configuration(&format!("{}{off}", webhook(&server, "level = \"critical\""))).unwrap();
    let all = world.engine().test_channel(ChannelTestRequest::default()).await.unwrap().tests;
    let said: Vec<_> = all.iter().map(|test| (test.channel.as_str(), test.arrived, test.answer.as_str())).collect();
    assert_eq!(said, [("native", true, "shown"), ("ops", true, "200 OK")]);
    assert_eq!(server.received()[0].json()["event"], "test");
    let refused = |id: &str| {
        let engine = world.engine().clone();
        let channel = Some(id.to_owned());
        async move { engine.test_channel(ChannelTestRequest { channel }).await.unwrap_err() }
    };
    assert_eq!(refused("off").await.code, Code::NotConfigured);
    let unknown = refused("oops").await;
    assert_eq!(unknown.code, Code::NotFound);
    assert!(unknown.hint.contains("native, ops, off"), "{unknown:?}");
    drop(server);
    let gone = world.engine().test_channel(ChannelTestRequest { channel: Some("ops".to_owned()) }).await.unwrap();
    assert!(gone.tests[0].answer.ends_with("nobody listens there"), "{gone:?}");
}

#[tokio::test]
async fn the_second_step_hears_of_what_nobody_took_on() {
    let server = HookServer::start().unwrap();
    let world = World::with_configuration(&webhook(&server, "route = \"second\"")).unwrap();
    fill(&world, 97.0).await;
    assert!(server.received().is_empty());
    world.pass(minutes(16)).await.unwrap();
    assert_eq!(events(&server), ["raise critical"]);
}

#[tokio::test]
async fn what_could_not_be_told_before_a_restart_is_told_after_it() {
    let server = HookServer::start().unwrap();
    server.always(HookAnswer::Status(500, "", ""));
    let mut world = World::with_configuration(&webhook(&server, "")).unwrap();
    fill(&world, 90.0).await;
    let id = server.received()[0].header("idempotency-key").to_owned();
    server.always(HookAnswer::Status(200, "", ""));
    world.restart().await.unwrap();
    world.pass(minutes(6)).await.unwrap();
    let received = server.received();
    assert_eq!(received.last().unwrap().header("idempotency-key"), id);
    assert_eq!(world.told(), ["raise warning"], "and the desktop is not told twice");
}
