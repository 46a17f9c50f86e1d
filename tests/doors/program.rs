//! The real program with a home of its own, and a door that its configuration opens.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// Longer than anything here may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// `caretaker run`; ended when the test is.
pub struct Program {
    folder: TempDir,
    engine: Child,
}

impl Program {
    /// Starts it with a configuration and waits until it says that it runs.
    pub fn start(configuration: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("home")).unwrap();
        write(folder.path().join("home/caretaker.toml"), configuration);
        let mut command = command(&folder, &["run"]);
        let mut engine = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(engine.stderr.take().unwrap()).read_line(&mut line).unwrap();
        assert!(line.contains("looks after"), "{line}");
        Self { folder, engine }
    }

    /// Runs another command on the same home; gives what it prints.
    pub fn say(&self, words: &[&str]) -> String {
        let output = command(&self.folder, words).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// The access token.
    pub fn token(&self, grant: &str) -> String {
        self.say(&["api", "token", grant]).trim().to_owned()
    }

    /// Names of the parts that do not work.
    pub fn degraded(&self) -> Vec<String> {
        let status: Value = serde_json::from_str(&self.say(&["status", "--json"])).unwrap();
        let parts = status["degraded"].as_array().unwrap().iter();
        parts.map(|part| format!("{}: {}", part["part"].as_str().unwrap(), part["why"].as_str().unwrap())).collect()
    }

    /// A file beside the home.
    pub fn beside(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        write(path.clone(), text);
        path
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.engine.kill());
        drop(self.engine.wait());
    }
}

fn command(folder: &TempDir, words: &[&str]) -> Command {
    let mut command = Command::new(caretaker_tests::program("caretaker"));
    command.args(words).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("HOME", folder.path()).env("TZ", "UTC").env("CARETAKER_HOME", folder.path().join("home"));
    command.stdin(Stdio::null());
    command
}

fn write(path: PathBuf, text: &str) {
    File::create(path).unwrap().write_all(text.as_bytes()).unwrap();
}

/// A port that nobody uses at the moment.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The door on a port.
pub fn door(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

/// Asks again and again until it is so.
pub async fn wait_until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < PATIENCE, "waited too long for {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
