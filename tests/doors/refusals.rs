//! What the door refuses: other hosts, other pages, other tokens, too much, too slow.

use std::time::Duration;

use caretaker_api::DoorLimits;
use caretaker_core::view::{AccessGrant, TokenRequest};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::http::{receive, request, send};
use crate::open::Open;

#[tokio::test]
async fn other_hosts_and_pages_are_refused_even_with_a_token() {
    let open = Open::new().await;
    let bearer = format!("Bearer {}", open.read);
    let port = open.at.port();
    let (own, other) = (format!("http://127.0.0.1:{port}"), format!("http://127.0.0.1:{}", port ^ 1));
    let host = format!("127.0.0.1:{port}");
    for (headers, status) in [
        (vec![("host", host.as_str())], 200),
        (vec![("host", "rebound.example")], 403),
        (vec![("host", host.as_str()), ("origin", own.as_str())], 200),
        (vec![("host", host.as_str()), ("origin", other.as_str())], 403),
        (vec![("host", host.as_str()), ("origin", "https://example.org")], 403),
        (vec![("host", host.as_str()), ("sec-fetch-site", "cross-site")], 403),
    ] {
        let headers: Vec<_> = headers.into_iter().chain([("authorization", bearer.as_str())]).collect();
        let answer = open.with("/api/v1/status", &headers).await;
        assert_eq!(answer.status, status, "{headers:?}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(answer.header("access-control-allow-origin").is_none(), "no other page may read an answer");
    }
}

#[tokio::test]
async fn only_the_token_of_this_moment_is_known() {
    let open = Open::new().await;
    let cut = &open.read[..open.read.len() - 1];
    for given in ["", "Bearer", "Bearer ", "Bearer x", "Basic abc", &format!("Bearer {cut}"), &open.read] {
        let answer = open.with("/api/v1/status", &[("authorization", given)]).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "unauthorized"), "{given}");
        assert!(answer.header("www-authenticate").is_some_and(|text| text.starts_with("Bearer")), "{answer:?}");
        assert!(!answer.text().contains(cut), "no answer repeats a token");
    }
    let engine = open.world.engine();
    let renewed = engine.access_token(TokenRequest { grant: AccessGrant::Read, renew: true }).await.unwrap();
    assert_eq!(open.ask(&open.read, "GET", "/api/v1/status", "").await.status, 401);
    assert_eq!(open.ask(&renewed.token, "GET", "/api/v1/status", "").await.status, 200);
    assert_eq!(open.ask(&open.act, "GET", "/api/v1/status", "").await.status, 200, "the other token is untouched");
}

#[tokio::test]
async fn a_large_body_is_refused_announced_or_not() {
    let open = Open::limited(DoorLimits { body: 2_000, ..DoorLimits::default() }).await;
    let text = serde_json::json!({"text": " ".repeat(1_000)}).to_string();
    let fits = open.ask(&open.read, "POST", "/api/v1/configuration/validate", &text).await;
    assert_eq!(fits.status, 200, "{fits:?}");
    let text = serde_json::json!({"text": " ".repeat(3_000)}).to_string();
    let announced = open.ask(&open.read, "POST", "/api/v1/configuration/validate", &text).await;
    assert_eq!((announced.status, announced.code().as_str()), (413, "too_large"));
    let bearer = format!("Bearer {}", open.read);
    let headers =
        [("authorization", bearer.as_str()), ("transfer-encoding", "chunked"), ("content-type", "application/json")];
    let head = request("POST", "/api/v1/configuration/validate", &headers, "");
    let chunked = send(open.at, &format!("{head}{:x}\r\n{text}\r\n0\r\n\r\n", text.len())).await;
    assert_eq!((chunked.status, chunked.code().as_str()), (413, "too_large"), "{chunked:?}");
}

#[tokio::test]
async fn a_slow_client_loses_its_connection_and_holds_up_nobody() {
    let brief = Duration::from_millis(300);
    let open = Open::limited(DoorLimits { head: brief, request: brief, connections: 3, ..DoorLimits::default() }).await;
    let mut head = TcpStream::connect(open.at).await.unwrap();
    head.write_all(b"GET /api/v1/status HTTP/1.1\r\nhost: loc").await.unwrap();
    let bearer = format!("Bearer {}", open.read);
    let headers = [("authorization", bearer.as_str()), ("content-length", "50"), ("content-type", "application/json")];
    let mut body = TcpStream::connect(open.at).await.unwrap();
    body.write_all(request("POST", "/api/v1/configuration/validate", &headers, "").as_bytes()).await.unwrap();
    body.write_all(b"{\"text\":").await.unwrap();
    assert_eq!(open.ask(&open.read, "GET", "/api/v1/status", "").await.status, 200);
    let late = receive(&mut body).await;
    assert_eq!((late.status, late.code().as_str()), (408, "timed_out"), "{late:?}");
    let mut rest = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(20), head.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "a head that never ends is not waited for");
    // Both places are free again.
    for _ in 0..4 {
        assert_eq!(open.ask(&open.read, "GET", "/api/v1/status", "").await.status, 200);
    }
}

#[tokio::test]
async fn nonsense_gets_an_answer_or_an_end_and_never_more() {
    let open = Open::new().await;
    for bytes in
        ["\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n", "GET / HTTP/1.1\r\n\r\n"]
    {
        let mut stream = TcpStream::connect(open.at).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        drop(stream.read_to_end(&mut answer).await);
        let text = String::from_utf8_lossy(&answer);
        assert!(text.is_empty() || text.starts_with("HTTP/1.1 4"), "{bytes:?}: {text}");
    }
    assert_eq!(open.ask(&open.read, "GET", "/health/live", "").await.status, 200);
}
