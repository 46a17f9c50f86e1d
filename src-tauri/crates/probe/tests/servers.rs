//! Servers of models over a real socket: found, looked at, missed; and programs that behave badly on the same ports.
#![expect(clippy::unwrap_used, reason = "what does not come fails the test")]

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use caretaker_core::config::Models;
use caretaker_core::time::{Span, Timestamp};
use caretaker_core::view::{ModelServerKind, ModelServerView};
use caretaker_probe::ModelWatch;
use caretaker_testkit::{MovedEgress, ReplayServer, Reply};

const VERSION: &str = include_str!("../../../../tests/fixtures/models/ollama/version.json");
const TAGS: &str = include_str!("../../../../tests/fixtures/models/ollama/tags.json");
const PS: &str = include_str!("../../../../tests/fixtures/models/ollama/ps.json");

fn usual(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

fn at(round: i64) -> Timestamp {
    let start: Timestamp = "2026-03-02T08:00:00.000Z".parse().unwrap();
    start + Span::from_seconds(30) * round
}

/// A machine, its watch, and how many rounds were made.
struct Machine {
    egress: MovedEgress,
    watch: ModelWatch,
    settings: Models,
    rounds: i64,
}

impl Machine {
    fn new() -> Self {
        let egress = MovedEgress::default();
        let watch = ModelWatch::new(Arc::new(egress.clone()), None);
        let settings = Models { enabled: true, discover: true, servers: Vec::new() };
        Self { egress, watch, settings, rounds: 0 }
    }

    fn round(&mut self) -> Vec<ModelServerView> {
        self.watch.round(&self.settings, at(self.rounds)).unwrap();
        self.rounds += 1;
        self.watch.view(at(self.rounds)).servers
    }

    fn only(&mut self) -> ModelServerView {
        let mut servers = self.round();
        assert_eq!(servers.len(), 1, "{servers:#?}");
        servers.remove(0)
    }

    /// Plays a server at its usual port.
    fn put(&self, port: u16) -> ReplayServer {
        let server = ReplayServer::start().unwrap();
        self.egress.listen(usual(port), server.address());
        server
    }
}

fn ollama(machine: &Machine) -> ReplayServer {
    let server = machine.put(11434);
    server.plays("/api/version", VERSION).plays("/api/tags", TAGS).plays("/api/ps", PS);
    server
}

#[test]
fn ollama_is_found_and_from_then_on_asked_for_little() {
    let mut machine = Machine::new();
    let server = ollama(&machine);
    let seen = machine.only();
    assert_eq!((seen.kind, seen.version.as_deref(), seen.up), (ModelServerKind::Ollama, Some("0.12.6"), true));
    assert_eq!((seen.installed.len(), seen.installed_bytes), (3, Some(16_087_136_883)));
    assert_eq!(seen.loaded[0].name, "gpt-oss:20b");
    assert!(seen.took_ms.is_some_and(|took| took > 0.0));
    let mut asked = server.asked();
    asked.sort();
    assert_eq!(asked, ["GET /api/ps", "GET /api/tags", "GET /api/version"], "nothing that makes a server work");
    for _ in 1..10 {
        assert_eq!(machine.only().installed.len(), 3, "what a brief look does not ask for stays known");
        assert_eq!(server.asked(), ["GET /api/ps"]);
    }
    machine.round();
    assert_eq!(server.asked().len(), 3, "every tenth look is a full one");
}

#[test]
fn nobody_there_costs_one_refused_connection_in_ten_rounds() {
    let mut machine = Machine::new();
    assert_eq!(machine.egress.attempts(usual(11434)), 0, "nothing is opened before the first round");
    for _ in 0..30 {
        assert!(machine.round().is_empty());
    }
    for port in [11434, 8080, 1234, 8000] {
        assert_eq!(machine.egress.attempts(usual(port)), 3, "{port}");
    }
    machine.settings.enabled = false;
    for _ in 0..20 {
        machine.round();
    }
    assert_eq!(machine.egress.attempts(usual(11434)), 3, "switched off, nobody is reached for");
}

#[test]
fn one_that_stops_is_missed_and_one_that_returns_is_read_anew() {
    let mut machine = Machine::new();
    let server = ollama(&machine);
    machine.round();
    machine.egress.hang_up(usual(11434));
    let gone = machine.only();
    assert!(!gone.up && gone.loaded.is_empty() && gone.installed.len() == 3, "{gone:#?}");
    assert_eq!((gone.since, gone.note.as_str()), (at(1), "nobody listens"));
    assert_eq!(machine.only().since, at(1), "it has been gone since then, not since now");
    server.plays("/api/version", "{\"version\":\"0.13.0\"}");
    machine.egress.listen(usual(11434), server.address());
    let back = machine.only();
    assert_eq!((back.up, back.since, back.version.as_deref()), (true, at(3), Some("0.13.0")));
}

#[test]
fn a_restart_knows_who_was_there_and_a_week_later_nobody_waits_any_more() {
    let mut machine = Machine::new();
    let server = ollama(&machine);
    machine.round();
    let known = machine.watch.known();
    assert!(known[0].loaded.is_empty(), "what is in memory is not remembered");
    drop(server);
    machine.watch = ModelWatch::new(Arc::new(machine.egress.clone()), None);
    machine.watch.recall(known);
    assert!(!machine.only().up, "one that did not come back after a restart is missed");
    machine.rounds += Span::from_days(6).as_millis() / 30_000;
    assert_eq!(machine.round().len(), 1);
    machine.rounds += Span::from_days(2).as_millis() / 30_000;
    assert_eq!(machine.round(), [], "it was taken away on purpose");
}

#[test]
fn llama_cpp_tells_its_speed_and_when_it_loads() {
    let mut machine = Machine::new();
    let server = machine.put(8080);
    server
        .plays("/v1/models", include_str!("../../../../tests/fixtures/models/llama/models.json"))
        .plays("/props", include_str!("../../../../tests/fixtures/models/llama/props.json"))
        .plays("/metrics", include_str!("../../../../tests/fixtures/models/llama/metrics.txt"));
    let seen = machine.only();
    assert_eq!((seen.kind, seen.version.as_deref()), (ModelServerKind::LlamaCpp, Some("b6123-79c1160b")));
    assert_eq!((seen.tokens_per_second, seen.loaded[0].context), (Some(41.7283), Some(8_192)));
    assert_eq!(machine.only().loaded[0].context, Some(8_192), "known from the full look");
    server.reply("/metrics", Reply::Whole(501, "{}".to_owned()));
    assert_eq!(machine.only().tokens_per_second, None, "a server without --metrics says nothing of its speed");
    let loading = include_str!("../../../../tests/fixtures/models/llama/health_loading.json");
    server.reply("/v1/models", Reply::Whole(503, loading.to_owned()));
    let busy = machine.only();
    assert!(busy.up && busy.note.contains("loading"), "{busy:#?}");
}

#[test]
fn lm_studio_and_vllm_are_told_apart() {
    let mut machine = Machine::new();
    let studio = machine.put(1234);
    studio
        .plays("/v1/models", include_str!("../../../../tests/fixtures/models/lm_studio/v1_models.json"))
        .plays("/api/v0/models", include_str!("../../../../tests/fixtures/models/lm_studio/v0_models.json"));
    let vllm = machine.put(8000);
    vllm.plays("/v1/models", include_str!("../../../../tests/fixtures/models/vllm/models.json"));
    vllm.plays("/version", "{\"version\":\"0.11.0\"}");
    for _ in 0..2 {
        let servers = machine.round();
        let kinds: Vec<_> = servers.iter().map(|one| (one.address.as_str(), one.kind, one.loaded.len())).collect();
        let expected = [("127.0.0.1:1234", ModelServerKind::LmStudio, 1), ("127.0.0.1:8000", ModelServerKind::Vllm, 1)];
        assert_eq!(kinds, expected);
        assert_eq!(servers[1].version.as_deref(), Some("0.11.0"));
    }
}

#[test]
fn a_stranger_is_asked_one_question_and_left_alone() {
    let mut machine = Machine::new();
    let board = machine.put(8080);
    board.plays("/v1/models", "<html>Order board</html>");
    for _ in 0..10 {
        assert!(machine.round().is_empty());
    }
    assert_eq!(board.asked(), ["GET /v1/models"]);
}

#[test]
fn a_server_named_in_the_configuration_is_asked_either_way() {
    let mut machine = Machine::new();
    machine.settings = Models { enabled: true, discover: false, servers: vec![usual(9999)] };
    let server = machine.put(9999);
    server.plays("/v1/models", include_str!("../../../../tests/fixtures/models/vllm/models.json"));
    assert_eq!(machine.only().kind, ModelServerKind::Vllm);
    machine.settings.servers.clear();
    assert!(machine.round().is_empty(), "what nobody names is no longer looked at");
}

#[test]
fn another_program_on_the_same_port_takes_the_place_of_the_first() {
    let mut machine = Machine::new();
    let server = ollama(&machine);
    machine.round();
    for path in ["/api/version", "/api/tags", "/api/ps"] {
        server.reply(path, Reply::Whole(404, String::new()));
    }
    server.plays("/v1/models", include_str!("../../../../tests/fixtures/models/vllm/models.json"));
    assert_eq!(machine.only().kind, ModelServerKind::Vllm);
}

#[test]
fn answers_that_are_broken_make_a_server_down_and_nothing_worse() {
    for (reply, why) in [
        (Reply::CutOff(PS.to_owned(), 100), "cannot be read"),
        (Reply::Endless, "more than 4 MB"),
        (Reply::Garbage, "cannot be read"),
        (Reply::Whole(500, "{}".to_owned()), "status 500"),
        (Reply::Whole(200, PS[..200].to_owned()), "not what a server of models says"),
        (Reply::Whole(200, "{\"models\": 5}".to_owned()), "not what a server of models says"),
        (Reply::Whole(200, "[".repeat(100_000)), "not what a server of models says"),
        (Reply::Whole(200, String::new()), "not what a server of models says"),
    ] {
        let mut machine = Machine::new();
        let server = ollama(&machine);
        machine.round();
        server.reply("/api/ps", reply.clone()).reply("/api/version", reply.clone());
        let seen = machine.only();
        assert!(!seen.up && seen.note.contains(why), "{reply:?}: {}", seen.note);
        server.plays("/api/ps", PS).plays("/api/version", VERSION);
        assert!(machine.only().up, "{reply:?}");
    }
}

#[test]
fn a_part_that_is_broken_leaves_the_rest_readable() {
    let mut machine = Machine::new();
    let server = ollama(&machine);
    server.reply("/api/tags", Reply::Endless);
    let seen = machine.only();
    assert!(seen.up && seen.installed.is_empty() && seen.loaded.len() == 2, "{seen:#?}");
}

#[test]
fn a_server_that_says_nothing_is_given_up_after_two_seconds() {
    let mut machine = Machine::new();
    let silent: Vec<ReplayServer> = [11434, 8080, 1234, 8000].into_iter().map(|port| machine.put(port)).collect();
    for server in &silent {
        server.reply("/api/version", Reply::Silence).reply("/v1/models", Reply::Silence);
    }
    let begun = Instant::now();
    assert!(machine.round().is_empty());
    let took = begun.elapsed();
    assert!(took >= Duration::from_secs(2) && took < Duration::from_millis(2_900), "all at the same time: {took:?}");
}
