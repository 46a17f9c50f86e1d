//! `[api]` opens and closes the door while the engine runs, and a door that cannot be opened stops nothing.

use std::net::TcpListener;

use tokio::net::TcpStream;

use crate::http::{request, send};
use crate::program::{Program, door, free_port, wait_until};

#[tokio::test]
async fn the_door_is_closed_until_the_configuration_opens_it() {
    let (port, other) = (free_port(), free_port());
    let program = Program::start(&format!("[api]\nlisten = \"127.0.0.1:{port}\"\n"));
    let is_open = async |port: u16| TcpStream::connect(door(port)).await.is_ok();
    assert!(!is_open(port).await, "closed unless the file says otherwise");
    program.say(&["config", "set", "api.enabled", "true"]);
    wait_until("the door to open", async || is_open(port).await).await;
    let token = program.token("--read");
    let bearer = format!("Bearer {token}");
    let asked = request("GET", "/health", &[("authorization", &bearer)], "");
    let health = send(door(port), &asked).await;
    let names: Vec<String> = health.json()["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["engine", "rounds", "home", "parts", "models", "databases", "free space", "configuration"]);
    program.say(&["config", "set", "api.listen", &format!("127.0.0.1:{other}")]);
    wait_until("the door to move", async || is_open(other).await && !is_open(port).await).await;
    assert_eq!(send(door(other), &asked).await.status, 200, "the token stays");
    program.say(&["config", "set", "api.enabled", "false"]);
    wait_until("the door to close", async || !is_open(other).await).await;
    assert_eq!(program.degraded(), [""; 0]);
}

#[tokio::test]
async fn a_port_in_use_is_degraded_and_everything_else_works() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let program = Program::start(&format!("[api]\nenabled = true\nlisten = \"127.0.0.1:{port}\"\n"));
    wait_until("the degraded door", async || program.degraded().iter().any(|part| part.starts_with("api: "))).await;
    assert!(program.degraded()[0].contains(&format!("127.0.0.1:{port}")), "{:?}", program.degraded());
    wait_until("a sample", async || program.say(&["metrics", "list"]).contains("host.")).await;
    program.say(&["config", "set", "api.listen", &format!("127.0.0.1:{}", free_port())]);
    wait_until("the door to open elsewhere", async || program.degraded().is_empty()).await;
}

#[tokio::test]
async fn addresses_that_others_can_reach_are_refused_with_what_to_do() {
    let program = Program::start("");
    for listen in ["0.0.0.0:7861", "192.168.1.5:7861", "[::]:7861"] {
        let said = program.say(&["config", "set", "api.listen", listen, "--json"]);
        assert!(said.contains("which other machines can reach") && said.contains("ssh -L"), "{said}");
    }
}

#[tokio::test]
async fn tokens_are_the_same_until_a_new_one_is_asked_for() {
    let program = Program::start("");
    let (read, act) = (program.token("--read"), program.token("--act"));
    assert!(read.starts_with("caretaker-read-") && act.starts_with("caretaker-act-"), "{read} {act}");
    assert_eq!((read.len() - "caretaker-read-".len()) * 4, 256, "bits");
    assert_eq!(program.say(&["api", "token"]).trim(), read);
    assert_ne!(program.say(&["api", "token", "--new"]).trim(), read);
    assert_eq!(program.token("--act"), act);
}
