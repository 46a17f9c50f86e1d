//! `caretaker service`: shown, refused and reported on; no supervisor runs where tests run.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::process::Command;

#[cfg(target_os = "linux")]
use caretaker_core::supervision::{Definition, Scope, Supervisor, Surroundings, install};
use caretaker_core::view::{SupervisionChange, SupervisionState, SupervisionView};
use rustix::process::Signal;

use crate::world::{World, put};

fn preview(world: &World, words: &[&str]) -> SupervisionChange {
    let said = world.run(&[&["service", "install", "--dry-run", "--json"], words].concat());
    assert!([0, 3].contains(&said.code), "{said:?}");
    let change: SupervisionChange = said.document();
    assert_eq!(said.code == 3, !change.obstacles.is_empty(), "{change:?}");
    change
}

#[test]
fn a_preview_shows_the_unit_with_this_program_and_this_home_and_writes_nothing() {
    let world = World::new();
    let change = preview(&world, &["--system"]);
    assert!(!change.done && change.changes && !change.commands.is_empty());
    let program = caretaker_tests::program("caretaker");
    assert!(change.text.contains(program.to_str().unwrap()), "{}", change.text);
    assert!(change.text.contains(world.home().to_str().unwrap()), "{}", change.text);
    assert!(!world.home().exists() && !world.beside(".config").exists());
    let text = world.run(&["service", "install", "--dry-run"]).out;
    assert!(text.contains("Commands") && text.contains("Nothing was done"), "{text}");
}

/// The unit of a plain user, whoever runs the tests.
#[cfg(target_os = "linux")]
fn user_unit(world: &World) -> String {
    let around = Surroundings { supervisor: Supervisor::Systemd, settings: world.beside(".config"), uid: 1000 };
    let definition = Definition {
        program: caretaker_tests::program("caretaker"),
        home: world.home(),
        configuration: None,
        scope: Scope::User,
        user: None,
    };
    install(&around, &definition).text
}

#[test]
#[cfg(target_os = "linux")]
fn systemd_accepts_the_units() {
    // Verifying starts the units' programs in no way; it reads the unit and looks at what it names.
    let verify = |world: &World, text: &str, scope: &str| {
        let unit = world.beside("caretaker.service");
        put(&unit, text.as_bytes());
        let mut command = Command::new("systemd-analyze");
        command.args(["verify", "--man=no", "--generators=no", "--recursive-errors=no", scope]).arg(&unit);
        command.env("XDG_RUNTIME_DIR", world.beside(""));
        let output = command.output().expect("the package systemd is installed");
        let words = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success() && !words.contains("caretaker.service"), "{words}\n{text}");
    };
    let world = World::new();
    let installed = |scope: &[&str]| preview(&world, scope).text;
    verify(&world, &installed(&["--system"]), "--system");
    verify(&world, &installed(&["--system", "--config", "/etc/a b/100%.toml", "--home", "/srv/$HOME x"]), "--system");
    verify(&world, &user_unit(&world), "--user");

    let strange = world.beside("my 100% tools $x");
    fs::create_dir(&strange).unwrap();
    let program = strange.join("caretaker");
    fs::copy(caretaker_tests::program("caretaker"), &program).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let output = Command::new(&program)
        .args(["service", "install", "--dry-run", "--system", "--json", "--home", "/srv/home"])
        .output()
        .unwrap();
    let change: SupervisionChange = serde_json::from_slice(&output.stdout).unwrap();
    assert!(change.obstacles.iter().any(|why| why.contains("temporary")), "{change:?}");
    verify(&world, &change.text, "--system");
}

#[test]
#[cfg(target_os = "linux")]
fn without_systemd_it_says_so() {
    if std::path::Path::new("/run/systemd/system").exists() {
        return;
    }
    let world = World::new();
    let refused = world.run(&["service", "install", "--json"]);
    assert_eq!(refused.code, if refused.error_code() == "usage" { 2 } else { 1 }, "{refused:?}");
    let status = world.run(&["service", "status", "--json"]);
    let view: SupervisionView = status.document();
    assert_eq!((status.code, view.state, view.supervisor_runs), (4, SupervisionState::NotInstalled, false));
    let text = world.run(&["service", "status"]).out;
    assert!(text.contains("does not run this machine"), "{text}");
    let nothing = world.run(&["service", "uninstall"]);
    assert_eq!(nothing.code, 0, "{nothing:?}");
    assert!(nothing.out.contains("Nothing is installed"), "{nothing:?}");
}

#[test]
fn words_that_do_not_fit_are_refused() {
    let world = World::new();
    assert_eq!(world.run(&["service"]).code, 2);
    assert_eq!(world.run(&["service", "install", "--user", "ann"]).code, 2, "--user goes with --system");
}

#[test]
fn a_supervisor_hears_that_the_engine_is_ready_alive_and_stopping() {
    let world = World::new();
    let path = world.beside("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(std::time::Duration::from_secs(60))).unwrap();
    let mut command = world.command(&["run"]);
    command.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "200000").stderr(std::process::Stdio::null());
    let mut child = command.spawn().unwrap();
    let hear = || {
        let mut bytes = [0; 512];
        let length = socket.recv(&mut bytes).unwrap();
        String::from_utf8(bytes[..length].to_vec()).unwrap()
    };
    assert!(hear().starts_with("READY=1\nSTATUS=measures"));
    assert_eq!((hear().as_str(), hear().as_str()), ("WATCHDOG=1", "WATCHDOG=1"));
    rustix::process::kill_process(rustix::process::Pid::from_child(&child), Signal::TERM).unwrap();
    while hear() != "STOPPING=1" {}
    assert!(child.wait().unwrap().success());
}

#[test]
fn the_health_check_of_the_container_tells_a_running_engine_from_none() {
    let file = caretaker_tests::workspace::root().join("docs/examples/Dockerfile");
    let text = fs::read_to_string(file).unwrap();
    let (_, check) = text.split_once("HEALTHCHECK").unwrap();
    let (_, line) = check.split_once("CMD ").unwrap();
    let line = line.lines().next().unwrap().to_owned();
    let world = World::new();
    let folder = caretaker_tests::program("caretaker").parent().unwrap().to_owned();
    let healthy = || {
        let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
        let mut shell = Command::new("sh");
        shell.args(["-c", &line]).env("PATH", path).env("CARETAKER_HOME", world.home());
        shell.status().unwrap().success()
    };
    assert!(!healthy(), "nobody runs");
    let engine = world.start(&["run"]);
    assert!(healthy());
    drop(engine);
    assert!(!healthy(), "it was killed");
}
