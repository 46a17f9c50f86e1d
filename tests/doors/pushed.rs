//! Pushing through the loopback door, as a program beside Caretaker does it.

use caretaker_core::time::Span;

use crate::open::Open;

const SAMPLES: &str = "/api/v1/metrics/samples";

#[tokio::test]
async fn a_program_with_the_token_for_acting_pushes_and_prometheus_finds_it() {
    let open = Open::new().await;
    let body = r#"{"samples": [{"name": "board.sales", "value": 0.1}, {"name": "board.requests", "value": 12, "kind": "counter", "service": "board"}]}"#;
    let answer = open.ask(&open.read, "POST", SAMPLES, body).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "forbidden"));
    let answer = open.ask(&open.act, "POST", SAMPLES, body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let view = answer.json();
    assert_eq!((&view["recorded"], &view["series"]), (&2.into(), &2.into()), "{view}");
    open.world.clock.advance(Span::from_seconds(30));
    open.world.round().await.unwrap();
    // Still there when the round after it pushed nothing.
    open.world.clock.advance(Span::from_seconds(30));
    open.world.round().await.unwrap();
    let page = open.ask(&open.read, "GET", "/metrics", "").await.text();
    for line in [
        "# TYPE caretaker_board_sales gauge",
        "caretaker_board_sales 0.1",
        "# TYPE caretaker_board_requests_total counter",
        "caretaker_board_requests_total{service=\"board\"} 12",
    ] {
        assert!(page.lines().any(|found| found == line), "{line}\n{page}");
    }
    open.world.clock.advance(Span::from_hours(25));
    open.world.round().await.unwrap();
    let page = open.ask(&open.read, "GET", "/metrics", "").await.text();
    assert!(!page.contains("board_sales"), "a day later it would pass for present");
}

#[tokio::test]
async fn what_is_too_much_or_no_sample_is_refused() {
    let open = Open::new().await;
    let samples = |count: usize| {
        let one = r#"{"name":"a.b","value":1}"#;
        format!(r#"{{"samples":[{}]}}"#, vec![one; count].join(","))
    };
    for (body, status, code) in [
        (samples(5_001), 400, "usage"),
        (samples(50_000), 413, "too_large"),
        (r#"{"samples":[{"name":"a.b","value":1e999}]}"#.to_owned(), 400, "usage"),
        (r#"{"samples":[{"name":"a.b","value":"1"}]}"#.to_owned(), 400, "usage"),
        (r#"{"samples":[{"name":"a.b","value":1,"when":"now"}]}"#.to_owned(), 400, "usage"),
        (samples(0), 400, "usage"),
    ] {
        let answer = open.ask(&open.act, "POST", SAMPLES, &body).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{} bytes: {answer:?}", body.len());
    }
    assert_eq!(open.ask(&open.act, "POST", SAMPLES, &samples(5_000)).await.status, 200);
}
