//! How often: a bucket for each client, filled by the engine's clock.

use caretaker_api::{DoorLimits, Rate};
use caretaker_core::time::Span;

use crate::open::Open;

fn tight() -> DoorLimits {
    let strangers = Rate { burst: 2, per_second: 0.1 };
    DoorLimits { rate: Rate { burst: 3, per_second: 0.5 }, strangers, ..DoorLimits::default() }
}

#[tokio::test]
async fn too_many_requests_are_told_when_to_come_again() {
    let open = Open::limited(tight()).await;
    for left in ["2", "1", "0"] {
        let answer = open.ask(&open.read, "GET", "/health/live", "").await;
        assert_eq!((answer.status, answer.header("ratelimit-remaining")), (200, Some(left)));
        assert_eq!(answer.header("ratelimit-limit"), Some("3"));
    }
    let refused = open.ask(&open.read, "GET", "/health/live", "").await;
    assert_eq!((refused.status, refused.code().as_str()), (429, "too_many_requests"));
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit-reset")), (Some("2"), Some("6")));
    let other = open.ask(&open.act, "GET", "/health/live", "").await;
    assert_eq!(other.status, 200, "one client takes nothing from another");
    open.world.clock.advance(Span::from_seconds(2));
    assert_eq!(open.ask(&open.read, "GET", "/health/live", "").await.status, 200);
    assert_eq!(open.ask(&open.read, "GET", "/health/live", "").await.status, 429);
}

#[tokio::test]
async fn guessing_is_slow_and_harms_nobody_with_a_token() {
    let open = Open::limited(tight()).await;
    let statuses = async |path: &str| open.with(path, &[("authorization", "Bearer guess")]).await.status;
    assert_eq!((statuses("/api/v1/status").await, statuses("/dashboard?token=guess").await), (401, 401));
    assert_eq!((statuses("/api/v1/status").await, statuses("/dashboard?token=guess").await), (429, 429));
    assert_eq!(open.ask(&open.read, "GET", "/api/v1/status", "").await.status, 200);
    let page = open.ask(&open.act, "GET", "/metrics", "").await.text();
    assert!(page.contains("caretaker_http_refused_total{reason=\"token\"} 2"), "{page}");
    assert!(page.contains("caretaker_http_refused_total{reason=\"rate\"} 2"), "{page}");
}
