//! What installing and uninstalling will do, before it is done: one file and a few commands.

use std::path::PathBuf;

use super::definition::{Definition, Scope, Supervisor};
use super::{launchd, systemd};
use crate::port::CommandLine;

/// What must be known about whoever installs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Surroundings {
    /// Who keeps programs alive here.
    pub supervisor: Supervisor,
    /// The folder with the user's own settings: `~/.config` with systemd, `~/Library` with launchd.
    pub settings: PathBuf,
    /// The user's number, part of launchd's names.
    pub uid: u32,
}

/// A command, and whether its failure matters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    /// What is started.
    pub command: CommandLine,
    /// It may fail: what it undoes may not be there.
    pub optional: bool,
}

/// All that will happen, in this order: the file, then the commands; for an uninstallation the commands before the file
/// goes, and those of `after` afterwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The unit or property list.
    pub file: PathBuf,
    /// What it will hold; empty if it will go.
    pub text: String,
    /// Commands.
    pub tasks: Vec<Task>,
    /// Commands after the file is gone.
    pub after: Vec<Task>,
}

impl Surroundings {
    /// Where the unit or list lies.
    pub fn file(&self, scope: Scope) -> PathBuf {
        match (self.supervisor, scope) {
            (Supervisor::Systemd, Scope::User) => self.settings.join("systemd/user").join(systemd::UNIT),
            (Supervisor::Systemd, Scope::System) => PathBuf::from("/etc/systemd/system").join(systemd::UNIT),
            (Supervisor::Launchd, Scope::User) => self.settings.join(format!("LaunchAgents/{}.plist", launchd::LABEL)),
            (Supervisor::Launchd, Scope::System) => {
                PathBuf::from(format!("/Library/LaunchDaemons/{}.plist", launchd::LABEL))
            }
        }
    }

    /// Whether a file at that place was written by Caretaker.
    pub fn ours(&self, text: &str) -> bool {
        let mark = match self.supervisor {
            Supervisor::Systemd => systemd::MARK,
            Supervisor::Launchd => launchd::MARK,
        };
        text.lines().take(3).any(|line| line.starts_with(mark))
    }

    /// The program that the file starts.
    pub fn program_of(&self, text: &str) -> Option<PathBuf> {
        match self.supervisor {
            Supervisor::Systemd => systemd::program_of(text),
            Supervisor::Launchd => launchd::program_of(text),
        }
    }

    /// launchd's name for whose programs these are.
    pub fn domain(&self, scope: Scope) -> String {
        match scope {
            Scope::User => format!("gui/{}", self.uid),
            Scope::System => "system".to_owned(),
        }
    }

    fn task(&self, scope: Scope, words: &[&str]) -> Task {
        let user: &[&str] = match (self.supervisor, scope) {
            (Supervisor::Systemd, Scope::User) => &["--user"],
            (Supervisor::Systemd, Scope::System) | (Supervisor::Launchd, _) => &[],
        };
        let command = CommandLine::new(self.supervisor.program(), user.iter().chain(words).copied());
        Task { command, optional: false }
    }
}

/// Writes the file, has the engine start with the machine, and starts it now.
pub fn install(around: &Surroundings, definition: &Definition) -> Plan {
    let scope = definition.scope;
    let file = around.file(scope);
    let task = |words: &[&str]| around.task(scope, words);
    let (text, tasks) = match around.supervisor {
        Supervisor::Systemd => {
            let tasks = vec![
                task(&["daemon-reload"]),
                task(&["enable", systemd::UNIT]),
                task(&["restart", "--no-block", systemd::UNIT]),
            ];
            (systemd::unit(definition), tasks)
        }
        Supervisor::Launchd => {
            let domain = around.domain(scope);
            let name = format!("{domain}/{}", launchd::LABEL);
            let tasks = vec![
                // launchd does not read a list anew while it knows the old one.
                Task { optional: true, ..task(&["bootout", &name]) },
                task(&["enable", &name]),
                task(&["bootstrap", &domain, &file.to_string_lossy()]),
            ];
            (launchd::property_list(definition), tasks)
        }
    };
    Plan { file, text, tasks, after: Vec::new() }
}

/// Ends the engine, has it not start again, and removes the file. The home folder stays.
pub fn uninstall(around: &Surroundings, scope: Scope) -> Plan {
    let task = |words: &[&str]| around.task(scope, words);
    let (tasks, after) = match around.supervisor {
        Supervisor::Systemd => (vec![task(&["disable", "--now", systemd::UNIT])], vec![task(&["daemon-reload"])]),
        Supervisor::Launchd => {
            let name = format!("{}/{}", around.domain(scope), launchd::LABEL);
            (vec![Task { optional: true, ..task(&["bootout", &name]) }], Vec::new())
        }
    };
    Plan { file: around.file(scope), text: String::new(), tasks, after }
}

#[cfg(test)]
mod tests;
