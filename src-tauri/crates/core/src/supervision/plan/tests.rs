//! The texts and commands as reviewed, and the answers of both supervisors as recorded.

use std::path::{Path, PathBuf};

use super::*;

fn definition(scope: Scope) -> Definition {
    Definition {
        program: PathBuf::from("/usr/bin/caretaker"),
        home: PathBuf::from("/home/ann/.local/share/caretaker"),
        configuration: None,
        scope,
        user: None,
    }
}

fn awkward() -> Definition {
    Definition {
        program: PathBuf::from("/opt/my \"tools\"/100%/care$taker <&>"),
        home: PathBuf::from("/srv/a b/$HOME/50%"),
        configuration: Some(PathBuf::from("/etc/caretaker/my settings.toml")),
        scope: Scope::System,
        user: Some("ann".to_owned()),
    }
}

fn around(supervisor: Supervisor) -> Surroundings {
    let settings = match supervisor {
        Supervisor::Systemd => "/home/ann/.config",
        Supervisor::Launchd => "/Users/ann/Library",
    };
    Surroundings { supervisor, settings: PathBuf::from(settings), uid: 501 }
}

fn words(plan: &Plan) -> String {
    let lines = |tasks: &[Task]| {
        tasks
            .iter()
            .map(|task| format!("{}{}\n", if task.optional { "-" } else { "" }, task.command))
            .collect::<Vec<_>>()
            .concat()
    };
    format!("{}\n\n{}\n{}{}", plan.file.display(), plan.text, lines(&plan.tasks), lines(&plan.after))
}

#[test]
fn what_systemd_is_told_is_as_reviewed() {
    let around = around(Supervisor::Systemd);
    insta::assert_snapshot!("systemd_user", words(&install(&around, &definition(Scope::User))));
    insta::assert_snapshot!("systemd_system", words(&install(&around, &awkward())));
    insta::assert_snapshot!("systemd_uninstall", words(&uninstall(&around, Scope::User)));
}

#[test]
fn what_launchd_is_told_is_as_reviewed() {
    let around = around(Supervisor::Launchd);
    insta::assert_snapshot!("launchd_user", words(&install(&around, &definition(Scope::User))));
    insta::assert_snapshot!("launchd_system", words(&install(&around, &awkward())));
    insta::assert_snapshot!("launchd_uninstall", words(&uninstall(&around, Scope::System)));
}

#[test]
fn the_program_is_found_again_in_what_was_written() {
    for supervisor in [Supervisor::Systemd, Supervisor::Launchd] {
        let around = around(supervisor);
        for definition in [definition(Scope::User), awkward()] {
            let text = install(&around, &definition).text;
            assert!(around.ours(&text), "{text}");
            assert_eq!(around.program_of(&text).as_deref(), Some(definition.program.as_path()), "{text}");
        }
        assert!(!around.ours("[Unit]\nDescription=somebody else's\n"));
    }
    assert_eq!(systemd::program_of("ExecStart=/usr/bin/other run"), None);
}

#[test]
fn every_file_lies_where_its_supervisor_looks() {
    let file = |supervisor, scope| around(supervisor).file(scope);
    assert_eq!(file(Supervisor::Systemd, Scope::User), Path::new("/home/ann/.config/systemd/user/caretaker.service"));
    assert_eq!(file(Supervisor::Systemd, Scope::System), Path::new("/etc/systemd/system/caretaker.service"));
    assert!(file(Supervisor::Launchd, Scope::User).starts_with("/Users/ann/Library/LaunchAgents"));
    assert!(file(Supervisor::Launchd, Scope::System).starts_with("/Library/LaunchDaemons"));
}

#[test]
fn answers_of_systemctl_are_read() {
    let running = "LoadState=loaded\nUnitFileState=enabled\nActiveState=active\nSubState=running\nResult=success\nMainPID=812\nNRestarts=2\n";
    let state = systemd::State::parse(running);
    assert!(state.loaded && state.enabled && state.running());
    assert_eq!((state.pid, state.restarts, state.detail.as_str()), (Some(812), 2, "running"));
    let failing = "LoadState=loaded\nUnitFileState=disabled\nActiveState=activating\nSubState=auto-restart\nResult=exit-code\nMainPID=0\nNRestarts=9\n";
    let state = systemd::State::parse(failing);
    assert!(!state.enabled && !state.running() && state.pid.is_none());
    assert_eq!(state.detail, "auto-restart, exit-code");
    assert_eq!(systemd::State::parse("LoadState=not-found\n"), systemd::State::default());
}

#[test]
fn answers_of_launchctl_are_read() {
    let running = "gui/501/io.github.caretaker.engine = {\n\tactive count = 1\n\tpath = /Users/ann/Library/LaunchAgents/io.github.caretaker.engine.plist\n\ttype = LaunchAgent\n\tstate = running\n\n\tprogram = /Applications/Caretaker.app/Contents/MacOS/caretaker\n\tspawn type = daemon (3)\n\truns = 3\n\tpid = 812\n\tlast exit code = 1\n\tendpoints = {\n\t\tstate = idle\n\t\tpid = 9\n\t}\n}\n";
    let state = launchd::State::parse(running);
    assert!(state.running());
    assert_eq!((state.pid, state.runs, state.last_exit.as_deref()), (Some(812), 3, Some("1")));
    let waiting = "system/x = {\n\tstate = spawn scheduled\n\tlast exit code = (never exited)\n}\n";
    let state = launchd::State::parse(waiting);
    assert!(!state.running() && state.last_exit.is_none());
    assert!(launchd::disabled("disabled services = {\n\t\"io.github.caretaker.engine\" => disabled\n}\n"));
    assert!(!launchd::disabled("disabled services = {\n\t\"io.github.caretaker.engine\" => enabled\n}\n"));
}
