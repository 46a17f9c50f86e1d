//! Rules over what others push: raised, told, lost and resolved like everything that is measured.

use caretaker_core::metric::{Labels, SeriesKind};
use caretaker_core::problem::Code;
use caretaker_core::time::{Clock, Span, Timestamp};
use caretaker_core::view::{AlertDetail, BacktestRequest, ResetRequest, SampleRequest, SamplesRequest};
use caretaker_engine::AlertFilter;
use caretaker_testkit::World;

fn rule(metric: &str, rest: &str) -> String {
    format!("[[rule]]\nid = \"own\"\nmetric = \"{metric}\"\n{rest}\n")
}

fn sample(world: &World, name: &str, value: f64) -> SampleRequest {
    SampleRequest { name: name.to_owned(), value, at: Some(world.clock.moment().wall), ..SampleRequest::default() }
}

async fn push(world: &World, name: &str, value: f64) {
    send(world, vec![sample(world, name, value)]).await;
}

async fn send(world: &World, samples: Vec<SampleRequest>) {
    world.engine().record_samples(SamplesRequest { samples }).await.unwrap();
}

/// The alert of the rule, also when it is over.
async fn alert(world: &World) -> Option<AlertDetail> {
    let all = AlertFilter { all: true, ..AlertFilter::default() };
    let alerts = world.engine().alerts(all).await.unwrap().alerts;
    let found = alerts.iter().find(|alert| alert.rule == "own")?;
    Some(world.engine().alert(&found.id.0).await.unwrap())
}

async fn changes(world: &World) -> Vec<String> {
    let Some(alert) = alert(world).await else { return Vec::new() };
    alert.timeline.iter().map(|event| event.text.clone()).collect()
}

/// Pushes a value before each of so many rounds.
async fn rounds(world: &World, name: &str, count: usize, value: f64) {
    for _ in 0..count {
        world.clock.advance(Span::from_seconds(20));
        push(world, name, value).await;
        world.clock.advance(Span::from_seconds(10));
        world.round().await.unwrap();
    }
}

#[tokio::test]
async fn what_is_pushed_is_judged_told_and_found_again_by_a_backtest() {
    let text = rule("board.queue", "critical = { above = 100 }\nfor = \"2m\"\nkeep_firing_for = \"1m\"");
    let world = World::with_configuration(&text).unwrap();
    rounds(&world, "board.queue", 10, 5.0).await;
    assert!(world.told().is_empty());
    rounds(&world, "board.queue", 8, 500.0).await;
    assert_eq!(world.told(), ["raise critical"]);
    rounds(&world, "board.queue", 10, 5.0).await;
    assert_eq!(world.told().last().map(String::as_str), Some("close critical"));
    let alert = alert(&world).await.unwrap();
    let evidence = alert.evidence.unwrap();
    assert!(evidence.samples.iter().any(|point| point.value == Some(500.0)), "{evidence:?}");
    let fired = alert.alert.fired_at;
    let backtest = || async {
        let request = BacktestRequest { rule: "own".into(), since: Some(Span::from_hours(1)), ..Default::default() };
        world.engine().backtest(request).await.unwrap().fired
    };
    let before = backtest().await;
    assert_eq!(before.iter().map(|one| (Some(one.from), one.peak)).collect::<Vec<_>>(), [(fired, 500.0)]);
    // Sealed it is the same.
    world.clock.advance(Span::from_hours(3));
    world.round().await.unwrap();
    let request = BacktestRequest { rule: "own".into(), since: Some(Span::from_hours(5)), ..Default::default() };
    let after = world.engine().backtest(request).await.unwrap().fired;
    assert_eq!(after.first().map(|one| (one.from, one.peak)), before.first().map(|one| (one.from, one.peak)));
}

#[tokio::test]
async fn every_sample_between_two_rounds_counts_in_a_window() {
    let text = rule("board.latency", "of = \"max\"\nover = \"5m\"\nwarning = { above = 1000 }");
    let world = World::with_configuration(&text).unwrap();
    world.round().await.unwrap();
    world.clock.advance(Span::from_seconds(10));
    for value in [20.0, 5000.0, 30.0] {
        world.clock.advance(Span::from_seconds(1));
        push(&world, "board.latency", value).await;
    }
    world.clock.advance(Span::from_seconds(10));
    world.round().await.unwrap();
    assert_eq!(alert(&world).await.unwrap().alert.value, 5000.0);
}

#[tokio::test]
async fn a_series_with_a_beat_of_its_own_is_judged_at_its_beat_and_lost_when_it_stops() {
    let text = rule("board.backlog", "warning = { above = 100 }\nfor = \"15m\"")
        + "[[rule]]\nid = \"gone\"\nmetric = \"board.backlog\"\nof = \"absent\"\nwarning = { above = 3600 }\n";
    let world = World::with_configuration(&text).unwrap();
    let beat = |value: f64| {
        let world = &world;
        async move {
            push(world, "board.backlog", value).await;
            world.pass(Span::from_minutes(10)).await.unwrap();
        }
    };
    for _ in 0..3 {
        beat(5.0).await;
    }
    for _ in 0..3 {
        beat(500.0).await;
    }
    assert_eq!(world.told(), ["raise warning"], "twice ten minutes are more than fifteen");
    assert!(!changes(&world).await.iter().any(|text| text.contains("data")), "{:?}", changes(&world).await);
    world.pass(Span::from_minutes(20)).await.unwrap();
    assert!(alert(&world).await.unwrap().alert.no_data, "half an hour after the last of a value every ten minutes");
    world.pass(Span::from_minutes(40)).await.unwrap();
    let open = world.engine().alerts(AlertFilter::default()).await.unwrap().alerts;
    assert!(open.iter().any(|alert| alert.rule == "gone"), "{open:?}");
}

#[tokio::test]
async fn what_comes_long_after_its_time_is_history_and_no_news() {
    let world = World::with_configuration(&rule("board.queue", "critical = { above = 100 }")).unwrap();
    world.pass(Span::from_minutes(30)).await.unwrap();
    let now = world.clock.moment().wall;
    let late = |minutes: i64| SampleRequest {
        at: Some(now - Span::from_minutes(minutes)),
        ..sample(&world, "board.queue", 500.0)
    };
    send(&world, vec![late(25), late(15)]).await;
    world.pass(Span::from_minutes(2)).await.unwrap();
    assert!(alert(&world).await.is_none());
    // A script that sends the last minutes together is news.
    send(&world, vec![late(2)]).await;
    world.pass(Span::from_minutes(1)).await.unwrap();
    assert!(alert(&world).await.is_some());
    let query = caretaker_engine::PointsQuery { name: "board.queue".into(), ..Default::default() };
    assert_eq!(world.engine().points(query).await.unwrap().stats.unwrap().count, 3);
}

/// What one home is told for the same pushes, with something done between a push and the round after it.
async fn told_with(disturb: &str) -> (Vec<String>, Vec<String>) {
    let text = rule("board.queue", "critical = { above = 100 }\nfor = \"1m\"\nkeep_firing_for = \"1m\"");
    let mut world = World::with_configuration(&text).unwrap();
    for step in 0..30 {
        world.clock.advance(Span::from_seconds(20));
        push(&world, "board.queue", if (8..20).contains(&step) { 500.0 } else { 1.0 }).await;
        if step % 4 == 2 {
            match disturb {
                "restart" => world.restart().await.unwrap(),
                "crash" => world.crash().await.unwrap(),
                _ => {}
            }
        }
        world.clock.advance(Span::from_seconds(10));
        world.round().await.unwrap();
    }
    (world.told(), changes(&world).await)
}

#[tokio::test]
async fn ends_between_a_push_and_its_round_change_no_notice() {
    let plain = told_with("nothing").await;
    assert_eq!(plain.0, ["raise critical", "close critical"]);
    assert_eq!(told_with("restart").await, plain);
    assert_eq!(told_with("crash").await, plain);
}

#[tokio::test]
async fn a_counter_that_goes_back_to_zero_is_still_counted_right() {
    let text = rule("board.requests", "of = \"delta\"\nover = \"10m\"\nwarning = { above = 99999 }");
    let world = World::with_configuration(&text).unwrap();
    let count = |value: f64| {
        let request = SampleRequest { kind: Some(SeriesKind::Counter), ..sample(&world, "board.requests", value) };
        let world = &world;
        async move {
            send(world, vec![request]).await;
            world.pass(Span::from_minutes(1)).await.unwrap();
        }
    };
    count(1000.0).await;
    count(1040.0).await;
    let reset = ResetRequest { name: "board.requests".into(), labels: Labels::none() };
    let done = world.engine().reset_counters(reset.clone()).await.unwrap();
    assert_eq!((done.reset.len(), done.reset[0].before), (1, 1040.0));
    world.pass(Span::from_minutes(1)).await.unwrap();
    count(7.0).await;
    // 40 before the zero and 7 after it.
    let request = |bound: &str| BacktestRequest {
        rule: "own".into(),
        set: [("warning.above".to_owned(), Some(bound.to_owned()))].into(),
        since: Some(Span::from_hours(1)),
    };
    let fired = |view: caretaker_core::view::BacktestView| view.fired.iter().map(|one| one.peak).collect::<Vec<_>>();
    assert_eq!(fired(world.engine().backtest(request("46")).await.unwrap()), [47.0]);
    assert!(fired(world.engine().backtest(request("47")).await.unwrap()).is_empty());
    let operations = world.status().await.unwrap().operations;
    let what: Vec<&str> = operations.iter().map(|one| one.what.as_str()).collect();
    assert!(what.contains(&"Reset the counter board.requests from 1040 to 0"), "{what:?}");

    push(&world, "board.level", 3.0).await;
    for (name, code, said) in [
        ("board.level", Code::Usage, "is a gauge"),
        ("host.cpu.usage", Code::Usage, "is measured by Caretaker"),
        ("board.nothing", Code::NotFound, "nobody pushes"),
    ] {
        let request = ResetRequest { name: name.into(), labels: Labels::none() };
        let problem = world.engine().reset_counters(request).await.unwrap_err();
        assert!(problem.code == code && problem.message.contains(said), "{problem}");
    }
}

#[tokio::test]
async fn a_refused_sample_leaves_nothing_behind() {
    let world = World::new().unwrap();
    world.round().await.unwrap();
    let good = sample(&world, "board.good", 1.0);
    for (bad, said) in [
        (sample(&world, "host.cpu.usage", 1.0), "host.*"),
        (sample(&world, "board.x", f64::NAN), "NaN"),
        (SampleRequest { at: Some(Timestamp::from_millis(0)), ..sample(&world, "board.x", 1.0) }, "too long ago"),
    ] {
        let request = SamplesRequest { samples: vec![good.clone(), bad] };
        let problem = world.engine().record_samples(request).await.unwrap_err();
        assert!(problem.message.starts_with("sample 2: ") && problem.message.contains(said), "{problem}");
    }
    assert!(!world.engine().series().await.unwrap().series.iter().any(|entry| entry.pushed));
}
