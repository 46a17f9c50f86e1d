//! `service install` and `service uninstall`: first the plan, then what it says.

use std::path::{Path, PathBuf};

use caretaker_core::port::{CommandLine, CommandResult};
use caretaker_core::problem::{Code, Problem};
use caretaker_core::supervision::{Definition, Fit, Plan, Scope, Supervisor, fit, install, uninstall};
use caretaker_core::time::Span;
use caretaker_core::view::{SupervisionChange, SupervisionState};
use caretaker_platform::{files, lock, socket};

use super::{Supervision, SupervisionRequest, commands_of, read};

/// How long to watch the engine come up before saying that it did not.
const PATIENCE: Span = Span::from_seconds(15);
const LOOK_AGAIN: Span = Span::from_millis(500);

impl Supervision {
    /// What installing would do, and what stands in its way.
    pub async fn preview_install(&self, wanted: &SupervisionRequest) -> Result<SupervisionChange, Problem> {
        let (definition, notes) = self.define(wanted);
        let plan = install(&self.around, &definition);
        let changes = self.installed(wanted.scope)?.as_deref() != Some(plan.text.as_str());
        let mut view = self.change(wanted.scope, &plan, changes, notes);
        view.obstacles.extend(self.obstacle(wanted).await.err().map(|problem| problem.message));
        Ok(view)
    }

    /// Writes the unit, has the engine start with the machine and starts it now. The same again changes nothing.
    pub async fn install(&self, wanted: &SupervisionRequest) -> Result<SupervisionChange, Problem> {
        self.obstacle(wanted).await?;
        let (definition, mut notes) = self.define(wanted);
        let plan = install(&self.around, &definition);
        let same = self.installed(wanted.scope)?.as_deref() == Some(plan.text.as_str());
        if same && self.status(wanted.scope).await?.running == Some(true) {
            return Ok(SupervisionChange { done: true, ..self.change(wanted.scope, &plan, false, notes) });
        }
        if let Some(owner) = self.host_now(wanted).await {
            notes.push(format!(
                "{owner} looks after this home now; the service takes over within 10 s of its end, and the tray app then attaches to it"
            ));
        }
        write(&plan)?;
        self.perform(&plan.tasks).await?;
        notes.extend(self.watch_start(wanted.scope).await?);
        Ok(SupervisionChange { done: true, ..self.change(wanted.scope, &plan, true, notes) })
    }

    /// What uninstalling would do.
    pub fn preview_uninstall(&self, scope: Scope) -> Result<SupervisionChange, Problem> {
        let plan = uninstall(&self.around, scope);
        let mut view = self.change(scope, &plan, self.installed(scope)?.is_some(), Vec::new());
        view.obstacles.extend(self.refusal(scope).map(|problem| problem.message));
        view.obstacles.extend(self.foreign(&plan.file).err().map(|problem| problem.message));
        Ok(view)
    }

    /// Ends the engine, has it not start again and removes the unit. What is not there is as good as removed.
    pub async fn uninstall(&self, scope: Scope) -> Result<SupervisionChange, Problem> {
        let plan = uninstall(&self.around, scope);
        if self.installed(scope)?.is_none() {
            return Ok(SupervisionChange { done: true, ..self.change(scope, &plan, false, Vec::new()) });
        }
        self.foreign(&plan.file)?;
        self.refusal(scope).map_or(Ok(()), Err)?;
        self.perform(&plan.tasks).await?;
        std::fs::remove_file(&plan.file)
            .map_err(|error| Problem::new(Code::Internal, format!("remove {}: {error}", plan.file.display())))?;
        self.perform(&plan.after).await?;
        Ok(SupervisionChange { done: true, ..self.change(scope, &plan, true, Vec::new()) })
    }

    fn change(&self, scope: Scope, plan: &Plan, changes: bool, notes: Vec<String>) -> SupervisionChange {
        SupervisionChange {
            supervisor: self.around.supervisor,
            scope,
            done: false,
            changes,
            file: plan.file.display().to_string(),
            text: plan.text.clone(),
            commands: commands_of(plan),
            obstacles: Vec::new(),
            notes,
        }
    }

    fn define(&self, wanted: &SupervisionRequest) -> (Definition, Vec<String>) {
        let mut notes = Vec::new();
        if let Fit::Fragile(why) = fit(&wanted.program, self.temporary.as_deref()) {
            notes.push(why);
        }
        if wanted.scope == Scope::User {
            notes.extend(self.login_note());
        } else if wanted.user.is_none() {
            notes.push(
                "it runs as root and keeps its data there; `--user NAME` with `--home` names somebody else".to_owned(),
            );
        }
        let definition = Definition {
            program: wanted.program.clone(),
            home: wanted.home.folder().to_owned(),
            configuration: wanted.configuration.clone(),
            scope: wanted.scope,
            user: wanted.user.clone(),
        };
        (definition, notes)
    }

    /// What it takes for a user's own service to start without a login.
    pub(super) fn login_note(&self) -> Option<String> {
        let name = if self.user.is_empty() { "YOU" } else { &self.user };
        match self.around.supervisor {
            Supervisor::Systemd if self.lingers => None,
            Supervisor::Systemd => Some(format!(
                "it starts when you log in and ends when you log out; `sudo loginctl enable-linger {name}` keeps it running without"
            )),
            Supervisor::Launchd => {
                Some("it starts when you log in; with `sudo` and `--system` it starts with the machine".to_owned())
            }
        }
    }

    /// Everything that would make the service fail later is refused now.
    async fn obstacle(&self, wanted: &SupervisionRequest) -> Result<(), Problem> {
        if let Fit::Fleeting(why) = fit(&wanted.program, self.temporary.as_deref()) {
            let text = format!("{} cannot be kept alive: {why}", wanted.program.display());
            return Err(Problem::new(Code::Usage, text).hint("install Caretaker first, then use that `caretaker`"));
        }
        let paths = [Some(&wanted.program), wanted.configuration.as_ref()].into_iter().flatten().map(PathBuf::as_path);
        // systemd takes quotes and backslashes in arguments, however quoted, but never in the name of a program.
        let unusable = wanted.program.to_string_lossy().contains(['"', '\'', '\\']);
        if unusable || paths.chain([wanted.home.folder()]).any(unwritable) {
            let text = "a path holds signs that cannot be written into a unit: control characters, quotes, or no UTF-8";
            return Err(Problem::new(Code::Usage, text).hint("use a path without them"));
        }
        self.foreign(&self.around.file(wanted.scope))?;
        self.refusal(wanted.scope).map_or(Ok(()), Err)?;
        match &wanted.user {
            Some(user) => self.owned_by(wanted.home.folder(), user).await,
            None if wanted.home.folder().exists() => wanted.home.check(),
            None => Ok(()),
        }
    }

    async fn owned_by(&self, home: &Path, user: &str) -> Result<(), Problem> {
        use std::os::unix::fs::MetadataExt;
        let answer = self.commands.run(&CommandLine::new("id", ["-u", "--", user])).await;
        let number: Option<u32> =
            answer.ok().filter(CommandResult::succeeded).and_then(|result| result.output.trim().parse().ok());
        let Some(number) = number else {
            return Err(Problem::new(Code::NotFound, format!("there is no user `{user}`")));
        };
        match std::fs::metadata(home) {
            Ok(metadata) if metadata.uid() == number => Ok(()),
            Ok(_) | Err(_) => {
                let shown = home.display();
                Err(Problem::new(Code::Usage, format!("{shown} is no folder of {user}"))
                    .hint(format!("name one with --home, made with `install -d -m 700 -o {user} FOLDER`")))
            }
        }
    }

    /// Refuses to touch what somebody else wrote.
    fn foreign(&self, file: &Path) -> Result<(), Problem> {
        match read(file)? {
            Some(text) if !self.around.ours(&text) => {
                let shown = file.display();
                let problem =
                    Problem::new(Code::Usage, format!("{shown} was not written by `caretaker service install`"));
                Err(problem.hint("look at it, and move it away if you do not need it"))
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Another engine of this home, if one runs that is not the service's own.
    async fn host_now(&self, wanted: &SupervisionRequest) -> Option<String> {
        socket::connect(&wanted.home).await.ok()??;
        let owner = lock::owner(&wanted.home.lock())?;
        let own = self.status(wanted.scope).await.ok()?.pid;
        (own != Some(owner.pid)).then(|| format!("{} (process {})", owner.program, owner.pid))
    }

    async fn watch_start(&self, scope: Scope) -> Result<Option<String>, Problem> {
        let mut waited = Span::ZERO;
        loop {
            let status = self.status(scope).await?;
            match status.state {
                SupervisionState::Running | SupervisionState::Attention => return Ok(None),
                SupervisionState::Stopped | SupervisionState::NotInstalled if waited >= PATIENCE => {
                    return Ok(Some(format!("it does not run yet: {}", status.detail)));
                }
                SupervisionState::Stopped | SupervisionState::NotInstalled => {}
            }
            self.clock.sleep(LOOK_AGAIN).await;
            waited += LOOK_AGAIN;
        }
    }
}

fn unwritable(path: &Path) -> bool {
    path.to_str().is_none_or(|text| text.chars().any(char::is_control))
}

fn write(plan: &Plan) -> Result<(), Problem> {
    let failed = |error: &dyn std::fmt::Display| {
        Problem::new(Code::Internal, format!("write {}: {error}", plan.file.display()))
            .hint("check that the folder can be written")
    };
    if let Some(folder) = plan.file.parent() {
        std::fs::create_dir_all(folder).map_err(|error| failed(&error))?;
    }
    files::write_atomic(&plan.file, plan.text.as_bytes(), 0o644).map_err(|error| failed(&error))
}
