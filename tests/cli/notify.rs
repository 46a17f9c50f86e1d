//! Channels from the command line: the real program, a real server, over plain HTTP and over TLS.

use caretaker_core::view::{ChannelList, ChannelState, ChannelTestView, DoctorView};
use caretaker_testkit::{HookAnswer, HookServer};
use serde_json::Value;

use crate::world::{Said, World, put};

fn channel(url: &str) -> String {
    format!("[[notify.channel]]\nid = \"ops\"\nkind = \"webhook\"\nurl = \"{url}\"\ntimeout = \"5s\"\n")
}

/// A rule that is up with the first round.
const RULE: &str = "[[rule]]\nid = \"up\"\ntitle = \"It is up\"\nmetric = \"host.uptime\"\nwarning = { above = 0.001 }\nfor = \"0s\"\n";

#[test]
fn without_a_channel_there_is_nothing_to_test_and_the_list_says_what_to_do() {
    let world = World::configured("[notify]\nnative = false\n");
    let said = world.run(&["notify", "test"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(
        said.err.contains("there is no channel to send a test to") && said.err.contains("[[notify.channel]]"),
        "{said:?}"
    );
    let list = world.run(&["notify", "list"]);
    assert!(list.code == 0 && list.out.contains("Nothing is sent elsewhere."), "{list:?}");
    assert_eq!(world.run(&["notify", "test", "oops"]).code, 4);
}

#[test]
fn a_test_says_what_the_other_side_answered_and_how_long_it_took() {
    let server = HookServer::start().unwrap();
    let world = World::configured(&channel(&server.url("/hook/s3cr3t")));
    let said = world.run(&["notify", "test", "ops"]);
    let target = format!("http://localhost:{}/…", server.address().port());
    assert!(said.code == 0 && said.out.contains(&format!("● ops  arrived at {target}: 200 OK (")), "{said:?}");
    assert!(said.out.trim_end().ends_with("ms)"), "{said:?}");
    server.always(HookAnswer::Status(403, "", "no"));
    let said = world.run(&["notify", "test", "ops", "--json"]);
    let view: ChannelTestView = said.document();
    assert_eq!((said.code, view.tests[0].arrived), (1, false), "{said:?}");
    assert!(view.tests[0].answer.contains("403 Forbidden") && view.tests[0].hint.contains("token"), "{view:?}");
}

#[test]
fn one_round_tells_the_channel_and_shows_no_credential_anywhere() {
    let server = HookServer::start().unwrap();
    server.then(HookAnswer::Status(500, "", "s3cr3t?"));
    let url = format!("http://ann:pa55word@localhost:{}/hook/s3cr3t?key=abcd1", server.address().port());
    let world = World::configured(&format!("{RULE}{}token = \"t0ken\"\n", channel(&url)));
    let mut everything = vec![world.run(&["run", "--once"])];
    assert_eq!((everything[0].code, server.received().len()), (0, 1), "{everything:?}");
    assert!(everything[0].err.contains("answers 500 Internal Server Error"), "{everything:?}");
    assert_eq!(server.received()[0].json()["rule"], "up");
    let list: ChannelList = world.read(&["notify", "list", "--json"]);
    assert_eq!((list.channels[1].state, list.channels[1].waiting), (ChannelState::Waiting, 1), "{list:?}");
    assert!(list.channels[1].last_error.as_ref().is_some_and(|error| error.contains("500")));
    let alerts: Value = world.run(&["alerts", "list", "--json"]).document();
    let id = alerts["alerts"][0]["id"].as_str().unwrap().to_owned();
    for words in [
        &["notify", "list"][..],
        &["notify", "list", "--json"],
        &["config", "show"],
        &["config", "show", "--origin"],
        &["config", "show", "--json"],
        &["doctor", "--dump"],
        &["doctor", "network", "--json"],
        &["alerts", "show", &id],
        &["alerts", "show", &id, "--json"],
        &["status", "--json"],
        &["config", "set", "notify.channel.ops.token", "t0ken2"],
        &["notify", "test", "-v"],
        &["status", "--json"],
    ] {
        everything.push(world.run(words));
    }
    for said in &everything {
        for secret in ["pa55word", "s3cr3t", "abcd1", "t0ken"] {
            assert!(!said.out.contains(secret) && !said.err.contains(secret), "{secret}: {said:?}");
        }
    }
    let last = server.received().pop().unwrap();
    assert_eq!(last.header("authorization"), "Bearer t0ken2", "what was set is in force");
}

#[test]
fn what_waits_is_told_by_the_next_run_under_the_same_identity() {
    let server = HookServer::start().unwrap();
    server.then(HookAnswer::Status(503, "", ""));
    let world = World::configured(&format!("{RULE}{}", channel(&server.url("/hook"))));
    world.run(&["run", "--once"]);
    World::wait_until("the second try", || {
        world.run(&["run", "--once"]);
        server.received().len() > 1
    });
    let ids: Vec<String> = server.received().iter().map(|one| one.header("idempotency-key").to_owned()).collect();
    assert_eq!(ids[0], ids[1]);
}

#[test]
fn a_variable_holds_the_address_and_one_that_is_missing_is_named() {
    let server = HookServer::start().unwrap();
    let world = World::configured(&channel("env:OPS_HOOK"));
    let said = Said::from(world.command(&["notify", "test"]).env("OPS_HOOK", server.url("/x")).output().unwrap());
    assert!(said.code == 0 && said.out.contains("env:OPS_HOOK"), "{said:?}");
    let said = world.run(&["notify", "test", "ops"]);
    assert!(said.code == 1 && said.out.contains("`env:OPS_HOOK`, and there is no such variable"), "{said:?}");
}

#[test]
fn a_certificate_is_trusted_only_if_this_system_trusts_its_authority() {
    let (server, authority) = HookServer::start_tls().unwrap();
    let url = format!("https://localhost:{}/hook", server.address().port());
    let world = World::configured(&channel(&url));
    let pem = world.beside("authority.pem");
    put(&pem, authority.as_bytes());
    let trusting = |words: &[&str]| Said::from(world.command(words).env("SSL_CERT_FILE", &pem).output().unwrap());
    let said = trusting(&["notify", "test", "ops"]);
    assert!(said.code == 0 && said.out.contains("200 OK"), "{said:?}");
    assert_eq!(server.received().len(), 1);

    let (other, _) = HookServer::start_tls().unwrap();
    let strange = format!("https://localhost:{}/hook", other.address().port());
    put(&world.home().join("caretaker.toml"), channel(&strange).as_bytes());
    let said = trusting(&["notify", "test", "ops"]);
    assert!(said.code == 1 && said.out.contains("vouches for its certificate"), "{said:?}");
    put(&world.home().join("caretaker.toml"), channel(&url.replace("localhost", "127.0.0.1")).as_bytes());
    let said = trusting(&["notify", "test", "ops"]);
    assert!(said.code == 1 && said.out.contains("its certificate is for another name"), "{said:?}");
    assert_eq!((server.received().len(), other.received().len()), (1, 0), "nothing was told to a stranger");

    let plain = HookServer::start().unwrap();
    let wrong = format!("https://localhost:{}/hook", plain.address().port());
    put(&world.home().join("caretaker.toml"), channel(&wrong).as_bytes());
    let said = trusting(&["notify", "test", "ops"]);
    assert!(said.code == 1 && said.out.contains("encrypt the connection"), "{said:?}");
}

#[test]
fn the_doctor_lists_what_may_be_reached_and_what_was() {
    let world = World::configured("");
    let view: DoctorView = world.read(&["doctor", "network", "--json"]);
    assert!(view.checks.iter().any(|check| check.detail.contains("the configuration names no place")), "{view:?}");
    put(&world.home().join("caretaker.toml"), channel("http://hooks.example.org/x").as_bytes());
    let view: DoctorView = world.read(&["doctor", "network", "--json"]);
    let check = view.checks.iter().find(|check| check.name == "hooks.example.org:80").unwrap();
    assert_eq!(check.detail, "may be reached for `notify.channel.ops`; 0 connections opened, 0 refused");
    assert!(check.hint.contains("https://"), "{check:?}");
}

#[test]
fn what_this_version_cannot_use_is_noted_with_its_place() {
    let world = World::configured("[[notify.channel]]\nid = \"ops\"\nkind = \"webhook\"\nurl = \"secret:ops-hook\"\n");
    let said = world.run(&["config", "validate"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(
        said.out.contains("caretaker.toml:4:7: note: the channel `ops` sends nothing: its `url` is `secret:ops-hook`"),
        "{said:?}"
    );
    assert!(said.out.contains("env:NAME"), "{said:?}");
    put(
        &world.home().join("caretaker.toml"),
        b"[[notify.channel]]\nid = \"ops\"\nkind = \"webhook\"\nurl = \"hooks/s3cr3t\"\n",
    );
    let said = world.run(&["config", "validate", "--json"]);
    assert_eq!((said.code, said.out.contains("s3cr3t")), (2, false), "{said:?}");
}
