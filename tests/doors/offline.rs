//! Without any network but loopback everything works: Caretaker runs in a network namespace of its own.

use std::process::Command;

use serde_json::Value;

/// Rounds every 5 seconds for 25 seconds, the door open and asked, then the state.
const SCRIPT: &str = r#"
set -e
ip link set lo up
"$1" run --for 25s 2> "$CARETAKER_HOME/../said" &
engine=$!
until "$1" status --json > "$CARETAKER_HOME/../first" 2> /dev/null && grep -q '"running":true' "$CARETAKER_HOME/../first"; do :; done
token=$("$1" api token 2> /dev/null)
wait_for() { until "$1" metrics show caretaker.round.time --json | grep -q '"count":5'; do :; done; }
wait_for "$1"
ss --all --numeric --no-header --tcp --udp > "$CARETAKER_HOME/../sockets"
"$1" status --json
kill -TERM $engine
wait $engine
"#;

#[test]
#[cfg(target_os = "linux")]
fn a_machine_without_a_network_misses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let text = "[collect]\ninterval = \"5s\"\n[api]\nenabled = true\nlisten = \"127.0.0.1:7861\"\n";
    std::io::Write::write_all(&mut std::fs::File::create(home.join("caretaker.toml")).unwrap(), text.as_bytes())
        .unwrap();
    let output = Command::new("unshare")
        .args(["--map-root-user", "--net", "sh", "-c", SCRIPT, "sh"])
        .arg(caretaker_tests::program("caretaker"))
        .env("CARETAKER_HOME", &home)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(status["degraded"], serde_json::json!([]), "{status}");
    assert_eq!(status["engine"]["running"], true);
    let sockets = std::fs::read_to_string(folder.path().join("sockets")).unwrap();
    let lines: Vec<&str> = sockets.lines().collect();
    assert!(lines.len() == 1 && lines[0].contains("127.0.0.1:7861"), "only its own door is open: {sockets}");
}
