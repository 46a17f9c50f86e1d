//! The way from the tray to an engine: hosted here when nobody else has the home, attached to where it runs otherwise,
//! and taken over when that one ends.

use std::sync::Arc;
use std::time::Duration;

use caretaker_api::{Client, HintStream, Host, Running, relay_notices};
use caretaker_core::port::Notifier;
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Clock, Span};
use caretaker_core::view::{Hint, Status};
use caretaker_platform::clock::SystemClock;
use caretaker_platform::home::Home;
use caretaker_platform::lock::{EngineLock, Owner};
use caretaker_platform::socket;
use futures_util::StreamExt;
use tokio::sync::{Notify, broadcast, oneshot, watch};

use crate::arguments::Arguments;
use crate::options::{PROGRAM, VERSION, engine_options};

/// Between two tries to reach or become the engine.
const RETRY: Duration = Duration::from_millis(500);
const HINTS: usize = 32;
/// Without a hint, the status is read again after one interval of the engine, within these bounds.
const SHORTEST_PAUSE: Span = Span::from_seconds(2);
const LONGEST_PAUSE: Span = Span::from_minutes(1);

/// What the rest of the shell sees of the engine.
pub struct Link {
    client: watch::Sender<Option<Client>>,
    status: watch::Sender<Option<Arc<Status>>>,
    hints: broadcast::Sender<Hint>,
    wanted: watch::Sender<String>,
    problem: watch::Sender<Option<Problem>>,
    notifier: Option<Arc<dyn Notifier>>,
}

impl Link {
    /// A link that has not found an engine yet. An engine hosted here tells through `notifier` where there is one.
    pub fn new(notifier: Option<Arc<dyn Notifier>>) -> Self {
        Self {
            client: watch::channel(None).0,
            status: watch::channel(None).0,
            hints: broadcast::channel(HINTS).0,
            wanted: watch::channel(String::new()).0,
            problem: watch::channel(None).0,
            notifier,
        }
    }

    /// A client of the engine, while one answers.
    pub fn client(&self) -> Result<Client, Problem> {
        self.client.borrow().clone().ok_or_else(|| {
            let known = self.problem.borrow().clone();
            known
                .unwrap_or_else(|| Problem::new(Code::NotRunning, "no engine answers; Caretaker tries again by itself"))
        })
    }

    /// The newest status; none while no engine answers.
    pub fn status(&self) -> watch::Receiver<Option<Arc<Status>>> {
        self.status.subscribe()
    }

    /// Hints of the engine, whichever it is.
    pub fn hints(&self) -> broadcast::Receiver<Hint> {
        self.hints.subscribe()
    }

    /// The page that a window was last asked for; changes whenever one is asked for. Kept, so that no storm of hints
    /// can drown it.
    pub fn wanted_pages(&self) -> watch::Receiver<String> {
        self.wanted.subscribe()
    }

    /// Finds or hosts an engine, again and again, until `stop` is asked; then ends a hosted one in order.
    pub async fn run(&self, arguments: &Arguments, home: &Home, mut stop: oneshot::Receiver<()>) {
        loop {
            let attempt = tokio::select! {
                _ = &mut stop => return,
                attempt = self.once(arguments, home) => attempt,
            };
            let hosted = match attempt {
                Ok(Some(running)) => running,
                Ok(None) => {
                    tokio::select! {
                        _ = &mut stop => return,
                        () = tokio::time::sleep(RETRY) => continue,
                    }
                }
                Err(problem) => {
                    tracing::error!(%problem, "no engine");
                    self.problem.send_replace(Some(problem));
                    tokio::select! {
                        _ = &mut stop => return,
                        () = tokio::time::sleep(RETRY * 10) => continue,
                    }
                }
            };
            tokio::select! {
                _ = &mut stop => {}
                () = self.follow(hosted.client()) => {}
            }
            self.lost();
            hosted.stop().await;
            if stop.try_recv() != Err(oneshot::error::TryRecvError::Empty) {
                return;
            }
        }
    }

    /// Hosts the engine if the home is free; otherwise follows the one that has it until it ends.
    async fn once(&self, arguments: &Arguments, home: &Home) -> Result<Option<Running>, Problem> {
        let owner = Owner::this_process(PROGRAM, VERSION, SystemClock::new().moment().wall);
        if let Some(lock) = EngineLock::try_acquire(&home.lock(), &owner)? {
            return Host::start(engine_options(arguments, home, self.notifier.clone()), lock).map(Some);
        }
        if socket::connect(home).await?.is_some() {
            let client = Client::over_socket(home.clone());
            tokio::select! {
                () = self.follow(client.clone()) => {}
                () = self.relay(client) => {}
            }
            self.lost();
        }
        Ok(None)
    }

    /// Shows the notices of an engine that cannot show them, where notifications are the app's business; never ends.
    async fn relay(&self, client: Client) {
        if let Some(notifier) = &self.notifier {
            relay_notices(client, Arc::clone(notifier), self.hints()).await;
        }
        std::future::pending::<()>().await;
    }

    /// Passes on what the engine says until it says nothing any more.
    async fn follow(&self, client: Client) {
        let hints = match client.watch(true).await {
            Ok(hints) => hints,
            Err(problem) => return drop(self.problem.send_replace(Some(problem))),
        };
        self.problem.send_replace(None);
        self.client.send_replace(Some(client.clone()));
        let changed = Notify::new();
        tokio::select! {
            () = self.hear(hints, &changed) => {}
            () = self.keep_status(&client, &changed) => {}
        }
    }

    /// Passes hints on. Never waits for anything else, so that none is missed.
    async fn hear(&self, mut hints: HintStream, changed: &Notify) {
        while let Some(hint) = hints.next().await {
            match &hint {
                Hint::Round | Hint::Status | Hint::Backups | Hint::Hello => changed.notify_one(),
                Hint::OpenWindow { route } => drop(self.wanted.send_replace(route.clone())),
                Hint::Configuration => {}
            }
            drop(self.hints.send(hint));
        }
    }

    /// Reads the status after every change, and at least once in an interval: an engine that hangs sends no hint. What
    /// cannot be read is not known, whatever was true before.
    async fn keep_status(&self, client: &Client, changed: &Notify) {
        loop {
            let pause = match client.get::<Status>("/status").await {
                Ok(status) => {
                    let interval = Span::from_millis(status.engine.interval_ms).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
                    self.status.send_replace(Some(Arc::new(status)));
                    interval
                }
                Err(problem) => {
                    tracing::warn!(%problem, "the status could not be read");
                    self.status.send_replace(None);
                    SHORTEST_PAUSE
                }
            };
            drop(tokio::time::timeout(pause.to_duration(), changed.notified()).await);
        }
    }

    fn lost(&self) {
        self.client.send_replace(None);
        self.status.send_replace(None);
        drop(self.hints.send(Hint::Status));
    }
}
