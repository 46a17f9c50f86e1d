//! Connections of the engine's socket: HTTP/1.1 over a Unix stream, everything granted, because only the owner of the
//! home can connect.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

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
/// How often to look whether clients can still find the socket.
const LOOK_AFTER_SOCKET: Duration = Duration::from_secs(30);

/// Answers on the socket until the future is dropped. A socket that a cleaner of `/tmp` took away is bound again.
pub async fn serve_socket(mut socket: EngineSocket, router: Router) {
    let router = router.layer(Extension(Grants::OWNER));
    let places = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = tokio::task::JoinSet::new();
    let mut look = tokio::time::interval(LOOK_AFTER_SOCKET);
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
            _ = look.tick() => match socket.restore() {
                Ok(true) => tracing::warn!(path = %socket.path().display(), "the engine's socket was gone; it is back"),
                Ok(false) => {}
                Err(problem) => tracing::warn!(%problem, "the engine's socket is gone"),
            },
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

#[cfg(test)]
mod tests {
    use super::*;
    use caretaker_core::time::Timestamp;
    use caretaker_platform::home::Home;
    use caretaker_platform::lock::{EngineLock, Owner};
    use caretaker_platform::socket::connect;

    #[tokio::test(start_paused = true)]
    async fn a_socket_that_a_cleaner_took_away_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::locate(Some(folder.path())).unwrap();
        let owner = Owner::this_process("caretaker", "0.1.0", Timestamp::default());
        let lock = EngineLock::try_acquire(&home.lock(), &owner).unwrap().unwrap();
        let socket = EngineSocket::bind(&home, &lock).unwrap();
        let serving = tokio::spawn(serve_socket(socket, Router::new()));
        tokio::task::yield_now().await;
        std::fs::remove_file(home.socket()).unwrap();
        assert!(connect(&home).await.unwrap().is_none());
        tokio::time::sleep(LOOK_AFTER_SOCKET * 2).await;
        assert!(connect(&home).await.unwrap().is_some());
        serving.abort();
    }
}
