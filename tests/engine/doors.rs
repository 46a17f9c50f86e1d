//! The router as every door uses it: answers, refusals, hints.

use caretaker_api::Client;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::Span;
use caretaker_core::view::{AlertDetail, Hint, Overview, PointsView, SeriesList, Status};
use caretaker_testkit::World;
use futures_util::StreamExt;
use hyper::Method;

#[tokio::test]
async fn every_page_has_its_answer_in_one_call() {
    let world = World::new().unwrap();
    world.pass(Span::from_minutes(5)).await.unwrap();
    let client: Client = world.client();
    let overview: Overview = client.get("/overview").await.unwrap();
    let ids: Vec<&str> = overview.tiles.iter().map(|tile| tile.id.as_str()).collect();
    assert_eq!(
        ids,
        ["cpu", "memory", "swap", "gpu:Apple M4", "disk:/", "activity:nvme0n1", "network:en0", "temperature"]
    );
    assert!(overview.tiles[0].points.len() >= 10);
    let details = |id: &str| {
        let tile = overview.tiles.iter().find(|tile| tile.id == id).unwrap();
        tile.details.iter().map(|detail| format!("{} {}", detail.label, detail.text)).collect::<Vec<_>>()
    };
    assert_eq!(details("temperature"), ["Power 6.4 W", "Fan 1000 rpm"]);
    assert!(details("activity:nvme0n1").contains(&"Worn 3 %".to_owned()), "{:?}", details("activity:nvme0n1"));
    assert_eq!(overview.processes.unwrap().processes[0].name, "ollama");
    let series: SeriesList = client.get("/metrics/series").await.unwrap();
    assert!(series.series.iter().any(|entry| entry.key.name == "caretaker.round.time"));
    let points: PointsView =
        client.get("/metrics/points?name=host.disk.usage&label=mount%3D%2F&since=1h").await.unwrap();
    assert_eq!(points.series.len(), 1);
}

#[tokio::test]
async fn how_long_the_last_round_took_is_known_also_after_somebody_did_something() {
    let world = World::new().unwrap();
    world.round().await.unwrap();
    assert!(world.status().await.unwrap().engine.round_took_ms.is_some());
    let quiet = caretaker_core::view::QuietRequest { r#for: "1h".to_owned() };
    world.engine().set_quiet(quiet).await.unwrap();
    assert!(world.status().await.unwrap().engine.round_took_ms.is_some());
}

#[tokio::test]
async fn refusals_say_what_why_and_what_next() {
    let world = World::new().unwrap();
    let client = world.client();
    for (path, code) in [
        ("/metrics/points?name=host.cpu.usge", Code::NotFound),
        ("/metrics/points", Code::Usage),
        ("/metrics/points?name=host.cpu.usage&since=yesterday", Code::Usage),
        ("/alerts/nothing", Code::NotFound),
        ("/alerts?level=fatal", Code::Usage),
        ("/nowhere", Code::NotFound),
        ("/desktop", Code::NotConfigured),
    ] {
        let problem: Problem = client.get::<serde_json::Value>(path).await.unwrap_err();
        assert_eq!(problem.code, code, "{path}: {problem}");
        assert!(!problem.message.is_empty());
    }
    let bad = client.send::<AlertDetail>(Method::PUT, "/quiet", &serde_json::json!({"for": "ever"})).await.unwrap_err();
    assert_eq!(bad.code, Code::Usage);
}

#[tokio::test]
async fn listeners_are_told_to_look_again_and_nobody_is_told_when_nobody_listens() {
    let world = World::new().unwrap();
    assert_eq!(world.engine().watchers(), 0);
    let mut hints = world.client().watch(false).await.unwrap();
    assert_eq!(hints.next().await, Some(Hint::Hello));
    assert_eq!(world.engine().watchers(), 1);
    world.round().await.unwrap();
    assert_eq!(hints.next().await, Some(Hint::Round));
    let opened = world.engine().open_window("alerts/x");
    assert!(!opened.opened, "no tray app is attached");
    drop(hints);
    let status: Status = world.client().get("/status").await.unwrap();
    assert_eq!(status.engine.program.as_deref(), Some("caretaker-sim"));
    assert_eq!(world.engine().watchers(), 0);
}

#[tokio::test]
async fn an_attached_tray_app_is_asked_to_open_its_window() {
    let world = World::new().unwrap();
    let mut hints = world.client().watch(true).await.unwrap();
    assert_eq!(hints.next().await, Some(Hint::Hello));
    assert!(world.engine().open_window("alerts/x").opened);
    assert_eq!(hints.next().await, Some(Hint::OpenWindow { route: "alerts/x".into() }));
}
