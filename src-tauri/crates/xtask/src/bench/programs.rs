//! The built programs in a home of their own, far from the person's session: no screen, no bus, no configuration unless
//! it is given to them. What was started ends with its handle.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use caretaker_api::Client;
use caretaker_core::view::Status;
use caretaker_platform::home::Home;
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::Outcome;
use super::options::Options;

/// Longer than anything takes even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// How exact waiting for something is.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// A folder for everything that the programs keep.
pub struct Place {
    folder: TempDir,
    programs: PathBuf,
}

impl Place {
    /// An empty one.
    pub fn new(options: &Options) -> Outcome<Self> {
        let place = Self { folder: tempfile::tempdir()?, programs: options.programs.canonicalize()? };
        std::fs::create_dir_all(place.path("run"))?;
        Ok(place)
    }

    /// One whose home has the files of a folder.
    pub fn with_samples(options: &Options, samples: &Path) -> Outcome<Self> {
        let place = Self::new(options)?;
        Home::locate(Some(&place.path("home")))?.prepare()?;
        copy_files(samples, &place.path("home"))?;
        Ok(place)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A program of ours, not started yet.
    pub fn command(&self, name: &str) -> Outcome<Command> {
        let program = self.programs.join(name);
        if !program.is_file() {
            return Err(format!("there is no program `{name}` in `{}`; build it first", self.programs.display()).into());
        }
        let mut command = Command::new(program);
        let folders = [("HOME", "user"), ("XDG_CONFIG_HOME", "config"), ("XDG_DATA_HOME", "data")];
        let more = [("XDG_CACHE_HOME", "cache"), ("XDG_RUNTIME_DIR", "run"), ("CARETAKER_HOME", "home")];
        for (variable, folder) in folders.into_iter().chain(more) {
            command.env(variable, self.path(folder));
        }
        for variable in ["CARETAKER_CONFIG", "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] {
            command.env_remove(variable);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        Ok(command)
    }

    /// A client of the engine that looks after this place.
    pub fn client(&self) -> Outcome<Client> {
        Ok(Client::over_socket(Home::locate(Some(&self.path("home")))?))
    }

    /// Starts `caretaker run` and waits until it answers; with how long that took.
    pub async fn engine(&self) -> Outcome<(Running, Duration)> {
        let mut command = self.command("caretaker")?;
        command.arg("run");
        let begun = Instant::now();
        let running = Running(command.spawn()?);
        self.answers().await?;
        Ok((running, begun.elapsed()))
    }

    /// Waits until an engine answers `/status`.
    pub async fn answers(&self) -> Outcome<Status> {
        let client = self.client()?;
        until("an answer of the engine", async || client.get::<Status>("/status").await.ok()).await
    }
}

/// A started program; killed when dropped.
#[derive(Debug)]
pub struct Running(pub Child);

impl Running {
    /// Its process id; zero when it has ended.
    pub fn pid(&self) -> u32 {
        self.0.id().unwrap_or(0)
    }

    /// Asks it to end and waits until it has.
    pub async fn stop(mut self) -> Outcome<()> {
        let pid = i32::try_from(self.pid()).ok().and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(pid.ok_or("the program has ended by itself")?, rustix::process::Signal::TERM)?;
        tokio::time::timeout(PATIENCE, self.0.wait()).await??;
        Ok(())
    }
}

/// Copies the files of a folder into another one.
pub fn copy_files(from: &Path, to: &Path) -> Outcome<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        std::fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

/// Looks every millisecond until there is something.
pub async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> Outcome<T> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(found) = look().await {
            return Ok(found);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Err(format!("waited {} s for {what}", PATIENCE.as_secs()).into())
}

/// Whether a program can be found as a shell would find it.
pub fn installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}
