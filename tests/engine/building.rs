//! An engine that is built has touched nothing yet: no network, no bus. It is built in a process of its own, in a network
//! namespace whose counters begin at zero, with a session bus that only waits for somebody to come.

use std::os::unix::net::UnixListener;
use std::process::Command;

use caretaker_core::config::Platform;
use caretaker_engine::{Engine, EngineOptions, Mode, machine_ports};
use caretaker_platform::home::Home;
use caretaker_platform::lock::{EngineLock, Owner};

/// The folder that the process of its own has for everything.
const FOLDER: &str = "CARETAKER_TEST_FOLDER";

#[test]
fn building_an_engine_touches_no_network_and_no_bus() {
    let folder = tempfile::tempdir().unwrap();
    let bus = folder.path().join("bus");
    let listener = UnixListener::bind(&bus).unwrap();
    listener.set_nonblocking(true).unwrap();
    let child = Command::new("unshare")
        .args(["--map-root-user", "--net", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "building::in_a_namespace_of_its_own", "--ignored"])
        .env(FOLDER, folder.path())
        .env("DBUS_SESSION_BUS_ADDRESS", format!("unix:path={}", bus.display()))
        .env("DBUS_SYSTEM_BUS_ADDRESS", format!("unix:path={}", bus.display()))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&child.stderr));
    assert!(listener.accept().is_err(), "somebody came to the bus");
}

/// Connections that were begun and datagrams that were sent in this namespace.
fn sent() -> u64 {
    let text = std::fs::read_to_string("/proc/net/snmp").unwrap();
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    let figure = |kind: &str, name: &str| -> u64 {
        let mut of_kind = lines.iter().filter(|line| line.first() == Some(&kind));
        let (names, values) = (of_kind.next().unwrap(), of_kind.next().unwrap());
        values[names.iter().position(|one| *one == name).unwrap()].parse().unwrap()
    };
    figure("Tcp:", "ActiveOpens") + figure("Udp:", "OutDatagrams")
}

fn sockets() -> usize {
    let links =
        std::fs::read_dir("/proc/self/fd").unwrap().flatten().flat_map(|entry| std::fs::read_link(entry.path()));
    links.filter(|link| link.to_string_lossy().starts_with("socket:")).count()
}

#[tokio::test]
#[ignore = "the other starts it, in a namespace of its own"]
async fn in_a_namespace_of_its_own() {
    let folder = std::path::PathBuf::from(std::env::var_os(FOLDER).unwrap());
    let home = Home::locate(Some(&folder.join("home"))).unwrap().prepare().unwrap();
    // A channel, so that there is something that will want TLS one day.
    let text = "[[notify.channel]]\nid = \"ops\"\nkind = \"webhook\"\nurl = \"https://hooks.example.org/x\"\n";
    caretaker_platform::files::write_atomic(&home.configuration(), text.as_bytes(), 0o600).unwrap();
    let (before, open) = (sent(), sockets());
    let ports = machine_ports(&home);
    assert!(ports.notifier.is_some(), "it would have a way to the screen");
    let owner = Owner::this_process("test", "0", ports.clock.moment().wall);
    let _lock = EngineLock::try_acquire(&home.lock(), &owner).unwrap().unwrap();
    let options = EngineOptions {
        configuration: home.configuration(),
        home,
        environment: Vec::new(),
        platform: Platform::Linux,
        program: "test".to_owned(),
        version: "0".to_owned(),
        ports,
    };
    let engine = Engine::open(options, Mode::Live).unwrap();
    assert_eq!(engine.settings().notify.channel.len(), 1);
    assert_eq!((sent(), sockets()), (before, open));
    engine.close().await;
    // What would have been noticed.
    assert!(std::net::TcpStream::connect(("127.0.0.1", 9)).is_err());
    assert_eq!(sent(), before + 1);
}
