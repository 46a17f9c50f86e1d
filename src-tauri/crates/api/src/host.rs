//! An engine with its lock, its socket and its loops: what `caretaker run` and the tray app host.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use caretaker_core::problem::Problem;
use caretaker_engine::{Engine, EngineOptions, Mode};
use caretaker_platform::lock::EngineLock;
use caretaker_platform::socket::EngineSocket;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::Client;
use crate::loopback::listen_as_configured;
use crate::requests::Requests;
use crate::router::counted_router;
use crate::serve::serve_socket;

/// Everything is flushed within this time, or left to what the next start recovers.
const LONGEST_STOP: Duration = Duration::from_millis(1_800);
/// How much of it a desktop gets to take the notice that is being shown.
const LONGEST_NOTICE: Duration = Duration::from_millis(600);

/// Starts engines.
pub struct Host;

/// An engine that runs. Dropping it without [`Running::stop`] loses no acknowledged sample, alert or notice.
pub struct Running {
    engine: Engine,
    router: Router,
    tasks: JoinSet<()>,
    outbox: JoinSet<()>,
    stop: watch::Sender<bool>,
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
        tasks.spawn(async move { serve_socket(socket, serving).await });
        tasks.spawn(listen_as_configured(engine.clone(), router.clone(), requests));
        let (stop, stopped) = watch::channel(false);
        let (mut outbox, telling) = (JoinSet::new(), engine.clone());
        outbox.spawn(async move { telling.run_outbox(stopped).await });
        Ok(Running { engine, router, tasks, outbox, stop, lock })
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
        let deadline = Instant::now() + LONGEST_STOP;
        self.stop.send_replace(true);
        self.tasks.shutdown().await;
        // What is on its way to the screen is marked as told, or the next start would tell it again.
        drop(tokio::time::timeout(LONGEST_NOTICE, self.outbox.join_next()).await);
        self.outbox.shutdown().await;
        if tokio::time::timeout_at(deadline, self.engine.close()).await.is_err() {
            tracing::error!("the databases were not closed in time; the next start recovers them");
        }
        drop(self.lock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use caretaker_core::config::Platform;
    use caretaker_core::metric::{Reading, SeriesKey, Unit};
    use caretaker_core::notice::Notice;
    use caretaker_core::port::{
        CollectContext, CollectError, Collected, Collector, Notifier, NotifierAbilities, NotifyError, PortFuture,
    };
    use caretaker_core::time::Timestamp;
    use caretaker_core::view::HostView;
    use caretaker_engine::Ports;
    use caretaker_platform::clock::SystemClock;
    use caretaker_platform::egress::SystemEgress;
    use caretaker_platform::files::write_atomic;
    use caretaker_platform::folders::SystemFolders;
    use caretaker_platform::home::Home;
    use caretaker_platform::lock::Owner;
    use caretaker_platform::records::SystemRecords;
    use futures_util::StreamExt;
    use tokio::sync::Notify;

    /// Takes its time, as a desktop does that is starting.
    #[derive(Default)]
    struct Slow {
        begun: Notify,
        shown: AtomicUsize,
        absent: AtomicBool,
    }

    impl Notifier for Slow {
        fn is_present(&self) -> bool {
            !self.absent.load(Ordering::SeqCst)
        }

        fn abilities(&self) -> PortFuture<'_, Result<NotifierAbilities, NotifyError>> {
            Box::pin(async { Ok(NotifierAbilities::default()) })
        }

        fn deliver<'a>(&'a self, _: &'a Notice) -> PortFuture<'a, Result<(), NotifyError>> {
            Box::pin(async {
                self.shown.fetch_add(1, Ordering::SeqCst);
                self.begun.notify_one();
                tokio::time::sleep(LONGEST_NOTICE / 3).await;
                Ok(())
            })
        }
    }

    struct High;

    impl Collector for High {
        fn name(&self) -> &'static str {
            "uptime"
        }

        fn collect(&mut self, _: &CollectContext, into: &mut Collected) -> Result<(), CollectError> {
            into.readings.push(Reading::gauge(SeriesKey::plain("host.uptime"), Unit::Seconds, 100.0));
            Ok(())
        }
    }

    fn start(home: &Home, notifier: &Arc<Slow>) -> Running {
        let owner = Owner::this_process("caretaker", "0.1.0", Timestamp::default());
        let lock = EngineLock::try_acquire(&home.lock(), &owner).unwrap().unwrap();
        let notifier: Arc<dyn Notifier> = Arc::<Slow>::clone(notifier);
        let ports = Ports {
            clock: Arc::new(SystemClock::new()),
            collectors: Box::new(|| vec![Box::new(High)]),
            facts: Box::new(HostView::default),
            sensors: Box::new(Vec::new),
            egress: Arc::new(SystemEgress::new()),
            records: Arc::new(SystemRecords),
            folders: Arc::new(SystemFolders),
            workers: Arc::new(caretaker_platform::command::SystemWorkers::default()),
            commands: Arc::new(caretaker_platform::command::SystemCommands),
            variables: Arc::new(|_| None),
            ollama_host: None,
            server: Box::new(|_| Box::pin(async { Vec::new() })),
            notifier: Some(notifier),
            actions: None,
        };
        let options = EngineOptions {
            home: home.clone(),
            configuration: home.configuration(),
            environment: Vec::new(),
            platform: Platform::Linux,
            program: "caretaker".to_owned(),
            version: "0.1.0".to_owned(),
            ports,
        };
        Host::start(options, lock).unwrap()
    }

    fn alarmed() -> (tempfile::TempDir, Home) {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::locate(Some(folder.path())).unwrap().prepare().unwrap();
        let rule =
            "[[rule]]\nid = \"up\"\ntitle = \"Up\"\nmetric = \"host.uptime\"\nfor = \"0s\"\nwarning = { above = 1 }\n";
        write_atomic(&home.configuration(), rule.as_bytes(), 0o600).unwrap();
        (folder, home)
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn what_happened_without_a_desktop_is_told_when_there_is_one() {
        let (_folder, home) = alarmed();
        let notifier = Arc::new(Slow { absent: AtomicBool::new(true), ..Slow::default() });
        let running = start(&home, &notifier);
        let mut hints = running.client().watch(false).await.unwrap();
        while running.engine().status(None).await.unwrap().alerts.is_empty() {
            hints.next().await;
        }
        running.engine().deliver().await.unwrap();
        let status = running.engine().status(None).await.unwrap();
        assert_eq!((notifier.shown.load(Ordering::SeqCst), status.degraded.len()), (0, 0), "no desktop is no fault");
        notifier.absent.store(false, Ordering::SeqCst);
        running.engine().deliver().await.unwrap();
        assert_eq!(notifier.shown.load(Ordering::SeqCst), 1);
        running.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn an_orderly_stop_tells_nothing_twice() {
        let (_folder, home) = alarmed();
        let notifier = Arc::new(Slow::default());
        let running = start(&home, &notifier);
        notifier.begun.notified().await;
        running.stop().await;
        let again = start(&home, &notifier);
        again.engine().deliver().await.unwrap();
        again.stop().await;
        assert_eq!(notifier.shown.load(Ordering::SeqCst), 1);
    }
}
