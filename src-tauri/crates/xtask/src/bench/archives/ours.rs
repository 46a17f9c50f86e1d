//! Caretaker's own commands on the same data, in a home of their own.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::super::Outcome;
use super::super::options::Options;
use super::data::Set;
use super::timed::{self, Taken};
use super::tools::{Step, size, target};

/// The id of the job.
pub const JOB: &str = "data";

/// A home with one job.
pub struct Ours {
    program: PathBuf,
    folder: PathBuf,
    /// The newest archive that holds everything.
    full: String,
    /// The newest archive.
    newest: String,
}

impl Ours {
    /// A new home in the folder that has `source`.
    pub fn new(options: &Options, folder: &Path) -> Outcome<Self> {
        let program = options.programs.join("caretaker");
        if !program.is_file() {
            return Err(
                format!("there is no program `caretaker` in `{}`; build it first", options.programs.display()).into()
            );
        }
        std::fs::create_dir_all(folder.join("home"))?;
        std::fs::create_dir_all(folder.join("ours"))?;
        let configuration = format!(
            "[[destination]]\nid = \"disk\"\npath = \"{0}/ours\"\n\n[[backup]]\nid = \"{JOB}\"\nfolders = [\"{0}/source\"]\nto = [\"disk\"]\n",
            folder.display()
        );
        std::fs::File::create(folder.join("home/caretaker.toml"))?.write_all(configuration.as_bytes())?;
        Ok(Self {
            program: program.canonicalize()?,
            folder: folder.to_owned(),
            full: String::new(),
            newest: String::new(),
        })
    }

    /// A command of `caretaker backup`.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("backup").args(words).env("CARETAKER_HOME", self.folder.join("home"));
        for variable in ["CARETAKER_CONFIG", "DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS"] {
            command.env_remove(variable);
        }
        command
    }

    /// Does a step.
    pub fn take(&mut self, set: Set, step: Step) -> Outcome<Taken> {
        let target = target(&self.folder, "ours", step)?;
        let to = target.display().to_string();
        let inside = format!("{}/source/{}", self.folder.display(), set.one());
        let inside = inside.trim_start_matches('/');
        let words: Vec<&str> = match step {
            Step::Full => vec!["create", JOB, "--type", "full", "--now"],
            Step::Unchanged | Step::Changed => vec!["create", JOB, "--type", "incremental", "--now"],
            Step::OneFile => vec!["restore", &self.full, "--to", &to, "--path", inside, "--now"],
            Step::Verify => vec!["verify", &self.full, "--deep"],
            Step::Restore => vec!["restore", &self.full, "--to", &to, "--now"],
        };
        // 3: done, with something to tell, such as a database that was copied as it lay there.
        let (mut taken, printed) = timed::run(self.command(&[&words[..], &["--json"]].concat()), &[0, 3])?;
        std::fs::remove_dir_all(&target)?;
        let said: Value = serde_json::from_slice(&printed)?;
        taken.own = said["took_ms"].as_f64().map(|took| took / 1e3);
        if let (Some(id), Step::Full | Step::Unchanged | Step::Changed) = (said["id"].as_str(), step) {
            id.clone_into(&mut self.newest);
            if step == Step::Full {
                id.clone_into(&mut self.full);
            }
        }
        Ok(taken)
    }

    /// Bytes of the newest full archive and of the newest one, as they lie there.
    pub fn stored(&self) -> u64 {
        let mut names: Vec<(PathBuf, u64)> = std::fs::read_dir(self.folder.join("ours").join(JOB))
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| Some((entry.path(), entry.metadata().ok()?.len())))
            .collect();
        names.retain(|(path, _)| path.extension().is_some_and(|end| end == "zst"));
        let is = |id: &str| {
            let short: String = id.chars().filter(|letter| *letter != '-').take(8).collect();
            move |path: &Path| path.display().to_string().contains(&short)
        };
        let (full, newest) = (is(&self.full), is(&self.newest));
        let kept: u64 = names.iter().filter(|(path, _)| full(path) || newest(path)).map(|(_, bytes)| bytes).sum();
        if kept > 0 { kept } else { size(&self.folder.join("ours")) }
    }
}
