//! `kill -9` of an engine while it works on archives: whatever has its final name is whole, the next run is well, what was cut off
//! is said, and nothing of it is left lying.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use caretaker_core::view::Status;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::backups::{archives, create, put, scene};
use crate::world::{Engine, World};

/// Bytes that pack badly, so that a run takes a while.
fn noise(seed: u32, length: u32) -> Vec<u8> {
    (0..length).map(|at| (at.wrapping_mul(2_654_435_761).wrapping_add(seed) >> 13) as u8).collect()
}

fn workers(engine: &Engine) -> Vec<Pid> {
    let found = Command::new("pgrep").args(["-P", &engine.pid().to_string()]).output().unwrap();
    String::from_utf8(found.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| Pid::from_raw(line.trim().parse().ok()?))
        .collect()
}

fn count(folder: &Path) -> usize {
    fs::read_dir(folder).into_iter().flatten().count()
}

#[test]
fn case_41_a_killed_engine_leaves_whole_archives_and_says_what_was_interrupted() {
    let world = scene("");
    for number in 0..20 {
        put(&world.beside("source").join(format!("{number}.bin")), &noise(number, 1_500_000));
    }
    let incoming = world.beside("disk/incoming");
    for round in 0..8_u64 {
        put(&world.beside("source/a.txt"), format!("round {round}").as_bytes());
        let before = archives(&world);
        let engine = world.start(&["run"]);
        let mut client = world
            .command(&["backup", "create", "board", "--type", "full", "--now"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // Half of them die while the archive grows, half wherever they are by then.
        let until =
            Instant::now() + Duration::from_millis(if round % 2 == 0 { 20_000 } else { 60 + round * 131 % 700 });
        while Instant::now() < until
            && client.try_wait().unwrap().is_none()
            && (round % 2 == 1 || count(&incoming) == 0)
        {
            std::thread::yield_now();
        }
        let workers = workers(&engine);
        engine.signal(Signal::KILL);
        // Every second time nobody is left to clear up.
        for worker in workers.into_iter().filter(|_| round % 4 < 2) {
            let _ = kill_process(worker, Signal::KILL);
        }
        engine.end();
        let is_success = client.wait().unwrap().success();
        let is_new = |archive| !before.contains(archive);
        assert!(!is_success || archives(&world).iter().any(is_new), "what was called a success is on the disk");
    }
    let engine = world.start(&["run"]);
    World::wait_until("what was interrupted to be said", || {
        let status: Status = world.read(&["status", "--json"]);
        status.operations.iter().any(|operation| format!("{operation:?}").contains("Caretaker ended meanwhile"))
    });
    assert_eq!(create(&world)["result"], "complete");
    assert_eq!(count(&incoming), 0);
    assert!(!archives(&world).is_empty());
    let (code, verified) = {
        let said = world.run(&["backup", "verify", "--all", "--deep", "--json"]);
        (said.code, said.document::<Value>())
    };
    assert_eq!((code, verified["result"].as_str()), (0, Some("intact")), "{verified}");
    // Each file under its final name is known, those of runs that were cut off after it got its name too.
    let list: Value = world.read(&["backup", "list", "board", "--json"]);
    assert_eq!(list["archives"].as_array().unwrap().len(), archives(&world).len());
    drop(engine);
}

#[test]
fn a_drill_that_was_killed_leaves_nothing_in_the_home_after_the_next_start() {
    let world = scene("");
    for number in 0..20 {
        put(&world.beside("source").join(format!("{number}.bin")), &noise(number, 2_000_000));
    }
    let staging = world.home().join("staging");
    let engine = world.start(&["run"]);
    assert_eq!(create(&world)["result"], "complete");
    let mut client =
        world.command(&["backup", "drill", "board"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    World::wait_until("the drill to bring something back", || {
        fs::read_dir(&staging).into_iter().flatten().flatten().any(|entry| count(&entry.path()) > 0)
    });
    let workers = workers(&engine);
    engine.signal(Signal::KILL);
    for worker in workers {
        let _ = kill_process(worker, Signal::KILL);
    }
    engine.end();
    client.wait().unwrap();
    let left = || fs::read_dir(&staging).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    assert_eq!(left().len(), 1, "{:?}", left());
    // Nobody but its owner removes what nobody wrote down.
    fs::create_dir(staging.join("drill-of-somebody")).unwrap();
    let _engine = world.start(&["run"]);
    World::wait_until("the scratch folder to go", || left() == ["drill-of-somebody"]);
}
