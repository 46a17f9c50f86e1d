//! Connections of the loopback door, and the limits that keep one client from taking everything.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use caretaker_core::problem::{Code, Problem};
use caretaker_engine::Engine;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::limit::{Rate, RateLimit};
use crate::requests::Requests;
use crate::router::counted_router;

/// What the door puts up with. Times are real time, because they limit waiting for others.
#[derive(Clone, Copy, Debug)]
pub struct DoorLimits {
    /// Until the head of a request is complete, also the first one of a connection.
    pub head: Duration,
    /// Until the answer begins, the body of the request included.
    pub request: Duration,
    /// Bytes in the body of a request.
    pub body: u64,
    /// Connections at once; listeners to hints keep theirs.
    pub connections: usize,
    /// Requests in work at once.
    pub requests: usize,
    /// For each client with a token.
    pub rate: Rate,
    /// For all together who have none.
    pub strangers: Rate,
}

impl Default for DoorLimits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            request: Duration::from_secs(30),
            body: 1024 * 1024,
            connections: 64,
            requests: 16,
            rate: Rate { burst: 200, per_second: 20.0 },
            strangers: Rate { burst: 20, per_second: 1.0 },
        }
    }
}

/// An open door: bound, and not yet answering.
pub struct LoopbackDoor {
    listener: TcpListener,
    shared: Arc<Shared>,
}

/// What every request of the door needs.
pub(super) struct Shared {
    pub engine: Engine,
    pub router: Router,
    pub requests: Arc<Requests>,
    pub address: SocketAddr,
    pub limits: DoorLimits,
    pub rate: RateLimit,
    pub strangers: RateLimit,
    pub places: Semaphore,
}

impl LoopbackDoor {
    /// A door with a router of its own over `engine`.
    pub fn over(engine: Engine, listener: TcpListener, limits: DoorLimits) -> Result<Self, Problem> {
        let requests = Arc::new(Requests::default());
        let router = counted_router(engine.clone(), Arc::clone(&requests));
        Self::new(engine, router, requests, listener, limits)
    }

    pub(crate) fn new(
        engine: Engine,
        router: Router,
        requests: Arc<Requests>,
        listener: TcpListener,
        limits: DoorLimits,
    ) -> Result<Self, Problem> {
        let address = listener
            .local_addr()
            .map_err(|error| Problem::new(Code::Internal, format!("find the address of the door: {error}")))?;
        // The configuration refuses such addresses too; this is the last place that could be reached by mistake.
        if !address.ip().is_loopback() {
            return Err(Problem::new(Code::Forbidden, format!("{address} can be reached from other machines")));
        }
        let shared = Shared {
            engine,
            router,
            requests,
            address,
            limits,
            rate: RateLimit::new(limits.rate),
            strangers: RateLimit::new(limits.strangers),
            places: Semaphore::new(limits.requests),
        };
        Ok(Self { listener, shared: Arc::new(shared) })
    }

    /// Where it is.
    pub fn address(&self) -> SocketAddr {
        self.shared.address
    }

    /// Answers until the future is dropped.
    pub async fn serve(self) {
        let places = Arc::new(Semaphore::new(self.shared.limits.connections));
        let mut connections = JoinSet::new();
        loop {
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            tokio::select! {
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) if peer.ip().is_loopback() => {
                        let shared = Arc::clone(&self.shared);
                        connections.spawn(async move {
                            let _place = place;
                            connection(stream, shared).await;
                        });
                    }
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(%error, "a connection to the door on loopback failed");
                        tokio::time::sleep(Duration::from_millis(100)).await;
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let head = shared.limits.head;
    let service = service_fn(move |request: Request<Incoming>| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(shared.answer(request.map(Body::new)).await) }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(head)
        .serve_connection(TokioIo::new(stream), service)
        .await;
    if let Err(error) = served {
        tracing::debug!(%error, "a client of the door on loopback went away");
    }
}
