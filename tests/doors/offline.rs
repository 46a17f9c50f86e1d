//! Without any network but loopback everything works: Caretaker runs in a network namespace of its own.

use std::process::Command;

use serde_json::Value;

/// What found no way out, as the kernel of the namespace counts it: whoever looks for a name or sends anything to another
/// machine is in these figures, also when nobody hears of the failure.
const NO_ROUTE: &str = r#"
no_route() {
    v4=$(awk '/^Ip:/ { if (seen) { print $column; exit } for (n = 1; n <= NF; n++) if ($n == "OutNoRoutes") column = n; seen = 1 }' /proc/net/snmp)
    v6=$(awk '/^Ip6OutNoRoutes/ { print $2 }' /proc/net/snmp6 2> /dev/null || echo 0)
    echo $((v4 + ${v6:-0}))
}
"#;

/// Rounds every 5 seconds, the door open and asked, a backup made, checked and brought back, until a minute of them is
/// there; then the state. `$2` and what follows start the engine.
const SCRIPT: &str = r#"
set -e
ip link set lo up
cli=$1
shift
"$@" 2> "$CARETAKER_HOME/../said" &
engine=$!
until "$cli" status --json > "$CARETAKER_HOME/../first" 2> /dev/null && grep -q '"running":true' "$CARETAKER_HOME/../first"; do :; done
token=$("$cli" api token 2> /dev/null)
"$cli" backup create board --json > "$CARETAKER_HOME/../made"
"$cli" backup verify --all --deep > /dev/null
"$cli" backup drill board > /dev/null
until "$cli" metrics show caretaker.round.time --json | grep -q '"count":13'; do sleep 1; done
ss --all --numeric --no-header --tcp --udp > "$CARETAKER_HOME/../sockets"
no_route > "$CARETAKER_HOME/../no_route"
"$cli" status --json
kill -TERM $engine
wait $engine
"#;

/// What a namespace of its own made of it.
#[cfg(target_os = "linux")]
fn alone(script: &str, home: &std::path::Path, engine: &[&str]) -> std::process::Output {
    Command::new("unshare")
        .args(["--map-root-user", "--net", "sh", "-c", &format!("{NO_ROUTE}{script}"), "sh"])
        .arg(caretaker_tests::program("caretaker"))
        .args(engine)
        .env("CARETAKER_HOME", home)
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .output()
        .unwrap()
}

#[cfg(target_os = "linux")]
fn misses_nothing(port: u16, engine: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    for name in ["home", "source", "disk"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    let write = |path: &std::path::Path, text: &str| {
        std::io::Write::write_all(&mut std::fs::File::create(path).unwrap(), text.as_bytes()).unwrap();
    };
    write(&folder.path().join("source/letter.txt"), "Dear board");
    let text = format!(
        "[collect]\ninterval = \"5s\"\n[api]\nenabled = true\nlisten = \"127.0.0.1:{port}\"\n\
         [[destination]]\nid = \"disk\"\npath = \"{0}/disk\"\n\
         [[backup]]\nid = \"board\"\nfolders = [\"{0}/source\"]\nto = [\"disk\"]\n",
        folder.path().display()
    );
    write(&home.join("caretaker.toml"), &text);
    let output = alone(SCRIPT, &home, engine);
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stderr),
        std::fs::read_to_string(folder.path().join("said")).unwrap_or_default()
    );
    assert!(output.status.success(), "{said}");
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(status["degraded"], serde_json::json!([]), "{status}");
    assert_eq!(status["engine"]["running"], true);
    let made = std::fs::read_to_string(folder.path().join("made")).unwrap();
    assert!(made.contains("\"result\":\"complete\""), "{made}");
    let sockets = std::fs::read_to_string(folder.path().join("sockets")).unwrap();
    let lines: Vec<&str> = sockets.lines().collect();
    let door = format!("127.0.0.1:{port}");
    assert!(lines.len() == 1 && lines[0].contains(&door), "only its own door is open: {sockets}");
    let no_route = std::fs::read_to_string(folder.path().join("no_route")).unwrap();
    assert_eq!(no_route.trim(), "0", "something was sent to another machine");
}

#[test]
#[cfg(target_os = "linux")]
fn a_machine_without_a_network_misses_nothing() {
    let program = caretaker_tests::program("caretaker");
    misses_nothing(7861, &[&program.to_string_lossy(), "run", "--for", "150s"]);
}

#[test]
#[cfg(target_os = "linux")]
fn the_tray_app_without_a_screen_and_without_a_network_misses_nothing() {
    misses_nothing(7862, &[&caretaker_tests::program("caretaker-app").to_string_lossy()]);
}

/// Until an alert is up and the channel was tried once; then the state.
const WITH_A_CHANNEL: &str = r#"
set -e
ip link set lo up
"$1" run --for 60s 2> "$CARETAKER_HOME/../said" &
engine=$!
until "$1" status --json 2> /dev/null | grep -q '"part":"channel ops"'; do :; done
no_route > "$CARETAKER_HOME/../no_route"
# Something is up, so its exit code says so.
"$1" status --json || true
kill -TERM $engine
wait $engine
"#;

#[test]
#[cfg(target_os = "linux")]
fn a_channel_that_no_network_leads_to_is_said_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let text = "[[rule]]\nid = \"up\"\nmetric = \"host.uptime\"\nwarning = { above = 0.001 }\nfor = \"0s\"\n\
                [[notify.channel]]\nid = \"ops\"\nkind = \"webhook\"\nurl = \"https://hooks.example.org/s3cr3t\"\n";
    std::io::Write::write_all(&mut std::fs::File::create(home.join("caretaker.toml")).unwrap(), text.as_bytes())
        .unwrap();
    let output = alone(WITH_A_CHANNEL, &home, &[]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let status: Value = serde_json::from_slice(&output.stdout).unwrap();
    let degraded = status["degraded"].as_array().unwrap();
    assert_eq!(degraded.len(), 1, "{status}");
    assert!(degraded[0]["why"].as_str().unwrap().starts_with("look up hooks.example.org: "), "{status}");
    assert_eq!((&status["engine"]["running"], &status["alerts"][0]["rule"]), (&true.into(), &"up".into()));
    assert!(!status.to_string().contains("s3cr3t"));
    // So the figure that is zero above is one that counts.
    let no_route = std::fs::read_to_string(folder.path().join("no_route")).unwrap();
    assert!(no_route.trim().parse::<u64>().unwrap() > 0, "{no_route}");
}
