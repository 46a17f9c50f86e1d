//! The loopback door: the same router over TCP, for a browser on this machine.
//!
//! Only names of this machine are answered, so that a page from elsewhere cannot reach it through a name of its own
//! (DNS rebinding), and only requests that this door's own pages send.

use std::net::SocketAddr;

use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use caretaker_core::problem::{Code, Problem};
use tokio::net::TcpListener;

use crate::answer::Failure;
use crate::grants::Grants;
use crate::serve::serve_connection;

/// Answers on `listener` until the future is dropped.
pub async fn serve_loopback(listener: TcpListener, router: Router, grants: Grants) {
    let router = router.layer(Extension(grants)).layer(middleware::from_fn(guard));
    let mut connections = tokio::task::JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, peer)) = accepted && peer.ip().is_loopback() {
                    connections.spawn(serve_connection(stream, router.clone()));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn guard(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let local = headers.get(header::HOST).is_some_and(|host| is_local(host, ""));
    let same = headers.get(header::ORIGIN).is_none_or(|origin| is_local(origin, "http://"));
    if !local || !same {
        return Failure(Problem::new(Code::Forbidden, "only pages of this machine are answered")).into_response();
    }
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

fn is_local(value: &HeaderValue, scheme: &str) -> bool {
    let Some(authority) = value.to_str().ok().and_then(|text| text.strip_prefix(scheme)) else { return false };
    let host = authority.rsplit_once(':').map_or(authority, |(host, port)| {
        if port.bytes().all(|byte| byte.is_ascii_digit()) { host } else { authority }
    });
    let literal = authority.parse::<SocketAddr>().is_ok_and(|address| address.ip().is_loopback());
    literal || host == "localhost" || host == "127.0.0.1" || host == "[::1]"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_local() {
        for (text, local) in [
            ("127.0.0.1:7861", true),
            ("localhost", true),
            ("localhost:80", true),
            ("[::1]:7861", true),
            ("127.0.0.1.example.org", false),
            ("example.org:7861", false),
            ("", false),
        ] {
            assert_eq!(is_local(&HeaderValue::from_static(text), ""), local, "{text}");
        }
        assert!(!is_local(&HeaderValue::from_static("https://example.org"), "http://"));
    }
}
