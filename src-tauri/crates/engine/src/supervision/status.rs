//! `service status`: what is installed, whether it runs, which program that is.

use std::path::Path;

use caretaker_core::port::{CommandLine, CommandResult};
use caretaker_core::problem::Problem;
use caretaker_core::server::GROUP;
use caretaker_core::supervision::{Scope, Supervisor, launchd, systemd};
use caretaker_core::time::Span;
use caretaker_core::view::{CheckState, CheckView, SupervisionState, SupervisionView};

use super::Supervision;

/// A program that thinks longer about its version has other troubles.
const VERSION_LIMIT: Span = Span::from_seconds(5);

/// What the supervisor says, whichever it is.
#[derive(Default)]
struct Said {
    enabled: Option<bool>,
    running: Option<bool>,
    pid: Option<u32>,
    restarts: Option<u32>,
    detail: String,
}

impl Supervision {
    /// Where something is installed: for the user if there, else for the machine, else where it would be.
    pub fn installed_scope(&self) -> Scope {
        let there = |scope: &Scope| matches!(self.installed(*scope), Ok(Some(_)));
        [Scope::User, Scope::System].into_iter().find(there).unwrap_or_else(|| self.default_scope())
    }

    /// How it stands.
    pub async fn status(&self, scope: Scope) -> Result<SupervisionView, Problem> {
        let text = self.installed(scope)?;
        let installed = text.is_some();
        let said = if installed { self.supervisor_says(scope).await } else { Said::default() };
        let program = text.as_deref().and_then(|text| self.around.program_of(text));
        let version = match &program {
            Some(program) => self.version_of(program).await,
            None => None,
        };
        let starts_without_login = scope == Scope::System || self.lingers;
        let mut notes = Vec::new();
        if installed {
            if !self.runs {
                notes.push(format!("{} does not run this machine, so nothing keeps the engine alive", self.name()));
            }
            if said.enabled == Some(false) {
                notes.push("it does not start by itself; `caretaker service install` repairs that".to_owned());
            }
            if program.as_ref().is_some_and(|program| !program.exists()) {
                notes.push(
                    "its program is gone; `caretaker service install` with the present one repairs that".to_owned(),
                );
            } else if version.as_deref().is_some_and(|version| version != env!("CARGO_PKG_VERSION")) {
                notes.push(format!("its program is of another version than this one, {}", env!("CARGO_PKG_VERSION")));
            }
        }
        let state = match (installed, said.running) {
            (false, _) => SupervisionState::NotInstalled,
            (true, Some(true)) if notes.is_empty() => SupervisionState::Running,
            (true, Some(true)) => SupervisionState::Attention,
            (true, Some(false) | None) => SupervisionState::Stopped,
        };
        if installed && scope == Scope::User {
            notes.extend(self.login_note());
        }
        Ok(SupervisionView {
            state,
            supervisor: self.around.supervisor,
            supervisor_runs: self.runs,
            scope,
            installed,
            enabled: said.enabled,
            running: said.running,
            starts_without_login,
            pid: said.pid,
            restarts: said.restarts,
            file: self.around.file(scope).display().to_string(),
            program: program.map(|program| program.display().to_string()),
            version,
            detail: if installed { said.detail } else { "nothing is installed".to_owned() },
            notes,
        })
    }

    /// One line for `doctor`, and whether the engine starts with the machine; nothing where no supervisor runs.
    pub(crate) async fn check(&self) -> Option<(CheckView, bool)> {
        if !self.runs {
            return None;
        }
        let status = self.status(self.installed_scope()).await.ok()?;
        let (state, detail, hint) = match status.state {
            SupervisionState::Running if status.starts_without_login => {
                (CheckState::Ok, format!("{} keeps the engine alive", self.name()), String::new())
            }
            SupervisionState::Running => {
                let detail = format!("{} keeps the engine alive while you are logged in", self.name());
                (CheckState::Warning, detail, self.login_note().unwrap_or_default())
            }
            SupervisionState::Attention | SupervisionState::Stopped => {
                (CheckState::Warning, status.detail, "`caretaker service status` says more".to_owned())
            }
            SupervisionState::NotInstalled => (
                CheckState::Warning,
                "nothing starts the engine again after a restart".to_owned(),
                "`caretaker service install`".to_owned(),
            ),
        };
        let why = match state {
            CheckState::Warning => "an engine that does not come back after a power failure watches nothing".to_owned(),
            CheckState::Ok | CheckState::Failed | CheckState::Absent => String::new(),
        };
        let starts = status.installed && status.starts_without_login && status.enabled == Some(true);
        let name = "kept alive".to_owned();
        Some((CheckView { group: GROUP.to_owned(), name, state, detail, why, hint }, starts))
    }

    async fn supervisor_says(&self, scope: Scope) -> Said {
        if !self.runs {
            return Said { detail: format!("{} does not run this machine", self.name()), ..Said::default() };
        }
        if let Some(why) = self.unreachable.as_ref().filter(|_| scope == Scope::User) {
            return Said { detail: why.clone(), ..Said::default() };
        }
        match self.around.supervisor {
            Supervisor::Systemd => self.systemd_says(scope).await,
            Supervisor::Launchd => self.launchd_says(scope).await,
        }
    }

    async fn systemd_says(&self, scope: Scope) -> Said {
        let mut words = match scope {
            Scope::User => vec!["--user"],
            Scope::System => Vec::new(),
        };
        let properties = format!("--property={}", systemd::PROPERTIES);
        words.extend(["show", systemd::UNIT, &properties]);
        let Some(answer) = self.ask(&words).await else {
            return Said { detail: "systemctl does not answer".to_owned(), ..Said::default() };
        };
        if !answer.succeeded() {
            return Said { detail: answer.complaint(), ..Said::default() };
        }
        let state = systemd::State::parse(&answer.output);
        Said {
            enabled: Some(state.enabled),
            running: Some(state.running()),
            pid: state.pid,
            restarts: Some(state.restarts),
            detail: format!("{} ({})", state.active, state.detail),
        }
    }

    async fn launchd_says(&self, scope: Scope) -> Said {
        let domain = self.around.domain(scope);
        let switched_off = match self.ask(&["print-disabled", &domain]).await {
            Some(answer) if answer.succeeded() => Some(launchd::disabled(&answer.output)),
            Some(_) | None => None,
        };
        let answer = self.ask(&["print", &format!("{domain}/{}", launchd::LABEL)]).await;
        let Some(answer) = answer.filter(CommandResult::succeeded) else {
            let detail = "launchd has not loaded it".to_owned();
            return Said { enabled: switched_off.map(|off| !off), running: Some(false), detail, ..Said::default() };
        };
        let state = launchd::State::parse(&answer.output);
        let exit = state.last_exit.as_ref().map(|code| format!(", last exit code {code}")).unwrap_or_default();
        Said {
            enabled: switched_off.map(|off| !off),
            running: Some(state.running()),
            pid: state.pid,
            restarts: Some(state.runs.saturating_sub(1)),
            detail: format!("{}{exit}", state.state),
        }
    }

    async fn version_of(&self, program: &Path) -> Option<String> {
        let line = CommandLine::new(program, ["--version"]).within(VERSION_LIMIT);
        let answer = self.commands.run(&line).await.ok().filter(CommandResult::succeeded)?;
        answer.output.split_whitespace().last().map(ToOwned::to_owned)
    }
}
