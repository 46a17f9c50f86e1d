//! An engine with its lock, its socket and its loops: what `caretaker run` and the tray app host.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use caretaker_core::problem::Problem;
use caretaker_engine::{Engine, EngineOptions, Mode};
use caretaker_platform::lock::EngineLock;
use caretaker_platform::socket::EngineSocket;
use tokio::task::JoinSet;

use crate::client::Client;
use crate::loopback::listen_as_configured;
use crate::requests::Requests;
use crate::router::counted_router;
use crate::serve::serve_socket;

/// Everything is flushed within this time, or left to what the next start recovers.
const LONGEST_STOP: Duration = Duration::from_millis(1_800);

/// Starts engines.
pub struct Host;

/// An engine that runs. Dropping it without [`Running::stop`] loses no acknowledged sample, alert or notice.
pub struct Running {
    engine: Engine,
    router: Router,
    tasks: JoinSet<()>,
    lock: EngineLock,
}

impl Host {
    /// Opens the home under a lock that the caller holds, binds the socket, starts the loops.
    pub fn start(mut options: EngineOptions, lock: EngineLock) -> Result<Running, Problem> {
        let actions = options.ports.actions.take();
        let home = options.home.clone();
        let engine = Engine::open(options, Mode::Live)?;
        let socket = EngineSocket::bind(&home, &lock)?;
        let requests = Arc::new(Requests::default());
        let router = counted_router(engine.clone(), Arc::clone(&requests));
        let mut tasks = JoinSet::new();
        let (running, serving) = (engine.clone(), router.clone());
        tasks.spawn(async move { running.run(actions).await });
        tasks.spawn(async move { serve_socket(&socket, serving).await });
        tasks.spawn(listen_as_configured(engine.clone(), router.clone(), requests));
        Ok(Running { engine, router, tasks, lock })
    }
}

impl Running {
    /// The engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// A client in this process.
    pub fn client(&self) -> Client {
        Client::in_process(self.router.clone())
    }

    /// Ends the loops, flushes everything, frees the lock last.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
        if tokio::time::timeout(LONGEST_STOP, self.engine.close()).await.is_err() {
            tracing::error!("the databases were not closed in time; the next start recovers them");
        }
        drop(self.lock);
    }
}
