//! The handle that doors hold: cheap to clone, safe to share. What it can do lies in `operation`.

use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use caretaker_core::config::Platform;
use caretaker_core::egress::Egress;
use caretaker_core::port::{Commands, FolderWalk, Notifier, Records, Workers};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::time::{Clock, Timestamp};
use caretaker_core::view::{Hint, HostView};
use caretaker_platform::home::Home;
use caretaker_store::{MetricsStore, StateStore};
use tokio::sync::{Mutex, Notify, broadcast, mpsc, oneshot, watch};

use crate::channels::Channels;
use crate::collecting::Collecting;
use crate::configuration::InForce;
use crate::degraded::DegradedParts;
use crate::growth::Growth;
use crate::latest::Latest;
use crate::models::Models;
use crate::options::{CollectorList, HostFacts, SensorList, ServerChecks, Variables};
use crate::pipeline::Work;
use crate::set_aside::SetAside;
use crate::witness::Wanted;

/// What an engine may do with its home.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Holds the lock, makes rounds until it is stopped.
    Live,
    /// Holds the lock for one operation.
    Operation,
    /// Holds no lock and writes nothing: another engine may be running, or none.
    ReadOnly,
}

/// Hints are few and carry no facts; who lags behind looks again.
pub(crate) const HINTS: usize = 64;

pub(crate) struct Inner {
    pub mode: Mode,
    /// Whether there is anything to read.
    pub used: bool,
    pub home: Home,
    pub configuration: PathBuf,
    pub environment: Vec<(String, String)>,
    pub platform: Platform,
    pub program: String,
    pub version: String,
    pub started: Timestamp,
    pub clock: Arc<dyn Clock>,
    pub facts: HostFacts,
    pub known_facts: OnceLock<HostView>,
    pub sensors: SensorList,
    pub server: ServerChecks,
    pub notifier: Option<Arc<dyn Notifier>>,
    pub metrics: MetricsStore,
    pub state: StateStore,
    pub in_force: watch::Sender<Arc<InForce>>,
    /// Held while the file is changed or taken over, so that no change is lost to another one.
    pub configuring: Mutex<()>,
    pub latest: watch::Sender<Arc<Latest>>,
    pub hints: broadcast::Sender<Hint>,
    pub degraded: Arc<DegradedParts>,
    pub set_aside: Arc<SetAside>,
    pub pipeline: Option<mpsc::Sender<Work>>,
    pub collectors: std::sync::Mutex<Option<CollectorList>>,
    pub collecting: Mutex<Option<Collecting>>,
    pub on_notices: Arc<Notify>,
    pub on_interval: Notify,
    pub desktops: AtomicUsize,
    /// What is usual at each hour of the week.
    pub baselines: std::sync::Mutex<crate::operation::Baselines>,
    pub sizes: std::sync::Mutex<crate::housekeeping::Sizes>,
    /// Held while a file is written, so that no two write the same.
    pub exporting: Mutex<crate::operation::Exporting>,
    /// What was written to disks in the last 24 hours, as far as it was added up.
    pub written_day: std::sync::Mutex<Option<f64>>,
    pub access: std::sync::Mutex<Option<crate::access::AccessTokens>>,
    pub round_times: std::sync::Mutex<caretaker_core::metric::Histogram>,
    pub egress: Arc<dyn Egress>,
    pub models: Arc<Models>,
    pub records: Arc<dyn Records>,
    /// Alerts that wait for their logs to be read.
    pub witnessing: Mutex<mpsc::Receiver<Wanted>>,
    pub folders: Arc<dyn FolderWalk>,
    pub growth: Arc<Growth>,
    /// Variables of the environment that credentials may lie in.
    pub variables: Variables,
    pub channels: Channels,
    pub workers: Arc<dyn Workers>,
    pub backups: crate::backups::Backups,
    pub commands: Arc<dyn Commands>,
    pub maintenance: crate::maintenance::Maintenance,
    pub runbooks: crate::runbooks::Runbooks,
}

/// Everything that Caretaker does, for every door alike.
#[derive(Clone)]
pub struct Engine(pub(crate) Arc<Inner>);

/// Counts a tray app as attached for as long as it lives.
pub struct DesktopGuard(Engine);

impl Drop for DesktopGuard {
    fn drop(&mut self) {
        self.0.0.desktops.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Engine {
    /// What this engine may do.
    pub fn mode(&self) -> Mode {
        self.0.mode
    }

    /// The home folder.
    pub fn home(&self) -> &Home {
        &self.0.home
    }

    /// Where the time comes from.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::clone(&self.0.clock)
    }

    /// Hears "look again" from now on.
    pub fn watch(&self) -> broadcast::Receiver<Hint> {
        self.0.hints.subscribe()
    }

    /// How many listen to hints.
    pub fn watchers(&self) -> usize {
        self.0.hints.receiver_count()
    }

    /// Counts a tray app as attached until the guard is dropped.
    pub fn attach_desktop(&self) -> DesktopGuard {
        self.0.desktops.fetch_add(1, Ordering::Relaxed);
        DesktopGuard(self.clone())
    }

    /// Settings in force.
    pub fn settings(&self) -> Arc<caretaker_core::config::Settings> {
        Arc::clone(&self.0.in_force.borrow().settings)
    }

    /// What the newest round left behind.
    pub(crate) fn latest(&self) -> Arc<Latest> {
        Arc::clone(&self.0.latest.borrow())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.0.clock.moment().wall
    }

    pub(crate) fn hint(&self, hint: Hint) {
        // No listener is no fault: nothing is told that is not stored.
        drop(self.0.hints.send(hint));
    }

    /// Runs a short piece of blocking work, nearly always a database call, off the async threads.
    pub(crate) async fn blocking<T, F>(&self, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Inner) -> Result<T, Problem> + Send + 'static,
    {
        let inner = Arc::clone(&self.0);
        let done = match tokio::task::spawn_blocking(move || work(&inner)).await {
            Ok(result) => result,
            Err(error) => Err(Problem::new(Code::Internal, format!("the work ended unexpectedly: {error}"))),
        };
        if matches!(&done, Err(problem) if problem.code == Code::DatabaseDamaged) {
            self.suspect_samples().await;
        }
        done
    }

    /// Asks the pipeline and waits for its answer.
    pub(crate) async fn ask<T>(&self, work: impl FnOnce(oneshot::Sender<T>) -> Work) -> Result<T, Problem> {
        let pipeline = self.0.pipeline.as_ref().ok_or_else(read_only)?;
        let (reply, answer) = oneshot::channel();
        let stopped = || Problem::new(Code::NotRunning, "the engine is stopping");
        pipeline.send(work(reply)).await.map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())
    }

    /// Refuses to answer about a home in which nothing was ever measured, as if all were well there.
    pub(crate) fn used(&self) -> Result<(), Problem> {
        if self.0.used {
            return Ok(());
        }
        let message = format!("nothing is there yet: Caretaker never ran in {}", self.0.home.folder().display());
        Err(Problem::new(Code::NotConfigured, message).hint("start the tray app, or `caretaker run`"))
    }

    /// Refuses what would change anything while this engine only reads.
    pub(crate) fn writable(&self) -> Result<(), Problem> {
        if self.0.mode == Mode::ReadOnly { Err(read_only()) } else { Ok(()) }
    }
}

fn read_only() -> Problem {
    Problem::new(Code::NotRunning, "nothing can be changed: this home is opened for reading only")
        .hint("start Caretaker, or try again when the other program has ended")
}
