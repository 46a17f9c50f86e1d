//! Connections of the engine's socket: HTTP/1.1 over a Unix stream, everything granted, because only the owner of the
//! home can connect.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::{Extension, Router};
use caretaker_platform::socket::EngineSocket;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::Semaphore;
use tower::ServiceExt;

use crate::grants::Grants;

/// Clients at once; a page, a few shells and scripts are far below.
const MOST_CONNECTIONS: usize = 64;

/// Answers on the socket until the future is dropped.
pub async fn serve_socket(socket: &EngineSocket, router: Router) {
    let router = router.layer(Extension(Grants::OWNER));
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        tokio::select! {
            accepted = socket.accept() => match accepted {
                Ok(stream) => {
                    let router = router.clone();
                    connections.spawn(async move {
                        let _place = place;
                        serve_connection(stream, router).await;
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection to the engine's socket failed");
                    tokio::task::yield_now().await;
                }
            },
            Some(_) = connections.join_next() => {}
        }
    }
}

/// Answers on one connection until either side ends it.
pub async fn serve_connection(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, router: Router) {
    let service = service_fn(move |request: Request<Incoming>| {
        let router = router.clone();
        async move {
            Ok::<_, Infallible>(router.oneshot(request.map(Body::new)).await.unwrap_or_else(|never| match never {}))
        }
    });
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await {
        tracing::debug!(%error, "a client went away");
    }
}
