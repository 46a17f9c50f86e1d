//! The real engine in a home of its own, on time that the test moves, on a machine that the test writes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use caretaker_api::{Client, router};
use caretaker_core::config::Platform;
use caretaker_core::problem::Problem;
use caretaker_core::time::{Clock, Span, Timestamp};
use caretaker_core::view::Status;
use caretaker_engine::{Engine, EngineOptions, Judged, Mode, Ports};
use caretaker_platform::command::{SystemCommands, SystemWorkers};
use caretaker_platform::home::Home;
use tempfile::TempDir;

use crate::{MovedEgress, MovedFolders, RecordingNotifier, ScriptedMachine, SimClock, WrittenRecords};

/// Variables of an environment that a test writes.
#[derive(Clone, Debug, Default)]
pub struct TestVariables(Arc<Mutex<BTreeMap<String, String>>>);

impl TestVariables {
    /// Sets one.
    pub fn set(&self, name: &str, value: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), value.to_owned());
    }

    fn get(&self, name: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

/// 2026-03-02 at 08:00 UTC.
const BEGINNING: Timestamp = Timestamp::from_millis(1_772_438_400_000);

/// Everything that a test of the engine needs. A script reads: `set`, `pass`, look.
pub struct World {
    /// Time.
    pub clock: SimClock,
    /// The machine.
    pub machine: ScriptedMachine,
    /// What the owner was told.
    pub notifier: RecordingNotifier,
    /// Other programs on the machine: none, until a test puts one there.
    pub egress: MovedEgress,
    /// What logs say: nothing, until a test writes something.
    pub records: WrittenRecords,
    /// Folders of its disks: none, until a test puts a real one there.
    pub folders: MovedFolders,
    /// Variables of the environment that credentials may lie in.
    pub variables: TestVariables,
    folder: TempDir,
    home: PathBuf,
    engine: Option<Engine>,
}

impl World {
    /// A calm machine on 2026-03-02 at 08:00 UTC without a configuration file.
    pub fn new() -> Result<Self, Problem> {
        Self::with_configuration("")
    }

    /// The same with a configuration file.
    pub fn with_configuration(text: &str) -> Result<Self, Problem> {
        Self::beginning(BEGINNING, text)
    }

    /// The same at another time.
    pub fn beginning(at: Timestamp, text: &str) -> Result<Self, Problem> {
        let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
        let home = folder.path().join("home");
        Self::build(folder, home, (at, text))
    }

    /// The same in a home of the test's own, for example on a small disk.
    pub fn at_home(home: PathBuf) -> Result<Self, Problem> {
        let folder = tempfile::tempdir().map_err(|error| failed(&error))?;
        Self::build(folder, home, (BEGINNING, ""))
    }

    fn build(folder: TempDir, home: PathBuf, (at, text): (Timestamp, &str)) -> Result<Self, Problem> {
        let mut world = Self {
            clock: SimClock::at(at),
            machine: ScriptedMachine::calm(),
            notifier: RecordingNotifier::default(),
            egress: MovedEgress::default(),
            records: WrittenRecords::default(),
            folders: MovedFolders::default(),
            variables: TestVariables::default(),
            folder,
            home,
            engine: None,
        };
        if !text.is_empty() {
            world.configure(text)?;
        }
        world.start()?;
        Ok(world)
    }

    /// The home folder.
    pub fn home(&self) -> PathBuf {
        self.home.clone()
    }

    /// Writes the configuration file, as an editor would.
    pub fn configure(&self, text: &str) -> Result<(), Problem> {
        let home = Home::locate(Some(&self.home()))?.prepare()?;
        let path = home.configuration();
        caretaker_platform::files::write_atomic(&path, text.as_bytes(), 0o600).map_err(|error| failed(&error))
    }

    fn start(&mut self) -> Result<(), Problem> {
        let home = Home::locate(Some(&self.home()))?.prepare()?;
        let (machine, variables) = (self.machine.clone(), self.variables.clone());
        let options = EngineOptions {
            configuration: home.configuration(),
            home,
            environment: Vec::new(),
            platform: Platform::Linux,
            program: "caretaker-sim".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            ports: Ports {
                clock: Arc::new(self.clock.clone()),
                collectors: Box::new(move || machine.collectors()),
                facts: Box::new(ScriptedMachine::facts),
                sensors: Box::new(ScriptedMachine::sensors),
                egress: Arc::new(self.egress.clone()),
                records: Arc::new(self.records.clone()),
                folders: Arc::new(self.folders.clone()),
                commands: Arc::new(SystemCommands),
                workers: Arc::new(workers()),
                variables: Arc::new(move |name| variables.get(name)),
                ollama_host: None,
                server: Box::new(|_| Box::pin(async { ScriptedMachine::server_checks() })),
                notifier: Some(Arc::new(self.notifier.clone())),
                actions: None,
            },
        };
        self.engine = Some(Engine::open(options, Mode::Live)?);
        Ok(())
    }

    /// The engine.
    #[expect(clippy::expect_used, reason = "BUG: it is only absent inside `restart`")]
    pub fn engine(&self) -> &Engine {
        self.engine.as_ref().expect("BUG: the engine is being restarted")
    }

    /// A client of its router.
    pub fn client(&self) -> Client {
        Client::in_process(router(self.engine().clone()))
    }

    /// One round at the present moment, then everything that is due is delivered.
    pub async fn round(&self) -> Result<Judged, Problem> {
        let judged = self.engine().round().await?;
        self.engine().deliver().await?;
        self.engine().export_due().await;
        Ok(judged)
    }

    /// Lets awake time pass with a round every interval.
    pub async fn pass(&self, span: Span) -> Result<(), Problem> {
        let interval = self.engine().settings().collect.interval;
        let until = self.clock.moment().awake + span;
        while self.clock.moment().awake + interval <= until {
            self.clock.advance(interval);
            self.round().await?;
        }
        Ok(())
    }

    /// Sets a figure of the machine.
    pub fn set(&self, name: &str, value: f64) {
        self.machine.set(name, value);
    }

    /// Everything at a glance.
    pub async fn status(&self) -> Result<Status, Problem> {
        self.engine().status(None).await
    }

    /// Ends the engine in order and starts it again on the same home.
    pub async fn restart(&mut self) -> Result<(), Problem> {
        if let Some(engine) = self.engine.take() {
            engine.close().await;
        }
        self.start()
    }

    /// The same, with something done to the files of the home in between.
    pub async fn restart_after(&mut self, change: impl FnOnce(&Path)) -> Result<(), Problem> {
        if let Some(engine) = self.engine.take() {
            engine.close().await;
        }
        change(&self.home);
        self.start()
    }

    /// Ends the engine in order because the machine is shut down; it is off for a while and starts again.
    pub async fn shut_down(&mut self, off: Span) -> Result<(), Problem> {
        if let Some(engine) = self.engine.take() {
            engine.close().await;
        }
        self.clock.reboot(off);
        self.start()
    }

    /// What kill -9 leaves: starts on a copy of the files as they lie on the disk at this moment, not closed in order.
    pub async fn crash(&mut self) -> Result<(), Problem> {
        let copy = tempfile::tempdir().map_err(|error| failed(&error))?;
        let home = copy.path().join("home");
        copy_files(&self.home, &home).map_err(|error| failed(&error))?;
        if let Some(engine) = self.engine.take() {
            engine.close().await;
        }
        (self.folder, self.home) = (copy, home);
        self.start()
    }

    /// What the owner was told: kind and level of every notice, in order.
    pub fn told(&self) -> Vec<String> {
        let word =
            |notice: &caretaker_core::notice::Notice| format!("{:?} {}", notice.kind, notice.level).to_lowercase();
        self.notifier.delivered().iter().map(word).collect()
    }
}

/// The real program, which lies a few folders above the test that was built with it.
fn workers() -> SystemWorkers {
    let own = std::env::current_exe().unwrap_or_default();
    let found = own.ancestors().skip(1).map(|folder| folder.join("caretaker")).find(|path| path.is_file());
    found.map_or_else(SystemWorkers::default, SystemWorkers::of)
}

fn copy_files(from: &Path, to: &Path) -> std::io::Result<()> {
    std::fs::create_dir(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

fn failed(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(caretaker_core::problem::Code::Internal, format!("set up a world for tests: {error}"))
}
