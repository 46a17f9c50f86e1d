//! Installing with a supervisor that only writes down what it is told.

use std::sync::Mutex;

use caretaker_core::port::{CommandError, CommandLine, Ended, PortFuture};
use caretaker_core::time::Span;
use caretaker_core::view::SupervisionState;
use caretaker_platform::clock::SystemClock;
use caretaker_platform::home::Home;

use super::*;

/// systemd as far as this goes: it runs what was restarted until it is disabled.
#[derive(Default)]
struct FakeSystemd {
    heard: Mutex<Vec<String>>,
    running: Mutex<bool>,
    refuses: Option<&'static str>,
}

impl FakeSystemd {
    /// What it was told since the last time, questions aside.
    fn told(&self) -> Vec<String> {
        let questions = ["show", "--version"];
        let mut heard = std::mem::take(&mut *self.heard.lock().unwrap());
        heard.retain(|line| !questions.iter().any(|word| line.contains(word)));
        heard
    }
}

impl Commands for FakeSystemd {
    fn run_heard<'a>(
        &'a self,
        command: &'a CommandLine,
        _: caretaker_core::port::Hearing<'a>,
    ) -> PortFuture<'a, Result<CommandResult, CommandError>> {
        self.run(command)
    }

    fn run<'a>(&'a self, command: &'a CommandLine) -> PortFuture<'a, Result<CommandResult, CommandError>> {
        let line = command.to_string();
        self.heard.lock().unwrap().push(line.clone());
        let refused = self.refuses.filter(|word| line.contains(word));
        let mut running = self.running.lock().unwrap();
        *running = (*running || line.contains("restart")) && !line.contains("disable");
        let output = if line.contains("--version") {
            format!("caretaker {}\n", env!("CARGO_PKG_VERSION"))
        } else if *running {
            "LoadState=loaded\nUnitFileState=enabled\nActiveState=active\nSubState=running\nMainPID=7\n".to_owned()
        } else {
            "LoadState=loaded\nUnitFileState=disabled\nActiveState=inactive\nSubState=dead\n".to_owned()
        };
        let result = CommandResult {
            ended: Ended::Code(i32::from(refused.is_some())),
            output: if refused.is_some() { String::new() } else { output },
            errors: refused.map(|word| format!("Failed to {word}\n")).unwrap_or_default(),
            cut: false,
            took: Span::ZERO,
        };
        Box::pin(async move { Ok(result) })
    }
}

struct Stage {
    folder: tempfile::TempDir,
    systemd: Arc<FakeSystemd>,
    supervision: Supervision,
}

fn stage(systemd: FakeSystemd) -> Stage {
    let folder = tempfile::tempdir().unwrap();
    let systemd = Arc::new(systemd);
    let around = Surroundings { supervisor: Supervisor::Systemd, settings: folder.path().join("settings"), uid: 501 };
    let supervision = Supervision {
        around,
        commands: Arc::clone(&systemd) as Arc<dyn Commands>,
        clock: Arc::new(SystemClock::new()),
        runs: true,
        root: false,
        lingers: false,
        user: "ann".to_owned(),
        temporary: None,
        unreachable: None,
    };
    Stage { folder, systemd, supervision }
}

impl Stage {
    fn wanted(&self) -> SupervisionRequest {
        SupervisionRequest {
            program: PathBuf::from("/usr/bin/env"),
            home: Home::locate(Some(&self.folder.path().join("home"))).unwrap(),
            configuration: None,
            scope: Scope::User,
            user: None,
        }
    }

    fn unit(&self) -> PathBuf {
        self.supervision.around.file(Scope::User)
    }
}

#[tokio::test]
async fn the_same_installation_twice_changes_nothing_the_second_time() {
    let stage = stage(FakeSystemd::default());
    let first = stage.supervision.install(&stage.wanted()).await.unwrap();
    assert!(first.done && first.changes);
    assert_eq!(stage.systemd.told(), first.commands);
    assert_eq!(std::fs::read_to_string(stage.unit()).unwrap(), first.text);
    assert!(first.notes.iter().any(|note| note.contains("loginctl enable-linger ann")), "{:?}", first.notes);

    let second = stage.supervision.install(&stage.wanted()).await.unwrap();
    assert!(second.done && !second.changes);
    assert_eq!(stage.systemd.told(), Vec::<String>::new());

    let other = SupervisionRequest { configuration: Some(PathBuf::from("/etc/caretaker.toml")), ..stage.wanted() };
    assert!(stage.supervision.install(&other).await.unwrap().changes);
    assert_eq!(stage.systemd.told().len(), 3);
}

#[tokio::test]
async fn a_preview_does_nothing() {
    let stage = stage(FakeSystemd::default());
    let preview = stage.supervision.preview_install(&stage.wanted()).await.unwrap();
    assert!(!preview.done && preview.changes && preview.obstacles.is_empty(), "{preview:?}");
    assert!(!stage.unit().exists() && stage.systemd.told().is_empty());
    let none = stage.supervision.preview_uninstall(Scope::User).unwrap();
    assert!(!none.done && !none.changes);
}

#[tokio::test]
async fn uninstalling_ends_it_first_and_twice_is_no_fault() {
    let stage = stage(FakeSystemd::default());
    stage.supervision.install(&stage.wanted()).await.unwrap();
    stage.systemd.told();
    let removed = stage.supervision.uninstall(Scope::User).await.unwrap();
    assert!(removed.done && removed.changes && !stage.unit().exists());
    let told = stage.systemd.told();
    assert!(told[0].contains("disable --now") && told[1].contains("daemon-reload"), "{told:?}");
    assert!(!stage.supervision.uninstall(Scope::User).await.unwrap().changes);
    assert!(stage.systemd.told().is_empty());
}

#[tokio::test]
async fn a_unit_of_somebody_else_is_neither_replaced_nor_removed() {
    let stage = stage(FakeSystemd::default());
    std::fs::create_dir_all(stage.unit().parent().unwrap()).unwrap();
    caretaker_platform::files::write_atomic(&stage.unit(), b"[Unit]\n", 0o644).unwrap();
    assert_eq!(stage.supervision.install(&stage.wanted()).await.unwrap_err().code, Code::Usage);
    assert_eq!(stage.supervision.uninstall(Scope::User).await.unwrap_err().code, Code::Usage);
    assert!(stage.systemd.told().is_empty() && stage.unit().exists());
}

#[tokio::test]
async fn what_cannot_last_is_refused_before_anything_is_written() {
    let mut stage = stage(FakeSystemd::default());
    let fleeting = SupervisionRequest { program: PathBuf::from("/tmp/caretaker"), ..stage.wanted() };
    assert!(stage.supervision.install(&fleeting).await.unwrap_err().message.contains("temporary"));
    let machine = SupervisionRequest { scope: Scope::System, ..stage.wanted() };
    assert_eq!(stage.supervision.install(&machine).await.unwrap_err().code, Code::Forbidden);
    let wrong = SupervisionRequest { configuration: Some(PathBuf::from("/etc/two\nlines")), ..stage.wanted() };
    assert_eq!(stage.supervision.install(&wrong).await.unwrap_err().code, Code::Usage);
    stage.supervision.runs = false;
    let refused = stage.supervision.install(&stage.wanted()).await.unwrap_err();
    assert!(refused.code == Code::NotConfigured && refused.message.contains("systemd does not run"), "{refused:?}");
    assert!(!stage.unit().exists() && stage.systemd.told().is_empty());
}

#[tokio::test]
async fn a_command_that_fails_is_told_in_its_own_words() {
    let stage = stage(FakeSystemd { refuses: Some("enable"), ..FakeSystemd::default() });
    let problem = stage.supervision.install(&stage.wanted()).await.unwrap_err();
    assert!(
        problem.message.contains("systemctl --user enable") && problem.message.contains("Failed to enable"),
        "{problem}"
    );
}

#[tokio::test]
async fn the_state_says_what_is_wrong() {
    let mut stage = stage(FakeSystemd::default());
    let status = async |stage: &Stage| stage.supervision.status(Scope::User).await.unwrap();
    assert_eq!(status(&stage).await.state, SupervisionState::NotInstalled);
    stage.supervision.install(&stage.wanted()).await.unwrap();
    let running = status(&stage).await;
    assert_eq!((running.state, running.pid), (SupervisionState::Running, Some(7)));
    assert_eq!(running.program.as_deref(), Some("/usr/bin/env"));
    assert_eq!(running.version.as_deref(), Some(env!("CARGO_PKG_VERSION")));
    assert!(!running.starts_without_login);
    *stage.systemd.running.lock().unwrap() = false;
    let stopped = status(&stage).await;
    assert_eq!(stopped.state, SupervisionState::Stopped);
    assert!(stopped.notes.iter().any(|note| note.contains("does not start by itself")), "{stopped:?}");
    stage.supervision.runs = false;
    let unknown = status(&stage).await;
    assert_eq!((unknown.state, unknown.running), (SupervisionState::Stopped, None));
}
