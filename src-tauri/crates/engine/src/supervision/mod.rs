//! Keeping an engine alive with systemd or launchd: install, uninstall, status. Works without an engine, because it is
//! what brings one about; `caretaker service` and the checks of `doctor` both come here.

mod install;
mod machine;
mod status;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use caretaker_core::port::{CommandResult, Commands};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::supervision::{Plan, Scope, Supervisor, Surroundings, Task};
use caretaker_core::time::Clock;

/// What a person asked to have kept alive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupervisionRequest {
    /// The program; the one that asks, unless a test says otherwise.
    pub program: PathBuf,
    /// The home folder.
    pub home: caretaker_platform::home::Home,
    /// A configuration file other than the home's.
    pub configuration: Option<PathBuf>,
    /// Whose supervisor.
    pub scope: Scope,
    /// As whom it runs, for the machine's supervisor.
    pub user: Option<String>,
}

/// The supervisor of this machine, and the way to it.
pub struct Supervision {
    around: Surroundings,
    commands: Arc<dyn Commands>,
    clock: Arc<dyn Clock>,
    /// It runs this machine.
    runs: bool,
    /// Whoever asks is root.
    root: bool,
    /// systemd starts this user's programs at boot.
    lingers: bool,
    /// Who asks, for the words of hints.
    user: String,
    temporary: Option<PathBuf>,
    /// Why the user's own supervisor cannot be reached, if so.
    unreachable: Option<String>,
}

impl Supervision {
    /// The scope when nobody names one: root's own supervisor is hardly ever there.
    pub fn default_scope(&self) -> Scope {
        if self.root { Scope::System } else { Scope::User }
    }

    fn name(&self) -> &'static str {
        self.around.supervisor.name()
    }

    /// Why nothing can be done for this scope, if so.
    fn refusal(&self, scope: Scope) -> Option<Problem> {
        if !self.runs {
            let problem = Problem::new(Code::NotConfigured, format!("{} does not run this machine", self.name()));
            return Some(problem.hint(
                "a container's own restart policy keeps `caretaker run` alive; `--dry-run` shows the unit all the same",
            ));
        }
        if scope == Scope::System && !self.root {
            let problem = Problem::new(Code::Forbidden, "the machine's own services belong to root");
            return Some(problem.hint("use sudo, or leave `--system` away to install it for yourself"));
        }
        let why = self.unreachable.as_ref().filter(|_| scope == Scope::User)?;
        Some(Problem::new(Code::NotConfigured, format!("your own {} cannot be reached: {why}", self.name())).hint(
            "log in properly (`machinectl shell YOU@`, SSH, a desktop), or install it for the machine with `--system`",
        ))
    }

    async fn perform(&self, tasks: &[Task]) -> Result<(), Problem> {
        for task in tasks {
            let failed = |why: String| {
                let problem = Problem::new(Code::Internal, format!("`{}` failed: {why}", task.command));
                problem.hint(match self.around.supervisor {
                    Supervisor::Systemd => {
                        "`systemctl status` and `journalctl` may say more; the same command may be run again"
                    }
                    Supervisor::Launchd => "`launchctl print` may say more; the same command may be run again",
                })
            };
            match self.commands.run(&task.command).await {
                Ok(result) if result.succeeded() || task.optional => {}
                Ok(result) => return Err(failed(result.complaint())),
                Err(_) if task.optional => {}
                Err(error) => return Err(failed(error.to_string())),
            }
        }
        Ok(())
    }

    async fn ask(&self, words: &[&str]) -> Option<CommandResult> {
        let line = caretaker_core::port::CommandLine::new(self.around.supervisor.program(), words.iter().copied());
        self.commands.run(&line).await.ok()
    }

    fn installed(&self, scope: Scope) -> Result<Option<String>, Problem> {
        read(&self.around.file(scope))
    }
}

fn read(file: &Path) -> Result<Option<String>, Problem> {
    match std::fs::read_to_string(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Problem::new(Code::Internal, format!("read {}: {error}", file.display()))),
    }
}

fn commands_of(plan: &Plan) -> Vec<String> {
    plan.tasks.iter().chain(&plan.after).map(|task| task.command.to_string()).collect()
}

#[cfg(test)]
mod tests;
