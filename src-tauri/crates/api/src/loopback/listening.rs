//! Opens and closes the loopback door as the configuration says, while the engine runs. A door that cannot be opened is
//! a part that does not work, and tried again; it stops nothing.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use caretaker_core::problem::Problem;
use caretaker_core::time::Span;
use caretaker_core::view::Hint;
use caretaker_engine::Engine;
use tokio::net::TcpListener;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use super::door::{DoorLimits, LoopbackDoor};
use crate::requests::Requests;

/// The name under which a door that cannot be opened shows as degraded.
pub const PART: &str = "api";
const HINT: &str =
    "name a free port in `[api] listen`, or end the program that uses this one; it is tried again by itself";
/// Between two tries to open it.
const AGAIN: Span = Span::from_seconds(15);

/// Keeps the door as `[api]` says, until the future is dropped.
pub async fn listen_as_configured(engine: Engine, router: Router, requests: Arc<Requests>) {
    let mut hints = engine.watch();
    loop {
        let wanted = wanted(&engine);
        match wanted {
            None => {
                engine.part_works(PART);
                changed(&engine, &mut hints, None).await;
            }
            Some(address) => match open(&engine, &router, &requests, address).await {
                Ok(door) => {
                    engine.part_works(PART);
                    tracing::info!(%address, "the door on loopback is open");
                    tokio::select! {
                        () = door.serve() => {}
                        () = changed(&engine, &mut hints, wanted) => {}
                    }
                }
                Err(problem) => {
                    engine.part_failed(PART, problem.message, HINT);
                    tokio::select! {
                        () = engine.clock().sleep(AGAIN) => {}
                        () = changed(&engine, &mut hints, wanted) => {}
                    }
                }
            },
        }
    }
}

fn wanted(engine: &Engine) -> Option<SocketAddr> {
    let settings = engine.settings();
    settings.api.enabled.then_some(settings.api.listen)
}

async fn open(
    engine: &Engine,
    router: &Router,
    requests: &Arc<Requests>,
    address: SocketAddr,
) -> Result<LoopbackDoor, Problem> {
    let failed = |error: std::io::Error| {
        Problem::new(caretaker_core::problem::Code::Internal, format!("listen on {address}: {error}"))
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    LoopbackDoor::new(engine.clone(), router.clone(), Arc::clone(requests), listener, DoorLimits::default())
}

/// Ends when the settings name another door than `present`. Hints only say that it is time to look.
async fn changed(engine: &Engine, hints: &mut Receiver<Hint>, present: Option<SocketAddr>) {
    while wanted(engine) == present {
        match hints.recv().await {
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}
