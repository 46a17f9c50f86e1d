//! `maintain`, `export` and `validate` from outside: documents and exit codes as scripts rely on them, and what a kill leaves.

use std::fs;

use rustix::process::Signal;
use serde_json::Value;

use crate::world::World;

#[test]
fn tasks_are_listed_run_recorded_and_shown() {
    let world = World::new();
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let list: Value = world.read(&["maintain", "list", "--json"]);
    let tasks = list["tasks"].as_array().unwrap();
    assert!(tasks.len() > 30, "{}", tasks.len());
    let state = |id: &str| tasks.iter().find(|one| one["task"]["id"] == id).unwrap()["state"].clone();
    assert_eq!((state("daily-review"), state("services-answer")), ("scheduled".into(), "not_configured".into()));
    let run: Value = world.read(&["maintain", "run", "configuration-check", "--json"]);
    assert_eq!((&run["outcome"]["result"], &run["asked"]), (&"done".into(), &"person".into()), "{run}");
    let history: Value = world.read(&["maintain", "history", "configuration-check", "--json"]);
    assert_eq!(history["runs"].as_array().unwrap().len(), 1);
    let id = history["runs"][0]["id"].to_string();
    let said = world.run(&["maintain", "history", "--run", &id]);
    assert!(said.code == 0 && said.out.contains("The configuration is sound"), "{said:?}");
    let unset: Value = world.read(&["maintain", "run", "services-answer", "--json"]);
    assert_eq!(unset["outcome"]["result"], "not_configured", "never an invented ok");
    assert_eq!(world.run(&["maintain", "run", "nothing"]).code, 4);
    let said = world.run(&["maintain", "list"]);
    assert!(said.out.contains("daily-review") && said.out.contains("not set up"), "{said:?}");
    let calendar: Value = world.read(&["maintain", "calendar", "--for", "2d", "--json"]);
    assert!(calendar["entries"].as_array().unwrap().len() > 5);
    let status: Value = world.read(&["status", "--json"]);
    assert_eq!(status["maintenance"]["state"], "ok");
}

#[test]
fn a_failing_step_exits_with_1_and_a_dry_run_runs_nothing() {
    let text = "[[task]]\nid = \"step\"\nkind = \"command\"\nshell = \"echo no luck >&2; exit 3\"\n";
    let world = World::configured(text);
    let said = world.run(&["maintain", "run", "step", "--json"]);
    let run: Value = said.document();
    assert_eq!((said.code, &run["outcome"]["result"]), (1, &"failed".into()), "{said:?}");
    assert!(run["outcome"]["output"].as_str().unwrap().contains("no luck"), "{run}");
    let dry: Value = world.read(&["maintain", "run", "step", "--dry-run", "--json"]);
    assert_eq!((&dry["outcome"]["result"], &dry["asked"]), (&"done".into(), &"dry_run".into()));
    assert_eq!(dry["outcome"]["output"], "");
}

#[test]
fn schedules_go_into_the_file_and_a_pause_is_kept() {
    let world = World::configured("# mine\n");
    let said = world.run(&["maintain", "schedule", "history-terms", "--every", "daily 05:00"]);
    assert!(said.code == 0 && said.out.contains("daily 05:00"), "{said:?}");
    let text = fs::read_to_string(world.home().join("caretaker.toml")).unwrap();
    assert!(text.starts_with("# mine\n") && text.contains("every = \"daily 05:00\""), "{text}");
    assert_eq!(world.run(&["maintain", "schedule", "history-terms", "--every", "someday"]).code, 2);
    assert_eq!(world.run(&["maintain", "schedule", "history-terms"]).code, 2);
    let list: Value = world.read(&["maintain", "schedule", "temporary-files", "--off", "--json"]);
    assert!(list["tasks"].as_array().is_some());
    let paused: Value = world.read(&["maintain", "pause", "--for", "2h", "--json"]);
    assert!(paused["summary"]["paused_until"].is_string(), "{paused}");
    let list: Value = world.read(&["maintain", "list", "--json"]);
    assert!(list["summary"]["paused_until"].is_string(), "another program knows of it too");
    let on: Value = world.read(&["maintain", "pause", "--off", "--json"]);
    assert!(on["summary"]["paused_until"].is_null());
}

#[test]
fn an_engine_that_is_killed_in_the_middle_of_a_task_marks_it_at_its_next_start() {
    let text = "[[task]]\nid = \"slow\"\nkind = \"command\"\ncommand = [\"sleep\", \"600\"]\n";
    let world = World::configured(text);
    let engine = world.start(&["run"]);
    let mut asked = world.command(&["maintain", "run", "slow"]).spawn().unwrap();
    let runs = || -> Vec<Value> {
        let history: Value = world.read(&["maintain", "history", "slow", "--json"]);
        history["runs"].as_array().unwrap().clone()
    };
    World::wait_until("the run", || runs().len() == 1);
    engine.signal(Signal::KILL);
    engine.end();
    assert!(!asked.wait().unwrap().success());
    assert_eq!(runs()[0]["outcome"]["result"], "running", "nobody has looked yet");
    let _engine = world.start(&["run"]);
    World::wait_until("the mark", || runs()[0]["outcome"]["result"] == "interrupted");
}

#[test]
fn everything_is_written_into_a_folder_of_its_own_and_everything_is_checked() {
    let world = World::configured("[collect]\ninterval = \"10s\"\n");
    assert_eq!(world.run(&["run", "--once"]).code, 0);
    let folder = world.beside("out");
    let path = folder.to_str().unwrap();
    let written: Value = world.read(&["export", "--output", path, "--json"]);
    assert_eq!(written["files"].as_array().unwrap().len(), 6);
    for name in ["metrics.csv", "alerts.csv", "operations.csv", "maintenance.csv", "caretaker.toml", "summary.md"] {
        assert!(fs::metadata(folder.join(name)).unwrap().len() > 0, "{name}");
    }
    let metrics = fs::read_to_string(folder.join("metrics.csv")).unwrap();
    assert!(metrics.contains("host.memory.usage"), "{metrics}");
    assert_eq!(world.run(&["export", "--output", path]).code, 2, "what lies there is not written over");
    let checked: Value = world.read(&["validate", "--json"]);
    let names: Vec<&str> =
        checked["checks"].as_array().unwrap().iter().filter_map(|one| one["name"].as_str()).collect();
    assert!(names.contains(&"integrity") && names.contains(&"configuration"), "{names:?}");
}

#[test]
fn a_damaged_database_is_found_from_outside_and_told_to_scripts() {
    use std::os::unix::fs::FileExt as _;
    let world = World::new();
    let file = world.beside("board.sqlite");
    fs::create_dir(world.home()).unwrap();
    let text = format!("[[task]]\nid = \"look\"\nkind = \"integrity\"\ndatabase = \"{}\"\n", file.display());
    crate::world::put(&world.home().join("caretaker.toml"), text.as_bytes());
    let script = "import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute('CREATE TABLE letter (text TEXT)')
db.executemany('INSERT INTO letter VALUES (?)', [(str(i) * 40,) for i in range(900)])";
    let made = std::process::Command::new("python3").args(["-c", script, file.to_str().unwrap()]).status().unwrap();
    assert!(made.success());
    let run: Value = world.read(&["maintain", "run", "look", "--json"]);
    assert_eq!(run["outcome"]["result"], "done", "{run}");
    fs::File::options().write(true).open(&file).unwrap().write_all_at(&[0xa5; 9_000], 9_000).unwrap();
    let said = world.run(&["maintain", "run", "look", "--json"]);
    let run: Value = said.document();
    assert_eq!(run["outcome"]["result"], "attention", "{run}");
    let text = run["outcome"]["findings"][0]["text"].as_str().unwrap();
    assert!(text.starts_with("It is damaged: ") && text.contains("No backup job saves it"), "{text}");
    let said = world.run(&["maintain", "history", "look"]);
    assert!(said.out.contains("is damaged"), "{said:?}");
}
