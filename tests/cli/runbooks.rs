//! `runbook` from outside: found, shown, run with a yes, kept.

use std::fs;
use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;

use crate::world::{Said, World, put};

fn own(world: &World, id: &str, body: &str) {
    let folder = world.home().join("runbooks");
    fs::create_dir_all(&folder).unwrap();
    put(&folder.join(format!("{id}.md")), format!("---\nid: {id}\ntitle: Mine\n---\n{body}").as_bytes());
}

#[test]
fn runbooks_are_listed_searched_and_shown_also_before_the_first_start() {
    let world = World::new();
    let list: Value = world.read(&["runbook", "list", "--json"]);
    let ids: Vec<&str> = list["runbooks"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert!(ids.len() >= 39 && ids.contains(&"disk-space"), "{ids:?}");
    let found: Value = world.read(&["runbook", "list", "certificate", "renew", "--json"]);
    assert_eq!(found["runbooks"][0]["id"], "certificate-expiring");
    assert!(world.run(&["runbook", "list", "xyzzy"]).out.contains("No runbook"));
    let shown = world.run(&["runbook", "show", "memory-pressure"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    for part in ["Memory short", "1. See who holds it", "free -h", "caretaker runbook run memory-high --step 1"] {
        assert!(shown.out.contains(part), "{part}: {}", shown.out);
    }
    assert_eq!(world.run(&["runbook", "show", "nothing"]).code, 4);
    assert!(!world.home().exists(), "looking makes no home");
}

#[test]
fn without_a_terminal_nothing_runs_that_nobody_agreed_to() {
    let world = World::new();
    let touched = world.beside("touched");
    own(&world, "mine", &format!("## Act\n```sh\ntouch '{}'\n```\n## Read\nThat is all.\n", touched.display()));
    for words in [&["runbook", "run", "mine"][..], &["runbook", "run", "mine", "--step", "1"]] {
        let refused = world.run(words);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.err.contains("needs a yes") && refused.err.contains("--yes"), "{refused:?}");
    }
    assert!(!touched.exists());
    assert_eq!(world.run(&["runbook", "run", "mine", "--step", "2", "--yes"]).code, 2, "it has no command");
    assert_eq!(world.run(&["runbook", "run", "mine", "--step", "3", "--yes"]).code, 4);
    let ran = world.run(&["runbook", "run", "mine", "--step", "1", "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(touched.exists() && ran.err.contains("touch '") && ran.err.contains("done"), "{ran:?}");
    let history: Value = world.read(&["runbook", "history", "--json"]);
    let run = &history["runs"][0];
    assert_eq!(
        (&run["runbook"], &run["state"], &run["door"]),
        (&"mine".into(), &"done".into(), &"command_line".into())
    );
}

#[test]
fn an_approval_in_the_configuration_is_for_these_bytes_only() {
    let world = World::new();
    own(&world, "mine", "## Act\n```sh\necho hello\n```\n");
    let shown: Value = world.read(&["runbook", "show", "mine", "--json"]);
    let hash = shown["procedure"][0]["command"]["sha256"].as_str().unwrap();
    put(
        &world.home().join("caretaker.toml"),
        format!("[[approval]]\nid = \"hello\"\nrunbook = \"mine\"\nsha256 = \"{hash}\"\n").as_bytes(),
    );
    let ran = world.run(&["runbook", "run", "mine"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "hello\n"), "{ran:?}");
    own(&world, "mine", "## Act\n```sh\necho hello; echo more\n```\n");
    assert_eq!(world.run(&["runbook", "run", "mine"]).code, 2);
}

#[test]
fn a_step_that_fails_stops_the_rest_and_its_output_is_kept() {
    let world = World::new();
    own(&world, "mine", "## One\n```sh\necho first; exit 7\n```\n## Two\n```sh\necho second\n```\n");
    let ran = world.run(&["runbook", "run", "mine", "--yes", "--json"]);
    let document: Value = ran.document();
    assert_eq!((ran.code, document["runs"].as_array().unwrap().len()), (1, 1), "{ran:?}");
    assert_eq!(document["runs"][0]["exit_code"], 7);
    let id = document["runs"][0]["id"].as_str().unwrap();
    let one = world.run(&["runbook", "history", "--run", &id[..23]]);
    assert!(one.out.contains("exit code 7") && one.out.contains("first"), "{one:?}");
}

#[test]
fn a_step_may_call_caretaker_with_and_without_an_engine() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let silence = "caretaker alerts silence cpu-high --for 1h --reason 'from a runbook'\n";
    own(&world, "mine", &format!("## Act\n```caretaker\n{silence}```\n"));
    let ran = world.run(&["runbook", "run", "mine", "--yes"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let list: Value = world.read(&["alerts", "list", "--json"]);
    assert_eq!(list["silences"][0]["reason"], "from a runbook", "{list}");
    let engine = world.start(&["run"]);
    own(&world, "mine", "## Act\n```caretaker\ncaretaker alerts rules\n```\n");
    let ran = world.run(&["runbook", "run", "mine", "--yes"]);
    assert!(ran.code == 0 && ran.out.contains("cpu-high"), "{ran:?}");
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().0, 0);
}

#[test]
fn a_killed_engine_leaves_an_interrupted_run_and_no_program() {
    let world = World::new();
    let pid = world.beside("pid");
    own(
        &world,
        "mine",
        &format!("## Act\n```sh\necho $$ > '{0}.new'; mv '{0}.new' '{0}'; exec sleep 600\n```\n", pid.display()),
    );
    let engine = world.start(&["run"]);
    let mut command = world.command(&["runbook", "run", "mine", "--yes"]);
    let client = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    World::wait_until("the step", || pid.exists());
    engine.signal(Signal::KILL);
    engine.end();
    let said = Said::from(client.wait_with_output().unwrap());
    assert_ne!(said.code, 0, "{said:?}");
    let history: Value = world.read(&["runbook", "history", "--json"]);
    assert_eq!(history["runs"][0]["state"], "interrupted", "{history}");
    let engine = world.start(&["run"]);
    let step = fs::read_to_string(&pid).unwrap();
    if cfg!(target_os = "linux") {
        World::wait_until("the end of what was left", || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", step.trim())).unwrap_or_default();
            let state = stat.rsplit(')').next().unwrap_or_default().trim().to_owned();
            state.is_empty() || state.starts_with('Z')
        });
    }
    World::wait_until("the note", || {
        let history: Value = world.read(&["runbook", "history", "--json"]);
        history["runs"][0]["ended"].is_string()
    });
    engine.signal(Signal::TERM);
    engine.end();
}

#[test]
fn a_runbook_of_ones_own_is_begun_compared_and_put_back() {
    let world = World::new();
    let begun = world.run(&["runbook", "new", "order-board"]);
    assert_eq!(begun.code, 0, "{begun:?}");
    let path = world.home().join("runbooks/order-board.md");
    let first = fs::read_to_string(&path).unwrap();
    assert_eq!(world.run(&["runbook", "new", "order-board"]).code, 2);
    assert_eq!(world.run(&["runbook", "new", "../x"]).code, 2);
    own(&world, "order-board", "Call Anna.\n");
    // A write notes what an editor saved.
    own(&world, "other", "## A\n```sh\ntrue\n```\n");
    assert_eq!(world.run(&["runbook", "run", "other", "--yes"]).code, 0);
    let versions: Value = world.read(&["runbook", "versions", "order-board", "--json"]);
    assert_eq!(versions["versions"].as_array().unwrap().len(), 2, "{versions}");
    let diff = world.run(&["runbook", "diff", "order-board", "1", "2"]);
    assert!(diff.out.contains("+Call Anna."), "{diff:?}");
    assert_eq!(world.run(&["runbook", "rollback", "order-board", "1"]).code, 0);
    assert_eq!(fs::read_to_string(&path).unwrap(), first);
    assert_eq!(world.run(&["runbook", "rollback", "order-board", "9"]).code, 4);
}
