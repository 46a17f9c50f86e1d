//! A door without tokens for `caretaker-sim`, whose machine is made up. The product never opens it.

use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Router};
use tokio::net::TcpListener;

use super::guard;
use crate::answer::Failure;
use crate::grants::Grants;
use crate::serve::serve_connection;

/// Answers on `listener` with these grants until the future is dropped.
pub async fn serve_unlocked(listener: TcpListener, router: Router, grants: Grants) {
    let router = router.layer(Extension(grants)).layer(middleware::from_fn(guarded));
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

async fn guarded(request: Request, next: Next) -> Response {
    match guard::check(request.method(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => Failure(problem).into_response(),
    }
}
