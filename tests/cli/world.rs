//! A home of its own for each test, and the program in it.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// A home folder that nobody used yet.
pub struct World {
    folder: TempDir,
}

impl World {
    /// An empty one.
    pub fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// One with a configuration.
    pub fn configured(text: &str) -> Self {
        let world = Self::new();
        fs::create_dir(world.home()).unwrap();
        put(&world.home().join("caretaker.toml"), text.as_bytes());
        world
    }

    /// The home folder; it need not exist.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// Something else in the same temporary folder.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, with no more of the environment than a bare system has.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(caretaker_tests::program("caretaker"));
        command.args(words).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("HOME", self.folder.path()).env("TZ", "UTC").env("CARETAKER_HOME", self.home());
        command.stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, words: &[&str]) -> Said {
        Said::from(self.command(words).output().unwrap())
    }

    /// Runs it to its end, which must be a good one, and reads its document.
    pub fn read<T: DeserializeOwned>(&self, words: &[&str]) -> T {
        let said = self.run(words);
        assert_eq!(said.code, 0, "{words:?}: {said:?}");
        said.document()
    }

    /// Starts an engine and waits until it says that it runs.
    pub fn start(&self, words: &[&str]) -> Engine {
        let mut child = self.command(words).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        errors.read_line(&mut line).unwrap();
        assert!(line.contains("looks after"), "{line}");
        Engine { child, banner: line, errors }
    }

    /// Waits until the engine has stored a sample of memory.
    pub fn wait_for_samples(&self) {
        Self::wait_until("a sample", || {
            let said = self.run(&["metrics", "list", "--json"]);
            let list: Value = said.document();
            list["series"].as_array().is_some_and(|all| all.iter().any(|one| one["name"] == "host.memory.usage"))
        });
    }

    /// Asks again and again, each time with a program of its own, until it is so.
    pub fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
        let begun = Instant::now();
        while !is_so() {
            assert!(begun.elapsed() < PATIENCE, "waited too long for {what}");
        }
    }

    /// Text without what differs from run to run: folders, stamps, ids.
    pub fn stable(&self, text: &str) -> String {
        let folder = self.folder.path().to_str().unwrap();
        let text = text.replace(folder, "[folder]");
        text.split_inclusive(|c: char| c.is_whitespace() || ",;()".contains(c)).map(stable_word).collect()
    }
}

fn stable_word(word: &str) -> String {
    let bare = word.trim_end_matches(|c: char| c.is_whitespace() || ",;()".contains(c));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let stamp = bare.len() >= 20 && bare.ends_with('Z') && bare.get(..4).is_some_and(digits);
    let id = bare.len() == 36 && bare.bytes().filter(|byte| *byte == b'-').count() == 4;
    match (stamp, id) {
        (true, _) => word.replace(bare, "[time]"),
        (_, true) => word.replace(bare, "[id]"),
        (false, false) => word.to_owned(),
    }
}

/// What the program said and how it ended.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Self { code: code(output.status), out: text(output.stdout), err: text(output.stderr) }
    }
}

impl Said {
    /// Stdout as the one JSON document that it must be.
    pub fn document<T: DeserializeOwned>(&self) -> T {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The code of the error document on stdout.
    pub fn error_code(&self) -> String {
        let document: Value = self.document();
        let error = &document["error"];
        assert!(error["message"].is_string() && error["hint"].is_string(), "{document}");
        error["code"].as_str().unwrap().to_owned()
    }
}

/// The exit code, or 128 and the signal as a shell counts.
pub fn code(status: ExitStatus) -> i32 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap()
}

/// A running `caretaker run`; killed if a test forgets it.
pub struct Engine {
    child: Child,
    pub banner: String,
    errors: BufReader<ChildStderr>,
}

impl Engine {
    /// Its process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// The next line that it writes to stderr.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.errors.read_line(&mut line).unwrap();
        line
    }

    /// Waits for its end; says how it ended and how long that took.
    pub fn end(mut self) -> (i32, Duration) {
        let begun = Instant::now();
        let status = self.child.wait().unwrap();
        (code(status), begun.elapsed())
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Puts a file there, whole.
pub fn put(path: &Path, bytes: &[u8]) {
    File::create(path).unwrap().write_all(bytes).unwrap();
}
