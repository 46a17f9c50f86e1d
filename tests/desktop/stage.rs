//! A screen (Xvfb), a private session bus, a home folder, and the programs under test on them.
//!
//! The configuration alarms on the machine's own uptime, the one figure that every machine has and that only rises, so
//! that alerts come, worsen and go when a test says so.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use caretaker_api::Client;
use caretaker_core::view::Status;
use caretaker_platform::home::Home;
use caretaker_testkit::desktop::PrivateBus;
use caretaker_tests::program;
use hyper::Method;
use rustix::process::{Pid, Signal};
use tempfile::TempDir;
use x11rb::protocol::xproto::{ClientMessageEvent, ConnectionExt, EventMask};

/// Longer than anything here takes, even on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(40);

/// Everything that a desktop test stands on.
pub struct Stage {
    /// The session bus.
    pub bus: PrivateBus,
    display: String,
    screen: Child,
    folder: TempDir,
    started: Vec<Child>,
}

impl Stage {
    /// An empty screen and an empty home.
    pub fn new() -> Self {
        let (display, screen) = screen();
        let folder = tempfile::tempdir().unwrap();
        Self { bus: PrivateBus::start(), display, screen, folder, started: Vec::new() }
    }

    /// The home folder of Caretaker.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Alarms when the machine is up for more than these seconds from now.
    pub async fn alarm(&self, warning: Option<i64>, critical: Option<i64>) {
        let uptime: f64 = std::fs::read_to_string("/proc/uptime").unwrap().split(' ').next().unwrap().parse().unwrap();
        let bound = |level: &str, seconds: Option<i64>| {
            seconds.map(|seconds| format!("{level} = {{ above = {} }}\n", uptime as i64 + seconds)).unwrap_or_default()
        };
        let rule = if warning.is_some() || critical.is_some() {
            let (warning, critical) = (bound("warning", warning), bound("critical", critical));
            format!(
                "[[rule]]\nid = \"up\"\ntitle = \"Up too long\"\nmetric = \"host.uptime\"\nfor = \"0s\"\n{warning}{critical}"
            )
        } else {
            String::new()
        };
        // The machine that runs the tests may be busy; that is not what is tested.
        let calm = ["cpu-high", "memory-high", "load-high", "disk-space", "swap-out", "collector-failing"];
        let calm = calm.map(|id| format!("[[rule]]\nid = \"{id}\"\nenabled = false\n")).concat();
        let home = Home::locate(Some(&self.home())).unwrap().prepare().unwrap();
        let text = format!("[collect]\ninterval = \"5s\"\n{calm}{rule}");
        caretaker_platform::files::write_atomic(&home.configuration(), text.as_bytes(), 0o600).unwrap();
        // A running engine would see it with its next round; now is sooner.
        drop(self.client().send::<serde_json::Value>(Method::POST, "/configuration/reload", &()).await);
    }

    /// A program on this screen and bus, not started yet.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(program(name));
        let user = self.folder.path().join("user");
        std::fs::create_dir_all(user.join("run")).unwrap();
        let (variable, bus) = self.bus.environment();
        command
            .env(variable, bus)
            .env("DISPLAY", &self.display)
            .env_remove("WAYLAND_DISPLAY")
            .env("HOME", &user)
            .env("XDG_RUNTIME_DIR", user.join("run"))
            .env("XDG_CONFIG_HOME", user.join("config"))
            .env("XDG_DATA_HOME", user.join("data"))
            .env("XDG_CACHE_HOME", user.join("cache"))
            .env("CARETAKER_HOME", self.home())
            .env_remove("CARETAKER_CONFIG")
            .envs([
                ("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
                ("WEBKIT_DISABLE_DMABUF_RENDERER", "1"),
                ("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1"),
                ("LIBGL_ALWAYS_SOFTWARE", "1"),
                ("GDK_BACKEND", "x11"),
                ("NO_AT_BRIDGE", "1"),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .process_group(0);
        command
    }

    /// Starts the tray app and waits until its engine, or the one that it found, answers.
    pub async fn start_app(&mut self) -> usize {
        let mut command = self.command("caretaker-app");
        command.arg("--hidden");
        let index = self.start(command);
        self.status(|_| true).await;
        index
    }

    /// Starts a program that ends with the stage.
    pub fn start(&mut self, mut command: Command) -> usize {
        self.started.push(command.spawn().unwrap());
        self.started.len() - 1
    }

    /// A program that was started.
    pub fn child(&mut self, index: usize) -> &mut Child {
        &mut self.started[index]
    }

    /// Sends a signal to a program that was started.
    pub fn signal(&mut self, index: usize, signal: Signal) {
        let process = i32::try_from(self.started[index].id()).unwrap();
        rustix::process::kill_process(Pid::from_raw(process).unwrap(), signal).unwrap();
    }

    /// How a program ended; none while it runs.
    pub fn over(&mut self, index: usize) -> Option<ExitStatus> {
        self.started[index].try_wait().unwrap()
    }

    /// Waits until it ended by itself; its exit code.
    pub fn ended(&mut self, index: usize) -> Option<i32> {
        let child = &mut self.started[index];
        let ended = tokio::task::block_in_place(|| wait(child, PATIENCE));
        ended.unwrap_or_else(|| panic!("the program did not end")).code()
    }

    /// A client of the engine of this home.
    pub fn client(&self) -> Client {
        Client::over_socket(Home::locate(Some(&self.home())).unwrap())
    }

    /// Waits for a status, looking again at every hint of the engine.
    pub async fn status(&self, wanted: impl Fn(&Status) -> bool) -> Status {
        let found = eventually(async || {
            let status = self.client().get::<Status>("/status").await.ok()?;
            wanted(&status).then_some(status)
        });
        found.await.unwrap_or_else(|| panic!("the status never came"))
    }

    /// What `xdotool` says.
    pub fn xdotool(&self, words: &[&str]) -> String {
        let output = Command::new("xdotool").args(words).env("DISPLAY", &self.display).output().unwrap();
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Waits until Caretaker's window can be seen, or no longer; its number.
    pub async fn window(&self, visible: bool) -> String {
        let look = async || {
            let found = self.xdotool(&["search", "--onlyvisible", "--name", "^Caretaker$"]);
            (visible != found.is_empty()).then_some(found)
        };
        eventually(look)
            .await
            .unwrap_or_else(|| panic!("the window is {}", if visible { "not there" } else { "still there" }))
    }

    /// Asks a window to close, as the button in its frame does (`WM_DELETE_WINDOW`).
    pub fn close_window(&self, window: &str) {
        let (connection, _) = x11rb::connect(Some(&self.display)).unwrap();
        let atom = |name: &str| connection.intern_atom(false, name.as_bytes()).unwrap().reply().unwrap().atom;
        let window: u32 = window.lines().next().unwrap().parse().unwrap();
        let message = ClientMessageEvent::new(32, window, atom("WM_PROTOCOLS"), [atom("WM_DELETE_WINDOW"), 0, 0, 0, 0]);
        // Checked, which waits for the server: it drops what it has not read yet when a client hangs up.
        connection.send_event(false, window, EventMask::NO_EVENT, message).unwrap().check().unwrap();
    }

    /// Saves the screen as a picture, when somebody wants to see it.
    pub fn picture(&self, name: &str) {
        if std::env::var_os("UPDATE_PICTURES").is_none() {
            return;
        }
        let path = caretaker_tests::workspace::root().join("docs/pictures").join(format!("{name}.png"));
        let words = ["-window", "root"];
        drop(Command::new("import").args(words).arg(path).env("DISPLAY", &self.display).status());
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for child in self.started.iter_mut().chain([&mut self.screen]) {
            // Each leads a group, so that what it started ends with it.
            if let Some(group) = Pid::from_raw(i32::try_from(child.id()).unwrap_or(0)) {
                let _: Result<(), _> = rustix::process::kill_process_group(group, Signal::KILL);
            }
            drop(child.kill());
            drop(child.wait());
        }
    }
}

/// Starts Xvfb on a display of its own choice.
fn screen() -> (String, Child) {
    let mut screen = Command::new("Xvfb")
        // Without the last word it begins anew whenever the last window goes, and turns away who comes just then.
        .args(["-displayfd", "1", "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(screen.stdout.take().unwrap()).read_line(&mut line).unwrap();
    (format!(":{}", line.trim()), screen)
}

/// Asks until there is an answer or patience ends.
pub async fn eventually<T>(look: impl AsyncFn() -> Option<T>) -> Option<T> {
    eventually_within(PATIENCE, look).await
}

/// The same with another patience.
pub async fn eventually_within<T>(patience: Duration, look: impl AsyncFn() -> Option<T>) -> Option<T> {
    let deadline = tokio::time::Instant::now() + patience;
    let mut pause = tokio::time::interval(Duration::from_millis(100));
    while tokio::time::Instant::now() < deadline {
        if let Some(found) = look().await {
            return Some(found);
        }
        pause.tick().await;
    }
    None
}

fn wait(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(|| drop(sender.send(child.wait())));
        receiver.recv_timeout(patience).ok().and_then(Result::ok)
    })
}
